"""Which years a build computes again after what was loaded since the last one."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ioc_pipeline.build.touched import touched_years
from ioc_pipeline.warehouse.place import DuckDBFile

JANUARY = date(2026, 1, 20)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(DuckDBFile(tmp_path / "warehouse.duckdb").connect()) as connection:
        yield connection


def touched(warehouse: duckdb.DuckDBPyConnection, longest_age_months: int) -> list[int] | None:
    return touched_years(
        warehouse, built_load_seq=1, built_as_of=JANUARY, as_of=JANUARY, longest_age_months=longest_age_months
    )


def test_the_days_around_the_day_asked_about_are_always_touched(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert touched(warehouse, 0) == [2025, 2026]


@pytest.mark.parametrize(
    ("longest_age_months", "years"),
    [(0, [2022, 2025, 2026]), (12, [2022, 2023, 2025, 2026]), (15, [2022, 2023, 2024, 2025, 2026])],
)
def test_a_stock_touches_the_years_in_which_it_may_still_be_a_denominator(
    warehouse: duckdb.DuckDBPyConnection, longest_age_months: int, years: list[int]
) -> None:
    warehouse.execute(
        "insert into raw.delivery_scope (load_seq, period_end_date) values (1, '2020-06-30'), (2, '2022-06-30')"
    )
    assert touched(warehouse, longest_age_months) == years


def test_what_falls_due_in_the_year_after_touches_it_too(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into raw.delivery_scope (load_seq, period_end_date) values (2, '2022-12-14')")
    assert touched(warehouse, 0) == [2022, 2023, 2025, 2026]


def test_a_withdrawal_touches_everything(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("insert into raw.delivery (load_seq, delivery_seq, kind) values (2, 3, 'withdrawal')")
    assert touched(warehouse, 0) is None
