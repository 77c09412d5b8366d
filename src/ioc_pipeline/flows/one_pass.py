"""One pass over everything, without Airflow."""

from dataclasses import replace

from ioc_pipeline.flows.inbox import land_inbox, wait_until_still
from ioc_pipeline.flows.loads import LoadSummary, load_prepared
from ioc_pipeline.flows.marts import build_and_publish
from ioc_pipeline.flows.prepare import doubtful_batches, prepare_all
from ioc_pipeline.publish.publication import Published
from ioc_pipeline.settings import Settings


def run(settings: Settings) -> tuple[LoadSummary, Published]:
    """Take the inbox to published marts."""
    wait_until_still(settings)
    failed = prepare_all(settings, land_inbox(settings))
    summary = load_prepared(settings)
    if doubtful := doubtful_batches(settings):
        failed += prepare_all(settings, doubtful)
        summary = summary + load_prepared(settings)
    published = build_and_publish(settings)
    return replace(summary, failed=summary.failed + sum(map(len, failed))), published
