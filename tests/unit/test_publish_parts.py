"""Of a mart in which little changed the rows that did are written again, and no others."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from empty_marts import change, empty_marts
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.settings import Settings

NOON = datetime(2025, 10, 20, 12, tzinfo=UTC)
YEARS = range(1990, 2030)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Forty periods, published: their keys lie in many parts."""
    settings = empty_marts(tmp_path / "home")
    change(
        settings,
        "insert into marts.dim_period select year::varchar, 'calendar', 'year', make_date(year::int, 1, 1),"
        " make_date(year::int, 12, 31), year, 'Năm ' || year from range(2029, 1989, -1) as years (year)",
    )
    publish(settings, published_at=NOON)
    return settings


def _labels(settings: Settings) -> dict[int, str]:
    """Of each year in the published version, in the order in which they lie."""
    with closing(connect_published(settings)) as connection:
        return dict(connection.execute("select year_number, period_label_vi from dim_period order by rowid").fetchall())


def test_rows_that_changed_come_to_lie_behind_the_others(settings: Settings) -> None:
    assert list(_labels(settings)) == list(YEARS)  # in the order of the key
    change(settings, "update marts.dim_period set period_label_vi = 'Khác' where year_number = 2000")
    change(settings, "delete from marts.dim_period where year_number = 2010")
    more = "select * replace ('2030' as period_key, 2030 as year_number) from marts.dim_period where year_number = 2020"
    change(settings, f"insert into marts.dim_period {more}")
    assert publish(settings, published_at=NOON).changed
    after = _labels(settings)
    assert after.keys() == {*YEARS, 2030} - {2010}
    assert (after[2000], after[2030], after[1999]) == ("Khác", "Năm 2020", "Năm 1999")
    assert {*list(after)[-5:]} >= {2000, 2030}
    parquet = next(settings.published.glob("parquet_000002_*")) / "dim_period.parquet"
    assert dict(duckdb.sql(f"select year_number, period_label_vi from '{parquet}'").fetchall()) == after


def test_a_mart_that_changed_in_most_rows_is_sorted_anew(settings: Settings) -> None:
    change(settings, "update marts.dim_period set period_label_vi = 'Khác' where year_number > 2000")
    publish(settings, published_at=NOON)
    assert list(_labels(settings)) == list(YEARS)
