"""A machine that has the others' ledger and not their disk is told so, before it takes anything."""

from dataclasses import replace
from pathlib import Path

import pytest

from installed import Home
from ioc_pipeline.domain.errors import StoresError
from ioc_pipeline.flows.stores import expect_own_warehouse, open_ledger
from ioc_pipeline.settings import from_environment
from postgresql_server import new_database

MOUNT = "mount the disk that they share at IOC_HOME"


@pytest.fixture
def here(postgresql_url: str, tmp_path: Path) -> Home:
    given = {"IOC_HOME": str(tmp_path / "here"), "IOC_LEDGER_URL": new_database(postgresql_url)}
    return Home(from_environment(given))


@pytest.fixture
def there(here: Home, tmp_path: Path) -> Home:
    """The same ledger on another disk."""
    return Home(replace(here.settings, home=tmp_path / "there"))


def test_a_machine_with_another_disk_is_told_before_it_takes_anything(here: Home, there: Home) -> None:
    here.take(1, 2)
    with pytest.raises(StoresError, match=MOUNT):
        there.land(3)
    assert here.states() == [(1, "loaded"), (2, "loaded")]
    assert not list(there.settings.landing.glob("*/*"))


def test_of_two_that_began_together_the_one_that_landed_first_goes_on(here: Home, there: Home) -> None:
    open_ledger(here.settings)
    open_ledger(there.settings)
    there.take(1)
    with pytest.raises(StoresError, match=MOUNT):
        here.land(2)
    there.take(2)
    assert there.states() == [(1, "loaded"), (2, "loaded")]


def test_a_machine_that_shares_landing_alone_is_told_of_the_warehouse(here: Home, there: Home) -> None:
    here.take(1, 2)
    there.settings.home.mkdir()
    there.settings.landing.symlink_to(here.settings.landing)
    with pytest.raises(StoresError, match=rf"warehouse.duckdb is gone, with 2 loads; .*{MOUNT}"):
        expect_own_warehouse(there.settings, open_ledger(there.settings))
    here.take(3)
    assert len(here.markers()) == 3
