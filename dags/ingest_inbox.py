"""### Ingest the inbox

Wakes when a department drops a file, and every ten minutes in case the event was lost.
One mapped task per batch of deliveries; a bad file is a verdict, never a failed task.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, AssetAlias, AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from inbox_trigger import INBOX

RAW, RAW_CHANGED = Asset("raw"), AssetAlias("raw_changed")


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=[INBOX]),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 3, "retry_delay": timedelta(seconds=5)},
    doc_md=__doc__,
    tags=["ingest"],
)
def ingest_inbox() -> None:
    @task
    def land_deliveries() -> list[list[int]]:
        from ioc_pipeline import ingest, settings

        return ingest.land_inbox(settings.from_environment())  # batches of delivery_seq; empty when nothing waits

    @task(map_index_template="{{ task.op_kwargs['batch'] | join(', ') }}")
    def prepare_batch(batch: list[int]) -> int:
        from ioc_pipeline import ingest, settings

        return ingest.prepare(settings.from_environment(), batch)

    @task(pool="warehouse", trigger_rule="all_done", outlets=[RAW_CHANGED])
    def load_prepared(*, outlet_events: dict[AssetAlias, AssetAlias]) -> None:
        from ioc_pipeline import ingest, settings

        if ingest.load_prepared(settings.from_environment()).changed:
            outlet_events[RAW_CHANGED].add(RAW)  # no change, no build

    @task
    def report_our_failures() -> None:
        """A leaf with all_success: a failed batch turns the run red although the others were loaded."""

    prepared = prepare_batch.expand(batch=land_deliveries())
    prepared >> load_prepared()
    prepared >> report_our_failures()


ingest_inbox()
