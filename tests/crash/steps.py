"""The steps of the pipeline as Airflow's tasks call them, for a process that may be killed."""

from ioc_pipeline.flows import inbox, loads, maintenance, prepare
from ioc_pipeline.settings import from_environment

STEPS = {
    "land": lambda: inbox.land_inbox(from_environment()),
    "prepare": lambda: prepare.prepare_all(from_environment(), prepare.waiting_batches(from_environment())),
    "load": lambda: loads.load_prepared(from_environment()),
    "maintain": lambda: maintenance.maintain(from_environment()),
}
