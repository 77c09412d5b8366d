"""Landing → the same marts: disaster recovery, and the proof that nothing but deliveries made them."""

import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.flows.loads import load_prepared
from ioc_pipeline.flows.marts import build_and_publish, today
from ioc_pipeline.flows.prepare import prepare, waiting_batches
from ioc_pipeline.flows.stores import expect_own_warehouse, open_own_warehouse, open_store, working_on_warehouse
from ioc_pipeline.land.stamp import Stamp, write_stamp
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish import published
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.belonging import join, read_markers
from ioc_pipeline.warehouse.place import DuckDBFile, place_of


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ordered-row hashes of each mart, (published, rebuilt); `folder` keeps the rebuilt installation if they differ.

    `replaced` says why the rebuilt warehouse took the place of the live one, "" where it did not. `lacking` are
    deliveries that were loaded and could not be rebuilt, with the reason of each.
    """

    hashes: dict[str, tuple[str, str]]
    folder: Path
    replaced: str
    lacking: dict[int, str]

    @property
    def differing(self) -> list[str]:
        return sorted(mart for mart, (live, rebuilt) in self.hashes.items() if live != rebuilt)


def rebuild(settings: Settings) -> Comparison:
    """Take everything in landing through the steps again into an empty ledger and warehouse, and compare the marts.

    The published marts' own as-of date is used, and no department is answered again. When the live warehouse is
    gone or does not belong to the ledger, the rebuilt one takes its place and the ledger follows it.

    Raises:
        UserError: landing is empty, or something was loaded that no published version holds.
        StoresError: ledger and landing do not belong together, or landing lost deliveries.
    """
    if not settings.landing.is_dir():
        raise UserError(f"{settings.landing}: nothing has landed yet, so there is nothing to rebuild from")
    store = open_store(settings)
    try:
        expect_own_warehouse(settings, store.ledger)
        reason = "" if place_of(settings).exists() else "there was none"
    except StoresError as error:
        reason = str(error)
    if not reason and store.ledger.has_unpublished():
        raise UserError("something was loaded and is not published yet: `ioc run` first, then compare")
    folder = Path(tempfile.mkdtemp(dir=settings.home, prefix="rebuild-"))
    fresh = _fresh(settings, store, folder)
    for batch in waiting_batches(fresh):
        prepare(fresh, batch)
    load_prepared(fresh, answer=False)
    live = published.ordered_row_hash(settings)
    build_and_publish(fresh, as_of=published.as_of(settings) or today())
    rebuilt = published.ordered_row_hash(fresh)
    held = {row.delivery_seq: row.held_reason for row in Ledger(fresh.ledger_url).status_rows() if row.held_reason}
    lacking = _replace_warehouse(settings, fresh, store.ledger) if reason else []
    hashes = {mart: (live.get(mart, ""), rebuilt.get(mart, "")) for mart in live | rebuilt}
    comparison = Comparison(hashes, folder, reason, {seq: held.get(seq, "not loaded") for seq in lacking})
    if not comparison.differing or not live:
        shutil.rmtree(folder)
    return comparison


def _fresh(settings: Settings, store: Store, folder: Path) -> Settings:
    """An installation of the same deliveries that shares the landed bytes: deliveries go on landing meanwhile."""
    fresh = replace(settings, home=folder, lake_catalogue="", ledger_url=f"sqlite:///{folder / 'ledger.db'}")
    fresh.landing.mkdir()
    for path in settings.landing.iterdir():
        if path.is_dir():
            (fresh.landing / path.name).symlink_to(path)
    ledger = Ledger(fresh.ledger_url)
    ledger.migrate()
    head = store.ledger.head()
    known = store.ledger.all_sidecars()  # what landing lost a sidecar of, the ledger still knows
    missing = Store(fresh.landing, ledger).restore_ledger(at=datetime.now(UTC), more=known)
    if missing or head.installation is None:
        raise StoresError(f"landing has lost the sidecars of deliveries {missing}, and the ledger does not know them")
    ledger.join(head.installation, at=datetime.now(UTC))
    newest = ledger.head()
    identity = head.installation
    write_stamp(fresh.landing, Stamp(identity.installation_id, identity.epoch, newest.delivery_seq, newest.sha256))
    return fresh


def _replace_warehouse(settings: Settings, fresh: Settings, ledger: Ledger) -> list[int]:
    """Put the rebuilt warehouse in place; give the loaded deliveries that it lacks. What was there is set aside."""
    with working_on_warehouse(settings):
        head = ledger.head()
        assert head.installation is not None
        with closing(DuckDBFile(fresh.warehouse).connect()) as connection:
            join(connection, head.installation)
        place_of(settings).set_aside()
        place_of(settings).bring_back(fresh.warehouse)
        return follow_warehouse(settings, ledger)


def follow_warehouse(settings: Settings, ledger: Ledger) -> list[int]:
    """Bring the ledger to what the warehouse says was loaded; give the deliveries that it said and that are not.

    Raises:
        StoresError: they still do not belong together.
    """
    with closing(place_of(settings).connect_to_read()) as connection:
        markers = read_markers(connection)
    lacking = ledger.follow(markers, at=datetime.now(UTC))
    open_own_warehouse(settings, ledger).close()
    return lacking
