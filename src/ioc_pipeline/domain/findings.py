"""What a check of the stores found."""

from dataclasses import dataclass
from typing import Literal

Area = Literal["events", "ledger", "bytes", "sidecars", "contracts", "warehouse", "publications"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not what was recorded: `place` names it for a person, `what` says what is wrong with it."""

    area: Area
    place: str
    what: str


def delivery_place(delivery_seq: int) -> str:
    """The `place` of what is found of one delivery."""
    return f"delivery {delivery_seq}"
