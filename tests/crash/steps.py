"""The steps of the pipeline as Airflow's tasks call them, for a process that may be killed."""

import os
from datetime import date

from ioc_pipeline.build.marts import build
from ioc_pipeline.fetch.client import Connection
from ioc_pipeline.flows import extracts, inbox, loads, maintenance, marts, prepare
from ioc_pipeline.settings import from_environment

DAY = date(2025, 10, 1)  # that the marts speak of, whenever the test runs

DOSSIERS, API = "one_stop_dossiers", "API_OF_DOSSIERS"  # the environment names where it answers


def extract() -> None:
    connection = Connection(os.environ[API], "ioc", "key")
    extracts.Extraction(from_environment(), DOSSIERS, connection, as_of=date(2025, 9, 15)).run()


STEPS = {
    "extract": extract,
    "land": lambda: inbox.land_inbox(from_environment()),
    "prepare": lambda: prepare.prepare_all(from_environment(), prepare.waiting_batches(from_environment())),
    "load": lambda: loads.load_prepared(from_environment()),
    "build": lambda: build(from_environment(), as_of=DAY),
    "publish": lambda: marts.build_and_publish(from_environment(), as_of=DAY),
    "serve": lambda: marts.serve_for_bi(from_environment()),
    "maintain": lambda: maintenance.maintain(from_environment()),
}
