"""Tables of records, `raw.<record>`: their columns are those of whoever fills or reads them, and none is taken away."""

from collections.abc import Iterable

import duckdb

from ioc_pipeline.domain.errors import ContractError


def fit_record_table(
    connection: duckdb.DuckDBPyConnection, record: str, columns: Iterable[tuple[str, str]], *, said_by: str
) -> None:
    """Make `raw.<record>`, or add the columns it lacks. A column is its name and DuckDB's name of its type.

    Raises:
        ContractError: the table has a column in another type; `said_by` is the file that wants it.
    """
    connection.execute(f'create table if not exists raw."{record}" (load_seq bigint)')
    present = {name: kind for name, kind, *_ in connection.execute(f'describe raw."{record}"').fetchall()}
    for name, kind in columns:
        if name not in present:
            connection.execute(f'alter table raw."{record}" add column "{name}" {kind}')
        elif present[name] != kind:
            raise ContractError(
                f"{said_by}: column {name} is {kind}, and raw.{record} has it as {present[name]}: "
                "give the column another name"
            )
