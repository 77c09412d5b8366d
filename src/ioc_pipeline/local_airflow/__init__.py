"""Airflow on this machine: `make run`, `make demo`, `make clean`."""
