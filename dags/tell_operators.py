"""### Tell the operators

Looks every ten minutes what an operator should know of: files that nobody takes, deliveries that are held, marts that
lag behind, a disk that fills, runs that failed. What has come up or is over since the last look is sent by e-mail and
webhook, where they are configured (docs/van-hanh.md); `/ioc/health` and `ioc status` always show what is so now.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import CronTriggerTimetable, dag, task

from dag_policy import note_failure, of_tasks


@dag(
    schedule=CronTriggerTimetable("4-59/10 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=9),
    on_failure_callback=note_failure,
    default_args=of_tasks(ends_after=timedelta(minutes=2), retries=2),
    description="Sends what operators should know of, when it comes up and when it is over",
    doc_md=__doc__,
    tags=["operations"],
)
def tell_operators() -> None:
    @task
    def tell_news() -> None:
        import logging

        import alert_channels
        from ioc_pipeline import settings
        from ioc_pipeline.flows import alerts

        given = settings.from_environment()
        news = alerts.news(given)
        alert_channels.count(alert.severity for alert in news.found)
        for line in news.lines:
            logging.getLogger(__name__).warning(line)
        if news.lines:
            alert_channels.tell(news.lines)
        alerts.remember(given, news.found)  # only what was sent: a failure is tried again

    tell_news()


tell_operators()
