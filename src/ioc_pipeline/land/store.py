"""The landing folder: bytes under their hash, and beside each what the bytes do not say."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.durable import sync_folder, write_durably
from ioc_pipeline.ledger.arrivals import Own, Sidecar
from ioc_pipeline.ledger.ledger import Ledger

OWN_STEPS = ("stored", "recorded", "described", "confirmed")  # of what is not in the inbox


def carry_on(_step: str) -> None:
    """Nobody watches the steps."""


@dataclass(frozen=True, slots=True)
class Store:
    """The landing folder and the ledger that numbers what lies in it.

    `at_step` is told each step when it is done (`OWN_STEPS`, `intake.STEPS`): tests stop or kill the process there.
    """

    folder: Path
    ledger: Ledger
    at_step: Callable[[str], None] = carry_on

    def blob_path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie."""
        return self.folder / sha256[:2] / sha256

    def read(self, delivery: Delivery) -> bytes:
        """The bytes of a delivery."""
        return self.blob_path(delivery.sha256).read_bytes()

    def keep(self, content: bytes) -> str:
        """Make the bytes durable under their hash, and give it. What lies there already is replaced, not trusted."""
        sha256 = hashlib.sha256(content).hexdigest()
        write_durably(self.blob_path(sha256), content)
        sync_folder(self.folder)
        self.at_step("stored")
        return sha256

    def record_own(self, own: Own, *, at: datetime) -> Delivery:
        """Give what is kept already its number and its sidecar; durable when this returns."""
        delivery = self.ledger.record_own(own, at=at)
        self.at_step("recorded")
        self.write_sidecars()
        return delivery

    def write_sidecars(self) -> None:
        """Write the sidecar of every delivery that may lack it, also what a crashed pass left undone."""
        sidecars = self.ledger.without_sidecar()
        for sidecar in sidecars:
            delivery = sidecar.delivery
            path = self.blob_path(delivery.sha256).with_name(f"{delivery.sha256}.{delivery.delivery_seq}.json")
            content = {**asdict(delivery), "received_at": delivery.received_at.isoformat(), "origin": sidecar.origin}
            write_durably(path, json.dumps(content, ensure_ascii=False, indent=1).encode())
            self.at_step("described")
        if sidecars:
            self.ledger.note_sidecars(sidecars[-1].delivery.delivery_seq)
            self.at_step("confirmed")

    def restore_ledger(self, *, at: datetime) -> list[int]:
        """Fill the ledger, an empty one, from the sidecars: the same deliveries and numbers, all to be prepared.

        Returns the numbers that should be there and are not: lost sidecars, which the caller has to report.

        Raises:
            UserError: the ledger is not empty.
        """
        sidecars = [_read_sidecar(path) for path in self.folder.glob("??/*.json")]
        self.ledger.restore(sidecars, at=at)
        present = {sidecar.delivery.delivery_seq for sidecar in sidecars}
        return sorted(set(range(1, max(present, default=0) + 1)) - present)


def _read_sidecar(path: Path) -> Sidecar:
    content = json.loads(path.read_text(encoding="utf-8"))
    origin = content.pop("origin")
    content["received_at"] = datetime.fromisoformat(content["received_at"])
    return Sidecar(Delivery(**content), origin)
