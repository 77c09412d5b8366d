"""An installation whose warehouse is a DuckLake is verified, backed up, brought back and rebuilt like any other."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from installed import Home
from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.flows.backup import back_up, bring_back
from ioc_pipeline.flows.maintenance import maintain
from ioc_pipeline.flows.rebuild import rebuild
from ioc_pipeline.flows.verify import verify
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.place import place_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(_settings(tmp_path / "home"))
    made.take(1, 2)
    return made


def _settings(home: Path) -> Settings:
    return from_environment({"IOC_HOME": str(home), "IOC_WAREHOUSE_URL": f"ducklake:{home}/catalogue.ducklake"})


def _ask(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with closing(place_of(settings).connect_to_read()) as connection:
        return connection.execute(query).fetchall()


MARKERS = "select load_seq, delivery_seq from raw.load order by all"


def test_rows_changed_by_hand_are_found(home: Home) -> None:
    assert verify(home.settings) == []
    assert not home.settings.warehouse.exists()
    with closing(place_of(home.settings).connect()) as connection:
        connection.execute("update raw.delivery set size_bytes = 0 where load_seq = 2")
    assert [(one.area, one.place) for one in verify(home.settings)] == [
        ("warehouse", "load 2"),
        ("warehouse", "delivery 2"),
    ]


def test_a_backup_comes_back_into_a_lake_and_into_a_file(home: Home, tmp_path: Path) -> None:
    """So it is also the way from one to the other."""
    back_up(home.settings, tmp_path / "backup")
    lake = _settings(tmp_path / "again")
    for settings in (
        lake,
        replace(lake, home=tmp_path / "file", ledger_url=f"sqlite:///{tmp_path}/l.db", lake_catalogue=""),
    ):
        bring_back(settings, tmp_path / "backup")
        assert verify(settings) == []
        Home(settings).take(3)
        assert _ask(settings, MARKERS) == [(1, 1), (2, 2), (3, 3)]


def test_a_lake_that_is_lost_is_said_and_rebuilt(home: Home) -> None:
    Path(home.settings.lake_catalogue).unlink()
    shutil.rmtree(home.settings.lake_data, ignore_errors=True)
    with pytest.raises(StoresError, match=r"ducklake:.* is gone, with 2 loads; .*`ioc rebuild`"):
        home.take(3)
    done = rebuild(home.settings)
    assert (done.replaced != "", done.lacking) == (True, {})
    assert verify(home.settings) == []
    home.load()
    assert _ask(home.settings, MARKERS) == [(1, 1), (2, 2), (3, 3)]


def test_a_lake_whose_rows_are_elsewhere_is_said_and_goes_on_when_they_are_back(home: Home, tmp_path: Path) -> None:
    home.land(3)
    moved, there = tmp_path / "moved", home.settings.lake_data
    there.rename(moved)
    with pytest.raises(StoresError, match=r"the rows of ducklake:.* lie in .*, which is gone: bring back that folder"):
        home.load()
    assert not there.exists()
    with pytest.raises(StoresError, match=r"made with its rows in another folder than .*/moved: put back"):
        Home(
            from_environment(
                {
                    "IOC_HOME": str(home.settings.home),
                    "IOC_WAREHOUSE_URL": f"ducklake:{home.settings.lake_catalogue}",
                    "IOC_WAREHOUSE_DATA": str(moved),
                }
            )
        ).load()
    moved.rename(there)
    home.load()
    assert _ask(home.settings, MARKERS) == [(1, 1), (2, 2), (3, 3)]


def test_what_nobody_can_read_any_more_goes(home: Home) -> None:
    data, lake = home.settings.lake_data, place_of(home.settings)
    with closing(lake.connect()) as connection:
        connection.execute("create schema marts")
        for number in range(5):
            connection.execute(f"create or replace table marts.mart as from range({number}, 1000)")
    maintain(home.settings, seconds=0)
    assert len(list(data.rglob("*.parquet"))) == 5
    (data / "left_by_a_killed_load.parquet").write_bytes(b"half")
    lake.tidy(datetime.now(UTC) + timedelta(days=31))
    assert len(list(data.rglob("*.parquet"))) == 1
    assert _ask(home.settings, "select count(*) from marts.mart") == [(996,)]
    assert verify(home.settings) == []


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1/lake", "ducklake:"])
def test_a_url_that_names_no_lake_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="IOC_WAREHOUSE_URL: expected `ducklake:postgres:"):
        from_environment({"IOC_WAREHOUSE_URL": url})
