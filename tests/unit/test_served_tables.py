"""A table in PostgreSQL that changed little goes on in the next version: only its changed rows are written."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import psycopg
import pytest

from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.publish.postgresql import publish_to_postgresql
from postgresql_server import new_database, postgresql_url

__all__ = ["postgresql_url"]

VALUES = Mart(
    "mart_value",
    "Values.",
    ("org_unit_code", "day"),
    (
        Column("org_unit_code", "varchar", "Whom it describes."),
        Column("day", "date", "When."),
        Column("value", "decimal(38,12)", "How much."),
    ),
)
UNITS = [f"{number:05d}" for number in range(60)]
FIRST = {unit: Decimal(index) for index, unit in enumerate(UNITS)}

Rows = dict[str, Decimal]


@pytest.fixture
def url(postgresql_url: str) -> str:
    return new_database(postgresql_url)


def publish(url: str, folder: Path, number: int, rows: Rows, mart: Mart = VALUES) -> None:
    """The same day of every unit."""
    bring(url, folder, number, [(unit, date(2026, 11, 27), value) for unit, value in rows.items()], mart)


def bring(url: str, folder: Path, number: int, rows: list[tuple[object, ...]], mart: Mart) -> None:
    """A version as publishing writes it, brought to PostgreSQL."""
    path = folder / f"marts_{number:06d}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        columns = ", ".join(f"{column.name} {column.data_type}" for column in mart.columns)
        connection.execute(f"create table marts.mart_value ({columns})")
        connection.executemany("insert into marts.mart_value values (?, ?, ?)", rows)
        connection.execute(
            "create table marts._publication as select ? as version, timestamp '2026-11-27' as published_at,"
            " date '2026-11-27' as as_of, ?::bigint as load_seq",
            [f"{number:06d}_abc", number],
        )
    assert publish_to_postgresql(url, path, [mart])


def shown(url: str, column: str = "value") -> Rows:
    with psycopg.connect(url) as there:
        return dict(there.execute(f"select org_unit_code, {column} from marts.mart_value").fetchall())  # type: ignore[arg-type]


def places(url: str, number: int) -> dict[str, tuple[object, ...]]:
    """Of each row of a version: the table that holds it, and the transaction that wrote it."""
    with psycopg.connect(url) as there:
        rows = there.execute(
            f"select org_unit_code, tableoid, xmin from marts_{number:06d}_abc.mart_value"  # type: ignore[arg-type]
        ).fetchall()
    return {unit: tuple(place) for unit, *place in rows}


def test_rows_that_did_not_change_are_not_written_again(url: str, tmp_path: Path) -> None:
    publish(url, tmp_path, 1, FIRST)
    before = places(url, 1)
    rows = {**FIRST, "00007": Decimal("0.5"), "new": Decimal(1)}
    del rows["00030"]
    publish(url, tmp_path, 2, rows)
    assert shown(url) == rows
    after = places(url, 2)
    stayed = {unit for unit in after if after[unit] == before.get(unit)}
    assert len(stayed) > len(UNITS) / 2
    assert stayed.isdisjoint({"00007", "new"})
    publish(url, tmp_path, 3, rows)
    assert (shown(url), places(url, 3)) == (rows, after)


def test_of_a_mart_by_year_the_same_units_of_other_years_are_not_written_again(url: str, tmp_path: Path) -> None:
    year = Column("period_year", "integer", "When.")
    mart = replace(VALUES, key=("org_unit_code", year.name), columns=(VALUES.columns[0], year, VALUES.columns[2]))
    written = []
    for number in (1, 2):
        newest = [(unit, 2025, Decimal(number) if unit < "00010" else Decimal(0)) for unit in UNITS]
        bring(url, tmp_path, number, [*((unit, 2024, Decimal(0)) for unit in UNITS), *newest], mart)
        with psycopg.connect(url) as there:
            rows = there.execute(
                f"select org_unit_code, period_year, value, xmin from marts_{number:06d}_abc.mart_value"  # type: ignore[arg-type]
            ).fetchall()
        assert {row[:3] for row in rows} == {*((unit, 2024, Decimal(0)) for unit in UNITS), *newest}
        written.append({tuple(row) for row in rows})
    stayed = {row[:2] for row in written[0] & written[1]}
    assert {unit for unit, when in stayed if when == 2024} == set(UNITS)
    assert stayed.isdisjoint({(unit, 2025) for unit in UNITS if unit < "00010"})


@pytest.mark.parametrize("change", ["most rows", "another name of a column", "a row that somebody deleted there"])
def test_a_table_that_cannot_go_on_is_copied_whole(url: str, tmp_path: Path, change: str) -> None:
    publish(url, tmp_path, 1, FIRST)
    before, rows, mart = places(url, 1), FIRST, VALUES
    if change == "most rows":
        rows = {unit: value + 1 for unit, value in FIRST.items()}
    elif change == "another name of a column":
        mart = replace(VALUES, columns=(*VALUES.columns[:2], Column("amount", "decimal(38,12)", "How much.")))
    else:
        with psycopg.connect(url) as there:
            there.execute("delete from marts_000001_abc.mart_value where org_unit_code = '00001'")
    publish(url, tmp_path, 2, rows, mart)
    assert shown(url, mart.columns[2].name) == rows
    assert not set(places(url, 2).values()) & set(before.values())
