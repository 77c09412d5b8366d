"""Of a mart that a build keeps by year, the years that it did not touch are neither read nor written again."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
import yaml

from empty_marts import change, empty_marts
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.settings import Settings

NOON = datetime(2025, 10, 20, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Three years of revisions, published after a build of everything."""
    settings = empty_marts(tmp_path / "home")
    change(
        settings,
        "insert into marts.mart_revision by name select 'i' as indicator_code, '14' as org_unit_code, year as"
        " period_year, 'first' as element_code from (values (2023), (2024), (2025)) as years (year)",
    )
    change(settings, "create table build.touched (build_number bigint, build_id varchar, period_year integer)")
    change(settings, "insert into build.touched values (1, 'first', null)")
    publish(settings, published_at=NOON)
    return settings


def _built(settings: Settings, number: int, year: str) -> None:
    change(settings, f"insert into build.touched values ({number}, 'build {number}', {year})")


def _revise(settings: Settings, year: int) -> None:
    change(settings, f"update marts.mart_revision set element_code = 'second' where period_year = {year}")


def _published(settings: Settings) -> dict[int, str]:
    """What each year says, in the database as in Parquet."""
    query = "select period_year, element_code from {} order by all"
    with closing(connect_published(settings)) as connection:
        found = connection.execute(query.format("mart_revision")).fetchall()
    folder = max(settings.published.glob("parquet_*")) / "mart_revision"
    assert duckdb.sql(query.format(f"'{folder}/*.parquet'")).fetchall() == found
    return dict(found)


def _files(settings: Settings, number: int) -> dict[str, int]:
    """Of a version: the inode of each year's file."""
    (folder,) = settings.published.glob(f"parquet_{number:06}_*/mart_revision")
    return {path.stem: path.stat().st_ino for path in folder.iterdir()}


def test_a_year_that_did_not_change_keeps_its_file(settings: Settings) -> None:
    _revise(settings, 2025)
    _built(settings, 2, "2025")
    publish(settings, published_at=NOON)
    before, after = _files(settings, 1), _files(settings, 2)
    assert {year for year in before if before[year] == after[year]} == {"2023", "2024"}
    assert _published(settings) == {2023: "first", 2024: "first", 2025: "second"}


def test_years_that_no_build_touched_are_not_read(settings: Settings) -> None:
    _revise(settings, 2023)
    _revise(settings, 2025)
    _built(settings, 2, "2024")
    _built(settings, 3, "2025")
    publish(settings, published_at=NOON)
    assert _published(settings) == {2023: "first", 2024: "first", 2025: "second"}


@pytest.mark.parametrize("noted", ["null", "2023"])
def test_all_is_read_after_a_build_that_may_have_touched_all(settings: Settings, noted: str) -> None:
    _revise(settings, 2023)
    if noted != "null":
        change(settings, "delete from build.touched")  # another warehouse: it does not know the build published last
    _built(settings, 2, noted)
    publish(settings, published_at=NOON)
    assert _published(settings) == {2023: "second", 2024: "first", 2025: "first"}


def test_all_is_read_where_the_prints_of_the_version_before_are_damaged(settings: Settings) -> None:
    (prints,) = settings.published.glob("prints_*.json")
    prints.write_bytes(prints.read_bytes().replace(b"mart_revision", b"mart_ravision"))
    _revise(settings, 2023)
    _built(settings, 2, "2025")
    publish(settings, published_at=NOON)
    assert _published(settings)[2023] == "second"


def test_a_year_without_rows_any_more_loses_its_file(settings: Settings) -> None:
    change(settings, "delete from marts.mart_revision where period_year = 2024")
    _built(settings, 2, "2024")
    publish(settings, published_at=NOON)
    assert _files(settings, 2).keys() == {"2023", "2025"}
    assert _published(settings).keys() == {2023, 2025}


def test_the_marts_with_a_year_are_those_that_a_build_keeps_by_it(settings: Settings) -> None:
    project = yaml.safe_load((settings.dbt_project / "dbt_project.yml").read_bytes())
    configured = {name: config for name, config in project["models"]["ioc"]["marts"].items() if name[0] != "+"}
    kept = {name for name, config in configured.items() if "period_year" in config.get("+meta", {}).get("kept_by", [])}
    assert {name: configured[name]["+materialized"] for name in kept} == dict.fromkeys(kept, "kept")
    assert {mart.name for mart in read_marts(settings.dbt_project) if mart.is_kept_by_year} == kept
