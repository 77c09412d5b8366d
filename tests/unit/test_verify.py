"""Each planted change in what is kept is found and named."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

import shipped
from installed import Home
from ioc_pipeline.cli.main import main
from ioc_pipeline.domain.findings import Finding
from ioc_pipeline.flows.maintenance import maintain
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.flows.verify import verify, verify_share
from ioc_pipeline.land.contract_versions import store_contract
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.settings import from_environment


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """An installation with four deliveries: two loaded, one loaded again, one that waits."""
    home = Home(from_environment({"IOC_HOME": str(tmp_path_factory.mktemp("sound") / "home")}))
    home.take(1, 2, 3)
    home.take_again(2)
    home.land(4)
    return home


@pytest.fixture
def home(sound: Home, tmp_path: Path) -> Home:
    return sound.copied_to(tmp_path / "home")


def in_ledger(sql: str) -> Callable[[Home], None]:
    def change(home: Home) -> None:
        engine = sa.create_engine(home.settings.ledger_url)
        with engine.begin() as connection:
            for table in ("event", "delivery", "blob"):
                for kind in ("update", "delete"):
                    connection.execute(sa.text(f"drop trigger {table}_no_{kind}"))
            connection.execute(sa.text("pragma foreign_keys = off"))
            assert connection.execute(sa.text(sql)).rowcount
        engine.dispose()

    return change


def in_warehouse(sql: str) -> Callable[[Home], None]:
    def change(home: Home) -> None:
        with duckdb.connect(home.settings.warehouse) as connection:
            connection.execute(sql)

    return change


def flip(pattern: str) -> Callable[[Home], None]:
    """Change one bit of the first file in landing with such a name."""

    def change(home: Home) -> None:
        path = min(path for path in home.settings.landing.glob(pattern) if path.is_file())
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(content)

    return change


def tear_tombstone(home: Home) -> None:
    """Beside the bytes of the first delivery."""
    sidecar = min(home.settings.landing.glob("??/*.1.json"))
    sidecar.with_name(f"{sidecar.name.partition('.')[0]}.purged").write_bytes(b'{"sha')


def test_what_was_not_touched_is_as_recorded(home: Home) -> None:
    assert verify(home.settings) == []
    assert verify_share(home.settings, seconds=60) == []


def test_a_contract_is_looked_at_once_it_is_whole_or_something_was_read_under_it(home: Home) -> None:
    contract = read_contracts(shipped.SOURCES, shipped.EXPECTATIONS, shipped.SEEDS).ready["admin_procedures"]
    kept = store_contract(home.settings.landing, contract)
    assert verify(home.settings) == []
    suite = next(path for path in kept.iterdir() if path.name != "contract.yml")
    suite.write_bytes(b"torn")
    assert [(finding.area, finding.place) for finding in verify(home.settings)] == [("contracts", kept.name)]
    (kept / "contract.yml").unlink()  # as while it is being written
    assert verify(home.settings) == []
    in_ledger(f"update load set contract_hash = '{kept.name}' where delivery_seq = 1")(home)
    assert ("contracts", kept.name) in [(finding.area, finding.place) for finding in verify(home.settings)]


@pytest.mark.parametrize(
    ("plant", "area", "place"),
    [
        (flip("??/" + "?" * 64), "bytes", "delivery "),
        (lambda home: min(home.settings.landing.glob("??/" + "?" * 64)).unlink(), "bytes", "delivery "),
        (flip("??/*.1.json"), "sidecars", "delivery 1"),
        (lambda home: min(home.settings.landing.glob("??/*.2.json")).unlink(), "sidecars", "delivery 2"),
        (in_ledger("update delivery set file_name = 'x' where delivery_seq = 1"), "ledger", "delivery 1"),
        (in_ledger("update delivery set received_at = '2020-01-01' where delivery_seq = 1"), "ledger", "delivery 1"),
        (in_ledger("update delivery set origin = 'x' where delivery_seq = 2"), "ledger", "delivery 2"),
        (in_ledger("update blob set size_bytes = 99"), "ledger", "delivery 1"),
        (in_ledger("update load set outcome = 'loaded' where delivery_seq = 1"), "ledger", "delivery 1"),
        (in_ledger("update load set state = 'withdrawn' where delivery_seq = 1"), "ledger", "delivery 1"),
        (in_ledger("update load set source_name = 'x' where delivery_seq = 4"), "ledger", "delivery 4"),
        (in_ledger("update load set answered_at = null where delivery_seq = 1"), "ledger", "delivery 1"),
        (in_ledger("delete from load where delivery_seq = 2"), "ledger", "delivery 2"),
        (in_ledger("update head set published_version = '000009_x'"), "ledger", "head"),
        (in_ledger("update event set detail = '{}' where event_seq = 3"), "events", "chain"),
        (in_ledger("delete from event where event_seq = 2"), "events", "chain"),
        (lambda home: home.settings.warehouse.unlink(), "warehouse", "warehouse.duckdb"),
        (tear_tombstone, "bytes", "delivery 1"),
        (in_warehouse("update raw.delivery set file_name = 'x' where load_seq = 2"), "warehouse", "load 2"),
        (in_warehouse("insert into raw.waiver (load_seq, delivery_seq) values (1, 1)"), "warehouse", "load 1"),
        (in_warehouse("delete from raw.delivery where load_seq = 3"), "warehouse", "load 3"),
        (in_warehouse("update raw.load set outcome = 'loaded' where load_seq = 3"), "warehouse", "load 3"),
    ],
)
def test_a_planted_change_is_found_and_named(home: Home, plant: Callable[[Home], None], area: str, place: str) -> None:
    plant(home)
    found = verify(home.settings)
    assert any(one.area == area and one.place.startswith(place) for one in found), found
    assert set(found) == set(verify_share(home.settings, seconds=60))
    assert {(one.area, one.place) for one in open_ledger(home.settings).findings()} == {
        (one.area, one.place) for one in found
    }


def test_a_finding_stays_until_it_is_mended_and_is_told(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blob = min(home.settings.landing.glob("??/" + "?" * 64))
    shutil.move(blob, blob.with_name("aside"))
    monkeypatch.setenv("IOC_HOME", str(home.settings.home))
    assert main(["verify"]) == 2
    main(["status"])
    assert re.search(r"critical: \[stores-damaged\] .*bytes.*: delivery", capsys.readouterr().err)
    shutil.move(blob.with_name("aside"), blob)
    assert main(["verify"]) == 0
    assert open_ledger(home.settings).findings() == []


def test_a_torn_tombstone_deletes_nothing_and_stops_nothing(home: Home) -> None:
    tear_tombstone(home)
    bytes_before = sorted(home.settings.landing.glob("??/" + "?" * 64))
    assert [(one.area, one.place) for one in maintain(home.settings)] == [("bytes", "delivery 1")]
    assert sorted(home.settings.landing.glob("??/" + "?" * 64)) == bytes_before
    home.take_again(1)
    assert (1, "loaded") in home.states()


def test_a_share_goes_on_where_the_last_one_ended(home: Home) -> None:
    ledger = open_ledger(home.settings)
    assert [ledger.next_to_check(3), ledger.next_to_check(3), ledger.next_to_check(9)] == [
        range(1, 4),
        range(4, 5),
        range(1, 5),
    ]
    assert Finding("bytes", "delivery 1", "x") not in verify_share(home.settings, seconds=0)


def test_maintenance_sweeps_what_is_old_and_nobodys_and_writes_sidecars_again(home: Home) -> None:
    given = home.settings
    lost = min(given.landing.glob("??/*.2.json"))
    said = lost.read_bytes()
    lost.unlink()
    fresh, old = given.prepared / ".writing-1-a", given.prepared / ".writing-1-b"
    finished, half, rebuilt = given.prepared / "1", given.landing / "00" / ".x.tmp", given.home / "rebuild-x"
    for folder in (fresh, old, finished, half.parent, rebuilt):
        folder.mkdir(exist_ok=True)
    half.write_bytes(b"half")
    for path in (old, half, rebuilt):
        os.utime(path, (0, 0))
    found = maintain(given)
    assert [(one.area, one.place) for one in found] == [("sidecars", "delivery 2")]
    assert lost.read_bytes() == said
    assert [path.exists() for path in (fresh, old, finished, half, rebuilt)] == [True, False, False, False, False]
    assert maintain(given) == []
