"""The warehouse → published marts, and one pass over everything."""

from dataclasses import replace
from datetime import UTC, date, datetime

from ioc_pipeline.build.marts import build
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.flows.inbox import land_inbox, wait_until_still
from ioc_pipeline.flows.loads import LoadSummary, load_prepared
from ioc_pipeline.flows.prepare import prepare_all
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.publish.publication import Published, publish
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.raw import open_warehouse


def run(settings: Settings) -> tuple[LoadSummary, Published]:
    """One pass from the inbox to published marts, without Airflow."""
    wait_until_still(settings)
    failed = prepare_all(settings, land_inbox(settings))
    summary = load_prepared(settings)
    published = build_and_publish(settings)
    return replace(summary, failed=summary.failed + sum(map(len, failed))), published


def build_and_publish(settings: Settings, *, as_of: date | None = None) -> Published:
    """Protocol step 6: build and test the marts, then publish them as a new version."""
    open_warehouse(settings.warehouse).close()  # made where there is none yet: an empty one has marts too
    build(settings, as_of=as_of or today())
    published = publish(settings, published_at=datetime.now(UTC))
    open_ledger(settings).published(published.load_seq, published.version, at=datetime.now(UTC))
    return published


def today() -> date:
    """The date in Vietnam."""
    return local_day(datetime.now(UTC))
