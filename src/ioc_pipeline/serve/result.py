"""What a question to the published marts gives: rows under their names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb


@dataclass(frozen=True, slots=True)
class Result:
    """Rows in the order asked for, each as wide as the header."""

    header: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


def fetch(marts: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object] | None = None) -> Result:
    """Ask the marts; `parameters` are given to the query by name."""
    found = marts.execute(query, parameters)
    return Result([column[0] for column in found.description], found.fetchall())
