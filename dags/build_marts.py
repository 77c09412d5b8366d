"""### Build and publish the marts

Wakes when raw has changed; changes that arrive while it builds are taken together by the next run. Every hour it
looks whether a build is due that nothing woke it for: a new day, after which other reports are late, or a load whose
event was lost.
One task, since a single dbt build costs nearly as much as a single model. The last published version stays
until the new one is complete and verified.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.types import DagRunProtocol

from dag_policy import note_failure, of_tasks
from ioc_pipeline.domain.local_time import TIME_ZONE

RAW, MARTS = Asset("raw"), Asset("marts")


@dag(
    schedule=AssetOrTimeSchedule(timetable=CronTriggerTimetable("5 * * * *", timezone=TIME_ZONE), assets=[RAW]),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=65),  # ends what ignores its own limit, three tries of 20 minutes
    on_failure_callback=note_failure,
    default_args=of_tasks(retries=2),
    description="Builds the marts from raw, verifies them and publishes a new version",
    doc_md=__doc__,
    tags=["marts"],
)
def build_marts() -> None:
    @task(pool="warehouse", outlets=[MARTS])
    def build_and_publish(*, dag_run: DagRunProtocol, outlet_events: dict[Asset, Any]) -> None:
        from ioc_pipeline import settings
        from ioc_pipeline.domain.local_time import local_day
        from ioc_pipeline.flows import marts

        given, as_of = settings.from_environment(), local_day(dag_run.run_after)
        if dag_run.run_type == "scheduled" and not marts.is_due(given, as_of):
            raise AirflowSkipException("published marts hold every load and speak of today")
        outlet_events[MARTS].extra = marts.build_and_publish(given, as_of=as_of).told

    build_and_publish()


build_marts()
