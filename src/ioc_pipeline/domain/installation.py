"""Which installation a store belongs to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Installation:
    """One identity, carried by ledger, landing, warehouse and publication.

    `epoch` grows when another ledger takes over (restored, moved): the one before is refused from then on.
    """

    installation_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Marker:
    """What the warehouse says of one load: its number, the delivery with the bytes it stands for, what came of it."""

    load_seq: int
    delivery_seq: int
    sha256: str
    outcome: str
    contract_hash: str
    source_name: str
