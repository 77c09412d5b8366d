"""### Ingest the inbox

Wakes when a department drops a file, and every ten minutes in case the event was lost.
A handful of deliveries, the usual drop, goes to raw in the task that took them, and on to published marts: each
further task would let the department wait another second. `build_marts`, which the load wakes, then finds it done, or
does what went wrong once more and tells of it. Many are prepared by mapped tasks, one per batch, and loaded together.
A bad file is a verdict, never a failed task.
"""

from datetime import UTC, datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Asset, AssetAlias, AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from airflow.sdk.types import DagRunProtocol, RuntimeTaskInstanceProtocol

from dag_policy import RUN_ENDS_AFTER, note_failure, of_tasks
from inbox_trigger import INBOX

RAW, RAW_CHANGED = Asset("raw"), AssetAlias("raw_changed")
HANDFUL = 10


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("*/10 * * * *", timezone="UTC"), assets=[INBOX]),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=RUN_ENDS_AFTER,
    on_failure_callback=note_failure,
    default_args=of_tasks(),
    description="Takes what departments drop to raw, and answers them",
    doc_md=__doc__,
    tags=["ingest"],
)
def ingest_inbox() -> None:
    @task(pool="warehouse", outlets=[RAW_CHANGED])
    def take_deliveries(
        *, dag_run: DagRunProtocol, ti: RuntimeTaskInstanceProtocol, outlet_events: dict[AssetAlias, AssetAlias]
    ) -> list[list[int]]:
        from ioc_pipeline import settings
        from ioc_pipeline.domain.local_time import local_day
        from ioc_pipeline.flows import inbox, loads, marts, prepare

        given = settings.from_environment()
        batches = inbox.land_inbox(given)  # of delivery_seq; empty when nothing waits
        if sum(map(len, batches)) > HANDFUL:
            return batches + prepare.doubtful_batches(given)
        failed = prepare.prepare_all(given, batches)
        if (summary := loads.load_prepared(given)).changed:
            outlet_events[RAW_CHANGED].add(RAW, extra=summary.told)  # no change, no build
            if ti.try_number == 1:  # a build that never ended may be why this is another try
                marts.publish_at_once(given, as_of=local_day(dag_run.run_after))
        return failed + prepare.doubtful_batches(given)  # tried apart, where it may turn the run red

    # Its first and last delivery: Airflow keeps 250 letters, and PostgreSQL refuses the task of which there are more.
    @task(map_index_template="{{ task.op_kwargs['batch'] | first }}–{{ task.op_kwargs['batch'] | last }}")
    def prepare_batch(batch: list[int]) -> int:
        from ioc_pipeline import settings
        from ioc_pipeline.flows import prepare

        return prepare.prepare(settings.from_environment(), batch)

    @task(pool="warehouse", trigger_rule="all_done_min_one_success", outlets=[RAW_CHANGED])
    def load_prepared(*, outlet_events: dict[AssetAlias, AssetAlias]) -> None:
        from ioc_pipeline import settings
        from ioc_pipeline.flows import loads

        if (summary := loads.load_prepared(settings.from_environment())).changed:
            outlet_events[RAW_CHANGED].add(RAW, extra=summary.told)

    # A leaf with all_success: a failed batch turns the run red although the others were loaded.
    report_our_failures = EmptyOperator(task_id="report_our_failures", on_success_callback=None)

    prepared = prepare_batch.expand(batch=take_deliveries())
    prepared >> [load_prepared(), report_our_failures]


ingest_inbox()
