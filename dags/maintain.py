"""### Keep the installation sound

Every night: removes what killed processes left behind, writes lost sidecars again, and looks at everything that is
kept against what was recorded of it; of the landed bytes as many as ten minutes allow, going on the next night where
it ended. A finding fails the task, so that somebody is told; `ioc verify` looks at all of it.
"""

from datetime import UTC, datetime

from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowFailException

from dag_policy import RUN_ENDS_AFTER, note_failure, of_tasks
from ioc_pipeline.domain.local_time import TIME_ZONE


@dag(
    schedule=CronTriggerTimetable("30 2 * * *", timezone=TIME_ZONE),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=RUN_ENDS_AFTER,
    on_failure_callback=note_failure,
    default_args=of_tasks(retries=2),
    description="Sweeps leftovers and verifies what is kept, a share of it every night",
    doc_md=__doc__,
    tags=["maintenance"],
)
def maintain() -> None:
    @task
    def sweep_and_verify() -> None:
        from ioc_pipeline import settings
        from ioc_pipeline.flows import maintenance

        if found := maintenance.maintain(settings.from_environment()):
            raise AirflowFailException(f"{len(found)} findings, e.g. {found[0].place}: `ioc status` lists them")

    sweep_and_verify()


maintain()
