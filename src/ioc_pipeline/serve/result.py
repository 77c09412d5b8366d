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


def records(
    marts: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    """Ask the marts; each row comes as its values by their names."""
    result = fetch(marts, query, parameters)
    return [dict(zip(result.header, row, strict=True)) for row in result.rows]
