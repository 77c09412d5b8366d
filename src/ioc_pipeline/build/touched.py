"""Which years of the facts a build must compute again: those that anything loaded since the last one speaks of."""

from datetime import date, timedelta
from typing import Any

import duckdb

# A day belongs to a period that ends up to a month later (the management month, and its quarter and year, end on the
# 14th), and what was owed for a period of December falls due in January.
_AROUND = timedelta(days=31)
_UNTIL_DUE = timedelta(days=92)  # what is counted by the day a report falls due may lie in the year after


def touched_years(
    warehouse: duckdb.DuckDBPyConnection,
    *,
    built_load_seq: int,
    built_as_of: date,
    as_of: date,
    longest_age_months: int,
) -> list[int] | None:
    """Years of period_end_date that differ from what was built up to `built_load_seq`, in order.

    A stock in a denominator and a weight reach `longest_age_months` forward, so the years after a touched one may be
    touched too. The years from `built_as_of` to `as_of` always are: what is late or too old depends on the day.

    Returns:
        None where no list of years will do: a delivery was withdrawn, or read again under another contract.
    """
    (is_unbounded,) = _one(
        warehouse,
        """
        select
            exists (from raw.delivery where kind = 'withdrawal' and load_seq > $built)
            or exists (
                from raw.load as again
                semi join raw.load as before
                    on again.delivery_seq = before.delivery_seq and before.load_seq <= $built
                where again.load_seq > $built
            )
        """,
        built_load_seq,
    )
    if is_unbounded:
        return None
    first, last = min(built_as_of, as_of) - _AROUND, max(built_as_of, as_of) + _AROUND
    years = set(range(first.year, last.year + 1))
    rows = warehouse.execute(
        """
        select distinct unnest([year(period_end_date), year(period_end_date + $until_due)])
        from raw.delivery_scope where load_seq > $built
        union
        select distinct unnest([year(period_end_date), year(period_end_date + $until_due)])
        from raw.waiver where load_seq > $built
        union
        -- a record leaves the period it was in before
        select distinct year(older.period_end_date)
        from raw.observation as older
        semi join raw.observation as newer
            on older.source_name = newer.source_name and older.table_name = newer.table_name
            and older.record_key = newer.record_key
            and newer.replaces = 'record' and newer.load_seq > $built
        where older.replaces = 'record'
        """,
        {"built": built_load_seq, "until_due": _UNTIL_DUE},
    ).fetchall()
    years.update(year for (year,) in rows if year is not None)
    for table, columns in _record_tables(warehouse).items():
        if since := _earliest(warehouse, table, columns, built_load_seq):
            years.update(range((since - _AROUND).year, last.year + 1))
    reach = -(-longest_age_months // 12)
    newest = max(years)
    years.update(later for year in tuple(years) for later in range(year, min(year + reach, newest) + 1))
    return sorted(years)


def _record_tables(warehouse: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Names of the raw tables of records, with their columns that hold a day or a time."""
    rows = warehouse.execute(
        """
        select table_name, column_name from duckdb_columns() as columns
        where schema_name = 'raw' and table_name != 'observation' and data_type in ('DATE', 'TIMESTAMP')
            and exists (
                from duckdb_columns() as keys
                where keys.schema_name = 'raw' and keys.table_name = columns.table_name
                    and keys.column_name = 'record_key'
            )
        order by all
        """
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(table, []).append(column)
    return tables


def _earliest(warehouse: duckdb.DuckDBPyConnection, table: str, columns: list[str], built_load_seq: int) -> date | None:
    """The first day that any version of a record says of which a new one was loaded, None if there is no new one."""
    names = ", ".join(f'"{column}"' for column in columns)
    earliest: date | None = _one(
        warehouse,
        f"""
        select min(least({names}, null)::date) from raw."{table}" as older
        semi join raw."{table}" as newer
            on older.source_name = newer.source_name and older.record_key = newer.record_key
            and newer.load_seq > $built
        """,  # noqa: S608  # our own names
        built_load_seq,
    )[0]
    return earliest


def _one(warehouse: duckdb.DuckDBPyConnection, query: str, built_load_seq: int) -> tuple[Any, ...]:
    row = warehouse.execute(query, {"built": built_load_seq}).fetchone()
    assert row is not None
    return row
