"""Which checks the delivery of a cell had to pass: those of its table that look at its column, and at whole rows."""

from dataclasses import dataclass
from typing import Any

from ioc_pipeline.reference.suites import Expectation, read_suite
from ioc_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Checks:
    """`required` send a delivery back when they fail, so it has passed them; `watched` only warn."""

    required: list[Expectation]
    watched: list[Expectation]


def checks_of(given: Settings, read: dict[str, Any]) -> Checks:
    """The checks of the cell's table as they are in force now."""
    name = f"{read['source_name']}__{read['table_name']}"
    path = given.expectations / f"{name}.yml"
    suite = read_suite(name, path.read_bytes()) if path.exists() else []
    return Checks(
        [check for check in suite if check.severity == "critical"],
        [check for check in suite if check.severity != "critical"],
    )
