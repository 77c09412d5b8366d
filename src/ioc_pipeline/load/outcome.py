"""What became of a delivery when it was loaded."""

from dataclasses import dataclass

from ioc_pipeline.domain.deliveries import Outcome
from ioc_pipeline.domain.errors import Problem


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one delivery.

    `problems` are those that loading found, beyond the verdict's own. A duplicate gets the receipt of
    `same_as_delivery_seq`, whose bytes are still the newest of every scope. A file that was accepted takes the place of
    `replaced_delivery_seqs`, and `changed_count` of its values are not what those said.
    """

    delivery_seq: int
    load_seq: int
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    same_as_delivery_seq: int | None = None
    replaced_delivery_seqs: tuple[int, ...] = ()
    changed_count: int = 0
