"""Landing → the same marts: disaster recovery, and the proof that nothing but deliveries made them."""

import shutil
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows import ingest
from ioc_pipeline.land import landing
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
    if settings.warehouse.exists() and ingest.open_ledger(settings).has_unpublished():
        raise UserError("something was loaded and is not published yet: `ioc run` first, then compare")
    folder = Path(tempfile.mkdtemp(dir=settings.home, prefix="rebuild-"))
    (folder / "landing").symlink_to(settings.landing)
    fresh = replace(settings, home=folder, ledger_url=f"sqlite:///{folder / 'ledger.db'}")
    ledger = ingest.open_ledger(fresh)
    missing = landing.replay(fresh.landing, ledger, at=datetime.now(UTC))
    if missing:
        raise LookupError(f"landing has lost the sidecars of deliveries {missing}")
    waiting = ledger.waiting(at=datetime.now(UTC))
    for start in range(0, len(waiting), ingest.BATCH_SIZE):
        ingest.prepare(fresh, waiting[start : start + ingest.BATCH_SIZE])
    ingest.load_prepared(fresh, answer=False)
    live = published.ordered_row_hash(settings)
    ingest.build_and_publish(fresh, as_of=published.as_of(settings) or ingest.today())
    rebuilt = published.ordered_row_hash(fresh)
    comparison = Comparison({mart: (live.get(mart, ""), rebuilt.get(mart, "")) for mart in live | rebuilt}, folder)
    if not settings.warehouse.exists():
        settings.warehouse.parent.mkdir(parents=True, exist_ok=True)
        fresh.warehouse.replace(settings.warehouse)
    if not comparison.differing or not live:
        (folder / "landing").unlink()
        shutil.rmtree(folder)
    return comparison
