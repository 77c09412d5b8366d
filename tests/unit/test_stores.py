"""Ledger, landing and warehouse know each other: what does not fit stops before anything is taken or answered."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from installed import AT, Home
from ioc_pipeline.domain.errors import StoresError, UserError
from ioc_pipeline.flows.ledgers import move_ledger, restore_ledger
from ioc_pipeline.flows.stores import expect_own_warehouse, open_ledger
from ioc_pipeline.land.stamp import read_stamp
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish.postgresql import place_of
from ioc_pipeline.settings import from_environment
from ioc_pipeline.warehouse.belonging import read_markers
from ioc_pipeline.warehouse.place import DuckDBFile


@pytest.fixture(scope="module")
def with_two_pages(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An installation that took two pages, to be copied."""
    given = Home(from_environment({"IOC_HOME": str(tmp_path_factory.mktemp("taken") / "home")}))
    given.take(1, 2)
    return given


@pytest.fixture
def home(with_two_pages: Home, tmp_path: Path) -> Home:
    return with_two_pages.copied_to(tmp_path / "home")


def refused(home: Home, match: str) -> None:
    """Nothing may be taken: neither the stores nor the warehouse let anybody in."""
    with pytest.raises(StoresError, match=match):
        expect_own_warehouse(home.settings, open_ledger(home.settings))


def test_stores_of_one_installation_carry_one_identity(home: Home) -> None:
    mine = open_ledger(home.settings).head().installation
    stamp = read_stamp(home.settings.landing)
    assert stamp
    assert mine
    assert (stamp.installation, stamp.delivery_seq) == (mine, 2)
    with duckdb.connect(home.settings.warehouse, read_only=True) as connection:
        assert connection.execute("from raw.installation").fetchall() == [(mine.installation_id, mine.epoch)]
    expect_own_warehouse(home.settings, open_ledger(home.settings))


def test_another_ledger_is_refused_and_not_made(home: Home, tmp_path: Path) -> None:
    other = Home(replace(home.settings, ledger_url=f"sqlite:///{tmp_path / 'other.db'}"))
    refused(other, "IOC_LEDGER_URL")
    assert not (tmp_path / "other.db").exists()
    Ledger(other.settings.ledger_url).migrate()
    refused(other, "is empty.*IOC_LEDGER_URL")


def test_a_ledger_of_another_installation_is_refused(home: Home, tmp_path: Path) -> None:
    stranger = Home(from_environment({"IOC_HOME": str(tmp_path / "stranger")}))
    stranger.take(1, 2, 3)
    refused(Home(replace(home.settings, ledger_url=stranger.settings.ledger_url)), "of installation .*IOC_LEDGER_URL")


@pytest.mark.parametrize("broken", ["a folder", "no database", "cut short", "its log is a folder"])
def test_a_ledger_that_cannot_be_used_is_told_of_and_restored_once_it_is_moved_away(home: Home, broken: str) -> None:
    content = home.ledger_file.read_bytes()
    home.lose_ledger()
    if broken == "a folder":
        home.ledger_file.mkdir()
    elif broken == "its log is a folder":
        home.ledger_file.write_bytes(content)
        home.ledger_file.with_name("ledger.db-wal").mkdir()
    else:
        home.ledger_file.write_bytes(b"no" * 9000 if broken == "no database" else content[: len(content) // 2])
    refused(home, "cannot be used.*ioc ledger restore")
    for path in home.settings.home.glob("ledger.db*"):
        path.rename(path.with_name(f"aside-{path.name}"))
    assert restore_ledger(home.settings).loaded == 2
    home.take(3)
    assert home.markers() == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://ioc:hidden@127.0.0.1/ledger", "sqlite://", "sqlite:///:memory:", "postgresql://x:y:z"]
)
def test_a_url_that_names_no_ledger_is_told_and_not_repeated(home: Home, url: str) -> None:
    with pytest.raises(UserError, match="IOC_LEDGER_URL: expected sqlite") as told:
        open_ledger(replace(home.settings, ledger_url=url))
    assert "hidden" not in str(told.value)


def test_a_url_that_names_no_server_for_bi_is_told_and_not_repeated() -> None:
    with pytest.raises(UserError, match="IOC_SERVING_URL: expected postgresql") as told:
        place_of("ioc:hidden@127.0.0.1")
    assert "hidden" not in str(told.value)


def test_a_server_that_does_not_answer_is_told_without_its_password(home: Home) -> None:
    with pytest.raises(StoresError, match="cannot be used: connection failed") as told:
        open_ledger(replace(home.settings, ledger_url="postgresql://ioc:hidden@127.0.0.1:1/ledger"))
    assert "hidden" not in str(told.value)


def test_a_sidecar_that_was_changed_restores_no_ledger(home: Home) -> None:
    paths = {number: min(home.settings.landing.glob(f"??/*.{number}.json")) for number in (1, 2)}
    for path in paths.values():
        path.write_text(path.read_text("utf-8").replace("so-nnmt", "so-nnmu"), "utf-8")
    home.lose_ledger()
    assert restore_ledger(home.settings).missing == [], "the warehouse knows them"
    assert {row.department_code for row in open_ledger(home.settings).status_rows()} == {"so-nnmt"}
    home.lose_ledger()
    home.settings.warehouse.unlink()
    assert restore_ledger(home.settings).missing == [1, 2]


def test_a_lost_ledger_is_restored_from_landing_and_the_warehouse(home: Home) -> None:
    home.land(3)
    before = open_ledger(home.settings).all_sidecars()
    home.lose_ledger()
    refused(home, "ioc ledger restore")
    assert not home.ledger_file.exists()
    restored = restore_ledger(home.settings)
    assert (restored.taken, restored.loaded, restored.missing) == (3, 2, [])
    assert open_ledger(home.settings).all_sidecars() == before
    assert home.states() == [(1, "loaded"), (2, "loaded"), (3, "landed")]
    home.take(4)
    assert home.markers() == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_an_older_copy_of_the_ledger_is_refused_and_takes_in_what_it_lacks(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(home.ledger_file.read_bytes())
    home.take(3)
    home.lose_ledger()
    home.ledger_file.write_bytes(copy.read_bytes())
    refused(home, "ends at delivery 2, landing at 3.*ioc ledger restore")
    assert restore_ledger(home.settings).taken == 1
    assert home.states() == [(1, "loaded"), (2, "loaded"), (3, "loaded")]
    home.load()
    assert home.markers() == [(1, 1), (2, 2), (3, 3)]


def test_the_ledger_before_a_restore_is_refused_from_then_on(home: Home, tmp_path: Path) -> None:
    older = Home(replace(home.settings, ledger_url=f"sqlite:///{tmp_path / 'older.db'}"))
    (tmp_path / "older.db").write_bytes(home.ledger_file.read_bytes())
    home.lose_ledger()
    restore_ledger(home.settings)
    refused(older, "was replaced by another")


def test_copies_of_an_installation_that_went_on_apart_do_not_mix(home: Home, tmp_path: Path) -> None:
    other = home.copied_to(tmp_path / "other")
    home.take(3, run="run-2")
    other.take(3, run="run-3")
    mixed = Home(replace(home.settings, ledger_url=other.settings.ledger_url))
    refused(mixed, "went on apart")
    shutil.copyfile(other.settings.warehouse, home.settings.warehouse)
    refused(home, "stands for another delivery.*ioc rebuild")


def test_a_lost_warehouse_stops_before_anything_is_loaded(home: Home) -> None:
    home.land(3)
    home.settings.warehouse.unlink()
    refused(home, "is gone, with 2 loads.*ioc rebuild")
    with pytest.raises(StoresError, match="ioc rebuild"):
        home.load()
    assert not home.settings.warehouse.exists()


def test_an_older_warehouse_is_refused(home: Home, tmp_path: Path) -> None:
    older = shutil.copyfile(home.settings.warehouse, tmp_path / "older.duckdb")
    home.take(3)
    shutil.copyfile(older, home.settings.warehouse)
    refused(home, "2 loads up to 2, the ledger 3.*ioc rebuild")


def test_a_warehouse_without_one_of_its_markers_is_refused(home: Home) -> None:
    with duckdb.connect(home.settings.warehouse) as connection:
        connection.execute("delete from raw.load where load_seq = 1")
    refused(home, "1 loads up to 2.*ioc rebuild")


def test_a_warehouse_of_another_installation_is_refused(home: Home, tmp_path: Path) -> None:
    stranger = Home(from_environment({"IOC_HOME": str(tmp_path / "stranger")}))
    stranger.take(1, 2)
    shutil.copyfile(stranger.settings.warehouse, home.settings.warehouse)
    refused(home, "is of installation.*ioc rebuild")


def test_a_warehouse_of_a_copy_that_went_on_is_refused(home: Home, tmp_path: Path) -> None:
    other = home.copied_to(tmp_path / "other")
    other.take(3)
    shutil.copyfile(other.settings.warehouse, home.settings.warehouse)
    refused(home, "ends at delivery 3.*landing at 2.*ioc rebuild")


def test_a_warehouse_file_that_is_none_is_named(home: Home) -> None:
    home.settings.warehouse.write_bytes(b"not a database" * 1000)
    refused(home, "cannot be read.*ioc rebuild")


def test_an_older_or_empty_landing_is_refused(home: Home, tmp_path: Path) -> None:
    shutil.copytree(home.settings.landing, tmp_path / "older")
    home.take(3)
    shutil.rmtree(home.settings.landing)
    shutil.copytree(tmp_path / "older", home.settings.landing)
    refused(home, "ends at delivery 2, the ledger at 3")
    shutil.rmtree(home.settings.landing)
    refused(home, "ends at delivery 0, the ledger at 3")


def test_a_torn_stamp_is_written_again_from_the_sidecars(home: Home) -> None:
    before = read_stamp(home.settings.landing)
    (home.settings.landing / "installation.json").write_bytes(b'{"installa')
    home.take(3)
    after = read_stamp(home.settings.landing)
    assert before
    assert after
    assert (after.installation, after.delivery_seq) == (before.installation, 3)


def test_an_installation_of_before_identities_is_adopted(home: Home) -> None:
    (home.settings.landing / "installation.json").unlink()
    engine = sa.create_engine(home.settings.ledger_url)
    with engine.begin() as connection:
        connection.execute(sa.text("update head set installation_id = '', epoch = 0"))
    engine.dispose()
    with duckdb.connect(home.settings.warehouse) as connection:
        connection.execute("drop table raw.installation; update raw.load set imprint = null, sha256 = null")
    home.take(3)
    mine = open_ledger(home.settings).head().installation
    with duckdb.connect(home.settings.warehouse, read_only=True) as connection:
        assert mine
        assert connection.execute("from raw.installation").fetchall() == [(mine.installation_id, mine.epoch)]
        assert connection.execute("select count(imprint), count(sha256) from raw.load").fetchall() == [(3, 3)]


def test_a_ledger_of_before_identities_without_its_newest_delivery_is_not_adopted(home: Home, tmp_path: Path) -> None:
    (tmp_path / "older.db").write_bytes(home.ledger_file.read_bytes())
    home.take(3)
    (home.settings.landing / "installation.json").unlink()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'older.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("update head set installation_id = '', epoch = 0"))
    engine.dispose()
    refused(Home(replace(home.settings, ledger_url=f"sqlite:///{tmp_path / 'older.db'}")), "landing at 3")


def test_a_moved_ledger_is_proved_and_takes_over(home: Home, new_ledger_url: Callable[[], str]) -> None:
    url = new_ledger_url()
    moved = move_ledger(home.settings, url)
    assert {proof.table: proof.row_count for proof in moved.proofs}["delivery"] == 2
    assert moved.event_count > 4
    refused(home, "was replaced by another")
    there = Home(replace(home.settings, ledger_url=url))
    there.take(3)
    assert there.states() == [(1, "loaded"), (2, "loaded"), (3, "loaded")]
    with closing(duckdb.connect(home.settings.warehouse, read_only=True)) as connection:
        assert connection.execute("select epoch from raw.installation").fetchall() == [(2,)]


def test_a_ledger_is_not_moved_onto_another(home: Home, tmp_path: Path) -> None:
    other = Home(from_environment({"IOC_HOME": str(tmp_path / "stranger")}))
    other.take(1)
    with pytest.raises(Exception, match="holds a ledger already"):
        move_ledger(home.settings, other.settings.ledger_url)
    home.take(3)


def test_a_ledger_follows_another_warehouse_and_its_events_say_so(home: Home) -> None:
    home.take(3)
    ledger = open_ledger(home.settings)
    with closing(DuckDBFile(home.settings.warehouse).connect_to_read()) as warehouse:
        markers = read_markers(warehouse)
    renumbered = [replace(marker, load_seq=3 - marker.load_seq) for marker in markers[:2]]
    assert ledger.follow(renumbered, at=AT) == [3]
    assert home.states() == [(1, "loaded"), (2, "loaded"), (3, "landed")]
    assert [row.load_seq for row in ledger.loads()] == [2, 1, 0]
    assert ledger.unlike_events() == []
    assert ledger.follow(markers, at=AT) == []
    assert [row.load_seq for row in ledger.loads()] == [1, 2, 3]
    assert ledger.unlike_events() == []
    home.take(4)
    assert home.markers() == [(1, 1), (2, 2), (3, 3), (4, 4)]


HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only={}); print('open', flush=True); sys.stdin.read()"


@pytest.mark.parametrize("read_only", [True, False])
def test_who_reads_the_warehouse_stops_nobody_and_who_writes_it_is_waited_for(home: Home, *, read_only: bool) -> None:
    command = [sys.executable, "-c", HOLD.format(read_only), home.settings.warehouse]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        home.land(3)
        if read_only:
            home.load()
        else:
            with pytest.raises(duckdb.IOException, match="lock"):
                home.load()
        holder.communicate("")
    home.load()
    assert home.markers() == [(1, 1), (2, 2), (3, 3)]
