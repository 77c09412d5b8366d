"""Landing → the same marts: disaster recovery, and the proof that nothing but deliveries made them."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.loads import load_prepared
from ioc_pipeline.flows.marts import build_and_publish, today
from ioc_pipeline.flows.prepare import prepare, waiting_batches
from ioc_pipeline.flows.stores import open_ledger, open_store
from ioc_pipeline.publish import published
from ioc_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ordered-row hashes of each mart, (published, rebuilt); `folder` keeps the rebuilt installation if they differ."""

    hashes: dict[str, tuple[str, str]]
    folder: Path

    @property
    def differing(self) -> list[str]:
        return sorted(mart for mart, (live, rebuilt) in self.hashes.items() if live != rebuilt)


def rebuild(settings: Settings) -> Comparison:
    """Take everything in landing through the steps again into an empty ledger and warehouse, and compare the marts.

    The published marts' own as-of date is used, and no department is answered again. When the live warehouse is
    gone, the rebuilt one takes its place.

    Raises:
        UserError: landing is empty, or something was loaded that no published version holds.
    """
    if not settings.landing.is_dir():
        raise UserError(f"{settings.landing}: nothing has landed yet, so there is nothing to rebuild from")
    if settings.warehouse.exists() and open_ledger(settings).has_unpublished():
        raise UserError("something was loaded and is not published yet: `ioc run` first, then compare")
    folder = Path(tempfile.mkdtemp(dir=settings.home, prefix="rebuild-"))
    (folder / "landing").symlink_to(settings.landing)
    fresh = replace(settings, home=folder, ledger_url=f"sqlite:///{folder / 'ledger.db'}")
    missing = open_store(fresh).restore_ledger(at=datetime.now(UTC))
    if missing:
        raise LookupError(f"landing has lost the sidecars of deliveries {missing}")
    for batch in waiting_batches(fresh):
        prepare(fresh, batch)
    load_prepared(fresh, answer=False)
    live = published.ordered_row_hash(settings)
    build_and_publish(fresh, as_of=published.as_of(settings) or today())
    rebuilt = published.ordered_row_hash(fresh)
    comparison = Comparison({mart: (live.get(mart, ""), rebuilt.get(mart, "")) for mart in live | rebuilt}, folder)
    if not settings.warehouse.exists():
        settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
        fresh.warehouse.replace(settings.warehouse)
    if not comparison.differing or not live:
        (folder / "landing").unlink()
        shutil.rmtree(folder)
    return comparison
