"""The landing folder: bytes under their hash, and beside each what the bytes do not say."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.domain.errors import DamagedError
from ioc_pipeline.durable import read_json, sync_folder, write_durably, write_json
from ioc_pipeline.land.stamp import read_stamp, write_stamp
from ioc_pipeline.ledger.arrivals import Own, Sidecar
from ioc_pipeline.ledger.ledger import Ledger

_SIDECAR = re.compile(r"[0-9a-f]{64}\.([1-9][0-9]*)\.json")
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
        return blob_path(self.folder, sha256)

    def read(self, delivery: Delivery) -> bytes:
        """The bytes of a delivery, verified.

        Raises:
            DamagedError: they are not what was landed, or gone.
        """
        return self.verified_path(delivery.sha256).read_bytes()

    def verified_path(self, sha256: str) -> Path:
        """Where the bytes with this hash lie, once they were hashed again; see `read`."""
        path = self.blob_path(sha256)
        try:
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise DamagedError(f"landed bytes {sha256} cannot be read: {error.strerror}") from error
        if found != sha256:
            raise DamagedError(f"landed bytes {sha256} are not what was landed")
        return path

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
            self.describe(sidecar)
            self.at_step("described")
        if sidecars:
            newest = sidecars[-1].delivery
            stamp = read_stamp(self.folder)
            if stamp and newest.delivery_seq > stamp.delivery_seq:
                write_stamp(self.folder, replace(stamp, delivery_seq=newest.delivery_seq, sha256=newest.sha256))
            self.ledger.note_sidecars(newest.delivery_seq)
            self.at_step("confirmed")

    def sidecar_path(self, delivery: Delivery) -> Path:
        """Where the sidecar of a delivery lies: beside its bytes."""
        return self.blob_path(delivery.sha256).with_name(f"{delivery.sha256}.{delivery.delivery_seq}.json")

    def is_described(self, sidecar: Sidecar) -> bool:
        """Whether the sidecar on disk says what this one says."""
        try:
            return read_sidecar(self.sidecar_path(sidecar.delivery)) == sidecar
        except DamagedError:
            return False

    def describe(self, sidecar: Sidecar) -> None:
        """Write the sidecar of a delivery, also after it was lost or damaged."""
        delivery = sidecar.delivery
        content = {**asdict(delivery), "received_at": delivery.received_at.isoformat(), "origin": sidecar.origin}
        write_json(self.sidecar_path(delivery), content)

    def sidecar_paths(self) -> dict[int, Path]:
        """Every sidecar by the delivery it names; looks through the folders and reads none."""
        found = {}
        for path in self.folder.glob("??/*.json"):
            if named := _SIDECAR.fullmatch(path.name):
                found[int(named[1])] = path
        return found

    def restore_ledger(self, *, at: datetime, more: Iterable[Sidecar] = ()) -> list[int]:
        """Take into the ledger, an empty one or an older copy, every delivery that has a sidecar and it lacks.

        `more` are sidecars known from elsewhere, used where landing has none that can be read.

        Returns the numbers that should be there and are not: lost sidecars, which the caller has to report.

        Raises:
            StoresError: the ledger is not a copy of the one these sidecars are from.
        """
        sidecars = {one.delivery.delivery_seq: one for one in more}
        for seq, path in self.sidecar_paths().items():
            try:
                sidecars[seq] = read_sidecar(path)
            except DamagedError:
                continue  # reported as missing, unless `more` knows it
        self.ledger.restore(sidecars.values(), at=at)
        stamp = read_stamp(self.folder)
        newest = max(stamp.delivery_seq if stamp else 0, *sidecars, 0)
        return sorted(set(range(1, newest + 1)) - sidecars.keys())


def blob_path(landing: Path, sha256: str) -> Path:
    """Where the bytes with a hash lie in a landing folder."""
    return landing / sha256[:2] / sha256


def read_sidecar(path: Path) -> Sidecar:
    """What a sidecar says.

    Raises:
        DamagedError: it is gone, or not whole.
    """
    try:
        content = read_json(path)
        origin = content.pop("origin")
        content["received_at"] = datetime.fromisoformat(content["received_at"])
        return Sidecar(Delivery(**content), origin)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"{path.name} is no sidecar") from error
