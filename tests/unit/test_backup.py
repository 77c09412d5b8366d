"""A backup of all stores brings each back that was lost, and loses nothing that came since."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from installed import Home
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.backup import back_up, bring_back
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.flows.verify import verify
from ioc_pipeline.locks import locked, run_lock
from ioc_pipeline.settings import from_environment


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Path, Home]:
    """An installation, its backup, and the same installation a delivery later; all to be copied."""
    folder = tmp_path_factory.mktemp("backed-up")
    home = Home(from_environment({"IOC_HOME": str(folder / "home")}))
    home.take(1, 2)
    home.land(3)
    later = home.copied_to(folder / "later")
    made = back_up(later.settings, folder / "backup")
    assert (made.delivery_seq, made.load_seq, made.damaged) == (3, 2, [])
    later.take(4)
    return home, folder / "backup", later


@pytest.fixture
def home(backed_up: tuple[Home, Path, Home], tmp_path: Path) -> Home:
    return backed_up[0].copied_to(tmp_path / "home")


@pytest.fixture
def later(backed_up: tuple[Home, Path, Home], tmp_path: Path) -> Home:
    return backed_up[2].copied_to(tmp_path / "later")


@pytest.fixture
def folder(backed_up: tuple[Home, Path, Home], tmp_path: Path) -> Path:
    return Path(shutil.copytree(backed_up[1], tmp_path / "backup"))


def lose_everything(home: Home) -> None:
    shutil.rmtree(home.settings.home)


@pytest.mark.parametrize(
    ("lose", "missing"),
    [
        (Home.lose_ledger, []),
        (lambda home: home.settings.warehouse.unlink(), []),
        (lambda home: shutil.rmtree(home.settings.landing), []),
        (lambda home: shutil.rmtree(home.settings.prepared), []),
        (lose_everything, []),
        (lambda home: [path.unlink() for path in home.settings.landing.glob("??/*.4.json")], [4]),
    ],
)
def test_each_store_that_is_lost_comes_back(
    later: Home, folder: Path, lose: Callable[[Home], object], missing: list[int]
) -> None:
    lose(later)
    is_landing_whole = bool(list(later.settings.landing.glob("??/*.4.json")))
    done = bring_back(later.settings, folder)
    assert (done.taken, done.missing) == ([4] if is_landing_whole else [], missing)
    assert verify(later.settings) == []
    later.load()
    count = 4 if is_landing_whole else 3
    assert later.states() == [(seq, "loaded") for seq in range(1, count + 1)]
    later.take(5)
    assert len(later.markers()) == count + 1


def test_the_ledger_comes_back_into_an_empty_database(
    later: Home, folder: Path, new_ledger_url: Callable[[], str]
) -> None:
    there = Home(replace(later.settings, ledger_url=new_ledger_url()))
    assert bring_back(there.settings, folder).taken == [4]
    assert verify(there.settings) == []
    if not there.settings.ledger_url.startswith("sqlite"):
        with pytest.raises(UserError, match="an empty database"):
            bring_back(there.settings, folder)


def test_damaged_bytes_come_back_and_the_ledger_before_is_refused(later: Home, folder: Path) -> None:
    blob = next(path for path in later.settings.landing.glob("??/*") if len(path.name) == 64)
    blob.chmod(0o644)
    blob.write_bytes(b"damaged")
    before = open_ledger(later.settings).head().installation
    bring_back(later.settings, folder)
    assert verify(later.settings) == []
    after = open_ledger(later.settings).head().installation
    assert before
    assert after == replace(before, epoch=before.epoch + 1)


def test_damaged_bytes_are_not_backed_up_unseen(home: Home, tmp_path: Path) -> None:
    blob = next(path for path in home.settings.landing.glob("??/*") if len(path.name) == 64)
    blob.unlink()
    assert len(back_up(home.settings, tmp_path / "backup").damaged) == 1


@pytest.mark.parametrize("name", ["manifest.json", "ledger.db", "warehouse.duckdb"])
def test_a_backup_that_is_damaged_or_unfinished_is_refused(later: Home, folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match=r"is no finished backup|is not what was backed up"):
        bring_back(later.settings, folder)
    later.take(5)


def test_a_backup_of_another_installation_is_refused(folder: Path, tmp_path: Path) -> None:
    stranger = Home(from_environment({"IOC_HOME": str(tmp_path / "stranger")}))
    stranger.take(1)
    with pytest.raises(UserError, match="of another installation"):
        bring_back(stranger.settings, folder)


def test_a_backup_is_not_written_over_something(home: Home, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="empty folder"):
        back_up(home.settings, tmp_path / "home")


def test_nothing_is_brought_back_under_a_running_airflow(later: Home, folder: Path) -> None:
    before = later.states()
    with locked(run_lock(later.settings.home)), pytest.raises(UserError, match="stop it first"):
        bring_back(later.settings, folder)
    assert later.states() == before
    assert not list(later.settings.home.glob("before-restore-*"))
