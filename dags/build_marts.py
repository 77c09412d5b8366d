"""### Build and publish the marts

Wakes when raw has changed; changes that arrive while it builds are taken together by the next run.
One task, since a single dbt build costs nearly as much as a single model. The last published version stays
until the new one is complete and verified.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, task
from airflow.sdk.types import DagRunProtocol

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
    def build_and_publish(*, dag_run: DagRunProtocol) -> None:
        from ioc_pipeline import settings
        from ioc_pipeline.domain.local_time import local_day
        from ioc_pipeline.flows import marts

        marts.build_and_publish(settings.from_environment(), as_of=local_day(dag_run.run_after))

    build_and_publish()


build_marts()
