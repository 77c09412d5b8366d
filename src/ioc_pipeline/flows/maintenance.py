"""What is done every night: what may not stay goes, lost sidecars come back, a share of all is verified."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.answer import feedback
from ioc_pipeline.domain.findings import Finding, delivery_place
from ioc_pipeline.durable import remove
from ioc_pipeline.flows.prepared import forget_prepared, prepared_seqs
from ioc_pipeline.flows.purging import purge_due
from ioc_pipeline.flows.stores import open_store, working_on_warehouse
from ioc_pipeline.flows.verify import verify_share
from ioc_pipeline.land.store import Store
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import place_of

NIGHTLY_SECONDS = 600.0  # for the hashes of landed bytes; the rest is quick
DAY = 86_400.0
_KEPT_SECONDS = {
    "landing/??/.*.tmp": DAY,
    "landing/contracts/*/.*.tmp": DAY,
    "prepared/.writing-*": DAY,
    "prepared/*/.*.tmp": DAY,
    "published/.*.tmp": DAY,
    "rebuild-*": 7 * DAY,
    "warehouse/set-aside-*.duckdb": 30 * DAY,
}
"""Leftovers, as patterns below home, and how long after its last change each is somebody's still."""


def maintain(settings: Settings, *, seconds: float = NIGHTLY_SECONDS) -> list[Finding]:
    """Sweep, delete what was returned for personal data, verify for so long; give what is found damaged.

    A sidecar that is lost is written again.

    Raises:
        StoresError: ledger and landing do not belong together.
    """
    store = open_store(settings)
    for path in leftovers(settings, now=time.time()):
        remove(path)
    feedback.sweep(settings.inbox, older_than=time.time() - DAY)
    _forget_finished(settings, store)
    purge_due(settings)
    with working_on_warehouse(settings):
        if place_of(settings).exists():
            place_of(settings).tidy(datetime.now(UTC))
    found = verify_share(settings, seconds=seconds)
    _describe_again(store, found)
    return found


def leftovers(settings: Settings, *, now: float) -> Iterator[Path]:
    """What a process that died left half done, long enough ago that nobody can be at it any more."""
    for pattern, seconds in _KEPT_SECONDS.items():
        for path in sorted(settings.home.glob(pattern)):
            if now - path.lstat().st_mtime > seconds:
                yield path


def _forget_finished(settings: Settings, store: Store) -> None:
    """Prepared files of deliveries that are loaded and answered: a crash came before they were removed."""
    there = prepared_seqs(settings)
    unanswered = set(store.ledger.to_answer())
    for row in store.ledger.loads(there):
        if row.load_seq and row.delivery_seq not in unanswered:
            forget_prepared(settings, row.delivery_seq)


def _describe_again(store: Store, found: list[Finding]) -> None:
    """Write sidecars that are gone or damaged again, of deliveries whose row is as it was recorded."""
    doubted = {one.place for one in found if one.area in ("ledger", "events")}
    lost = {one.place for one in found if one.area == "sidecars"}
    if "chain" in doubted:
        return
    for sidecar in store.ledger.all_sidecars():
        if delivery_place(sidecar.delivery.delivery_seq) in lost - doubted:
            store.describe(sidecar)
