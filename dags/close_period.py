"""### Close the period

Every working day at half past seven in the morning, the province's time: who owes what in the next three working days
and who is late. Each unit finds its text in `phan-hoi/nhac-viec.txt`; where a way is configured (docs/van-hanh.md)
it is sent too, once per duty and stage. The page `/ioc/reminders` shows the same to operators.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task

from dag_policy import note_failure, of_tasks
from ioc_pipeline.domain.local_time import TIME_ZONE


@dag(
    schedule=CronTriggerTimetable("30 7 * * *", timezone=TIME_ZONE),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=1),
    on_failure_callback=note_failure,
    default_args=of_tasks(retries=2),
    description="Reminds units of reports that are due soon or late, on the mornings of working days",
    doc_md=__doc__,
    tags=["operations"],
)
def close_period() -> None:
    @task
    def remind_units() -> list[str]:
        import reminder_channels
        from ioc_pipeline import settings
        from ioc_pipeline.domain.local_time import local_day
        from ioc_pipeline.flows import reminders

        given = settings.from_environment()
        day = local_day(get_current_context()["dag_run"].run_after)
        told = reminders.remind(given, reminders.duties(given), day, reminder_channels.send)
        return [one.unit_code for one in told]

    remind_units()


close_period()
