"""Airflow on this machine, for `make run`, `make demo` and `make clean`: `python -m ioc_pipeline.local_airflow`."""
