"""The steps of the pipeline as Airflow's tasks call them, for a process that may be killed."""

from datetime import date

from ioc_pipeline.build.marts import build
from ioc_pipeline.flows import inbox, loads, maintenance, marts, prepare
from ioc_pipeline.settings import from_environment

DAY = date(2025, 10, 1)  # that the marts speak of, whenever the test runs

STEPS = {
    "land": lambda: inbox.land_inbox(from_environment()),
    "prepare": lambda: prepare.prepare_all(from_environment(), prepare.waiting_batches(from_environment())),
    "load": lambda: loads.load_prepared(from_environment()),
    "build": lambda: build(from_environment(), as_of=DAY),
    "publish": lambda: marts.build_and_publish(from_environment(), as_of=DAY),
    "serve": lambda: marts.serve_for_bi(from_environment()),
    "maintain": lambda: maintenance.maintain(from_environment()),
}
