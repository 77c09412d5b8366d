"""`landing/installation.json`: whose landing this is, and its newest delivery, read without looking through it."""

from dataclasses import asdict, dataclass
from pathlib import Path

from ioc_pipeline.domain.errors import DamagedError
from ioc_pipeline.domain.installation import Installation
from ioc_pipeline.durable import read_json, write_json

STAMP = "installation.json"


@dataclass(frozen=True, slots=True)
class Stamp:
    """`delivery_seq` and `sha256` are those of the newest delivery with a sidecar; 0 and "" before the first."""

    installation_id: str
    epoch: int
    delivery_seq: int
    sha256: str

    @property
    def installation(self) -> Installation:
        return Installation(self.installation_id, self.epoch)


def read_stamp(landing: Path) -> Stamp | None:
    """The stamp; None where there is none that can be read: then the sidecars must tell."""
    try:
        content = read_json(landing / STAMP)
        return Stamp(
            str(content["installation_id"]), int(content["epoch"]), int(content["delivery_seq"]), str(content["sha256"])
        )
    except (DamagedError, ValueError, KeyError, TypeError):
        return None


def write_stamp(landing: Path, stamp: Stamp) -> None:
    """Write the stamp durably."""
    write_json(landing / STAMP, asdict(stamp))
