"""### Fetch an API

One DAG per contract of an API, on the contract's schedule. Fetches what changed since the last run that counts, page
after page, lands each as it came, and loads them together: all of a run or nothing. What is wrong with an answer is
a verdict; a run that could not be completed is tried again from the same place.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetAlias, CronTriggerTimetable, dag, task
from airflow.sdk.types import DagRunProtocol

from dag_policy import RUN_ENDS_AFTER, note_failure, of_tasks
from ioc_pipeline.domain.local_time import TIME_ZONE, local_day
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import from_environment

RAW, RAW_CHANGED = Asset("raw"), AssetAlias("raw_changed")


def extract_api(source: Source) -> None:
    api = source.api

    @dag(
        dag_id=f"extract_{source.name}",
        schedule=CronTriggerTimetable(api.schedule, timezone=TIME_ZONE),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=RUN_ENDS_AFTER,
        on_failure_callback=note_failure,
        default_args=of_tasks(
            owner=source.department,
            ends_after=timedelta(minutes=40),
            retry_delay=timedelta(minutes=1),
            retry_exponential_backoff=True,
        ),
        description=source.title,
        doc_md=f"{__doc__}\n{source.title}",
        tags=["extract"],
    )
    def extract() -> None:
        @task
        def fetch_pages(*, dag_run: DagRunProtocol) -> int:
            from airflow.sdk import Connection

            from ioc_pipeline import settings
            from ioc_pipeline.fetch.client import to_connection
            from ioc_pipeline.flows.extracts import Extraction

            connection = to_connection(api.connection, Connection.get(api.connection).to_dict())
            as_of = local_day(dag_run.run_after)
            return Extraction(settings.from_environment(), source.name, connection, as_of).fetch_pages()

        @task(pool="warehouse", outlets=[RAW_CHANGED])
        def load_pages(*, outlet_events: dict[AssetAlias, AssetAlias]) -> None:
            from ioc_pipeline import settings
            from ioc_pipeline.flows import loads

            if (summary := loads.load_prepared(settings.from_environment())).changed:
                outlet_events[RAW_CHANGED].add(RAW, extra=summary.told)  # no change, no build

        fetch_pages() >> load_pages()

    extract()


given = from_environment()
declared = read_contracts(given.sources, given.expectations, given.seeds)
for contract in declared.apis():  # a broken contract stops itself alone
    extract_api(contract.source)
