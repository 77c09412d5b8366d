"""### Build and publish the marts

Wakes when raw has changed; changes that arrive while it builds are taken together by the next run.
One task, since a single dbt build costs nearly as much as a single model. The last published version stays
until the new one is complete and verified.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, task

RAW, MARTS = Asset("raw"), Asset("marts")


@dag(
    schedule=[RAW],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(seconds=5)},
    doc_md=__doc__,
    tags=["marts"],
)
def build_marts() -> None:
    @task(pool="warehouse", outlets=[MARTS])
    def build_and_publish(*, run_after: datetime) -> None:
        from ioc_pipeline import build, publish, settings

        given = settings.from_environment()
        build.build(given, as_of=run_after.date())
        publish.publish(given, published_at=run_after)

    build_and_publish()


build_marts()
