"""The communes of the province by one indicator: for the map and the ranking."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.serve import wall
from ioc_pipeline.web.wall.map import Map, draw

SHADES = 5


@dataclass(frozen=True, slots=True)
class Communes:
    """`units` by code, each with its `shade`: 1 to 5 from the lowest fifth of the values, 0 without a value."""

    indicator: dict[str, Any]
    units: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    map: Map

    @property
    def ranked(self) -> list[dict[str, Any]]:
        """Those with a value, the best first."""
        return sorted(
            (unit for unit in self.units if unit["value"] is not None),
            key=lambda unit: (unit["rank_number"] or 0, unit["org_unit_name"]),
        )


def communes_of(marts: duckdb.DuckDBPyConnection, province: str, indicator: str, boundaries: Path) -> Communes | None:
    """By the indicator asked for, or else by the one most communes have; None where none can be compared."""
    choices = wall.mappable_indicators(marts, province)
    if not choices:
        return None
    chosen = next((choice for choice in choices if choice["indicator_code"] == indicator), choices[0])
    units = wall.communes(marts, province, chosen["indicator_code"])
    values = sorted(unit["value"] for unit in units if unit["value"] is not None)
    for unit in units:
        # Equal values have one shade.
        unit["shade"] = 0 if unit["value"] is None else 1 + values.index(unit["value"]) * SHADES // len(values)
    return Communes(chosen, units, choices, draw(units, boundaries))
