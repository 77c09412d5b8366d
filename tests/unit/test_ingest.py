"""The order of the steps, and what a failure of ours leaves behind."""

import fcntl
import re
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.flows import inbox, loads, prepare, prepared, stores
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.settings import Settings, from_environment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0"})
    folder = given.inbox / "so-khcn"
    folder.mkdir(parents=True)
    with xlsxwriter.Workbook(folder / "khong-ro.xlsx") as workbook:
        workbook.add_worksheet("Bieu").write(0, 0, "Không phải biểu nào")
    return given


def states(settings: Settings) -> list[tuple[str, str]]:
    return [(row.state, row.held_reason) for row in stores.open_ledger(settings).status_rows()]


def test_a_delivery_that_we_fail_on_is_held_and_stops_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (settings.inbox / "so-khcn" / name for name in ("khong-ro.xlsx", "x-loi.xlsx"))
    shutil.copy(good, bad)
    (batch,) = inbox.land_inbox(settings)
    read_batch = prepare.read_batch

    def fail(deliveries: Sequence[Delivery], *others: Any) -> Sequence[Reading]:
        if any(delivery.file_name == bad.name for delivery in deliveries):
            raise MemoryError
        return read_batch(deliveries, *others)

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "read_batch", fail)
        with pytest.raises(prepare.PrepareError):
            prepare.prepare(settings, batch)
        assert prepare.prepare_all(settings, inbox.land_inbox(settings)) == [[2]]
    assert states(settings) == [("prepared", ""), ("landed", "preparing failed: MemoryError")]
    assert prepare.prepare(settings, batch) == 1, "and then it is tried again"


def test_a_delivery_whose_reading_never_ends_is_held_for_an_hour(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(settings.inbox / "so-khcn" / "khong-ro.xlsx", settings.inbox / "so-khcn" / "treo.xlsx")
    (batch,) = inbox.land_inbox(settings)
    read_batch = prepare.read_batch

    def hang(deliveries: Sequence[Delivery], *others: Any) -> Sequence[Reading]:
        if any(delivery.file_name == "treo.xlsx" for delivery in deliveries):
            re.fullmatch("(a|aa)+b", "a" * 60)  # as a pattern of a contract may
        return read_batch(deliveries, *others)

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "read_batch", hang)
        broken.setattr(prepare, "CPU_SECONDS", 0.5)
        broken.setattr(prepare, "CPU_SECONDS_TOGETHER", 0.5)
        broken.setattr(prepare, "CPU_SECONDS_EACH", 0.0)
        assert prepare.prepare_all(settings, [batch]) == [[2]]
    assert states(settings) == [("prepared", ""), ("landed", "preparing failed: OverBudgetError")]
    ledger = stores.open_ledger(settings)
    assert ledger.waiting(at=datetime.now(UTC)) == []
    assert ledger.waiting(at=datetime.now(UTC) + timedelta(seconds=prepare.HUNG_SECONDS)) == [2]


def test_a_source_that_cannot_be_loaded_stops_no_other(settings: Settings) -> None:
    shutil.copy(settings.inbox / "so-khcn" / "khong-ro.xlsx", settings.inbox / "so-khcn" / "x-loi.xlsx")
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    verdict = prepared.read_verdict(settings, 2)
    assert verdict
    prepared.rewrite_verdict(settings, replace(verdict, source_name="other", outcome="loaded", observation_count=1))
    summary = loads.load_prepared(settings)
    assert (summary.returned, summary.failed) == (1, 1)
    (first, _), (second, reason) = states(settings)
    assert (first, second) == ("returned", "prepared")
    assert reason == "loading failed: IOException", "without the text, which may quote a cell"


def test_prepared_files_that_are_lost_are_made_again(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    for path in (settings.prepared / "1").iterdir():
        path.unlink()
    assert loads.load_prepared(settings).returned == 1
    assert states(settings)[0][0] == "returned"


def test_what_was_prepared_before_an_upgrade_is_prepared_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (batch,) = inbox.land_inbox(settings)
    with monkeypatch.context() as older:
        older.setattr(prepared, "FORM", "of an older version, whose verdict and values had other parts")
        prepare.prepare(settings, batch)
    assert prepared.read_verdict(settings, 1) is None
    assert loads.load_prepared(settings).returned == 1


@pytest.mark.parametrize("is_loaded", [False, True])
def test_a_torn_verdict_is_prepared_again_also_for_the_answer(settings: Settings, is_loaded: bool) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    if is_loaded:
        loads.load_prepared(settings, answer=False)
    path = settings.prepared / "1" / "verdict.json"
    for torn in (path.read_bytes().replace(b"returned", b"loaded", 1), b"", b"{}", b'{"form": "'):
        path.write_bytes(torn)
        assert prepared.read_verdict(settings, 1) is None
    loads.load_prepared(settings)
    assert states(settings) == [("returned", "")]
    assert len(list((settings.inbox / "so-khcn" / "phan-hoi").glob("*tra-lai*"))) == 1


@pytest.mark.parametrize(
    ("is_loaded", "another"), [(False, {"contract_hash": "0" * 64}), (True, {"outcome": "nil_report"})]
)
def test_what_a_process_without_its_lease_wrote_is_not_what_the_ledger_knows_of(
    settings: Settings, is_loaded: bool, another: dict[str, Any]
) -> None:
    """Its lease had run out, and the contract was another one by then."""
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    if is_loaded:
        loads.load_prepared(settings, answer=False)
    known = prepared.read_verdict(settings, 1)
    assert known
    prepared.rewrite_verdict(settings, replace(known, **another))
    loads.load_prepared(settings)
    with closing(duckdb.connect(str(settings.warehouse), read_only=True)) as warehouse:
        markers = warehouse.execute("select contract_hash, outcome from raw.load").fetchall()
    assert markers == [(known.contract_hash, "returned")]
    assert len(list((settings.inbox / "so-khcn" / "phan-hoi").glob("*tra-lai*"))) == 1


def test_landed_bytes_that_changed_are_held_and_nobody_is_blamed(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    (blob,) = [path for path in settings.landing.rglob("*") if len(path.name) == 64]
    blob.chmod(0o644)
    blob.write_bytes(blob.read_bytes()[:-100])
    prepare.prepare(settings, batch)
    loads.load_prepared(settings)
    ((state, reason),) = states(settings)
    assert (state, reason.endswith("are not what was landed")) == ("landed", True)
    assert list((settings.inbox / "so-khcn" / "phan-hoi").glob("*")) == []


def test_a_department_is_answered_once_and_nothing_stays_prepared(settings: Settings) -> None:
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    loads.load_prepared(settings)
    again = loads.load_prepared(settings)
    assert (again.loaded, again.returned, again.other) == (0, 0, 0)
    assert len(list((settings.inbox / "so-khcn" / "phan-hoi").glob("*.txt"))) == 1
    assert list(settings.prepared.iterdir()) == []


def test_what_a_killed_process_was_preparing_waits_for_nobody(settings: Settings) -> None:
    assert inbox.land_inbox(settings) == [[1]]
    owner = settings.home / "preparing" / "1-1"
    owner.parent.mkdir()
    stores.open_ledger(settings).lease([1], owner=owner.name, seconds=900, at=datetime.now(UTC))
    with owner.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert inbox.land_inbox(settings) == []
    assert inbox.land_inbox(settings) == [[1]]
    assert prepare.prepare(settings, [1]) == 1
    assert list(owner.parent.iterdir()) == []


def test_a_database_that_fails_while_something_is_prepared_leaves_no_lease(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert inbox.land_inbox(settings) == [[1]]

    def restarted(*_: Any) -> None:
        raise ConnectionError("the database system is shutting down")

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "_prepare_leased", restarted)
        with pytest.raises(ConnectionError):
            prepare.prepare(settings, [1])
    assert prepare.prepare(settings, [1]) == 1


def test_what_another_took_over_meanwhile_is_not_counted_as_ready(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (batch,) = inbox.land_inbox(settings)
    read_batch = prepare.read_batch

    def too_slowly(*given: Any) -> Sequence[Reading]:
        ledger = stores.open_ledger(settings)
        for owner in ledger.lease_owners():
            ledger.end_leases(owner)
        ledger.lease(batch, owner="another", seconds=60, at=datetime.now(UTC))
        return read_batch(*given)

    monkeypatch.setattr(prepare, "read_batch", too_slowly)
    assert prepare.prepare(settings, batch) == 0
    assert states(settings) == [("landed", "")]


def test_a_lease_of_nobody_we_know_of_ends(settings: Settings) -> None:
    assert inbox.land_inbox(settings) == [[1]]
    stores.open_ledger(settings).lease([1], owner="from-a-backup", seconds=900, at=datetime.now(UTC))
    assert prepare.prepare(settings, [1]) == 1


def test_a_load_that_only_returned_files_is_owed_to_the_marts_too(settings: Settings) -> None:
    ledger = stores.open_ledger(settings)
    (batch,) = inbox.land_inbox(settings)
    prepare.prepare(settings, batch)
    summary = loads.load_prepared(settings)
    assert (summary.returned, summary.told["load_seq"]) == (1, 1)
    assert ledger.has_unpublished()
    ledger.published(1, "000001_x", at=datetime.now(UTC))
    assert not ledger.has_unpublished()
    assert loads.load_prepared(settings).changed, "the version that the ledger knows of is not there"
    assert states(settings)[0][0] == "returned", "it stays what it is"


def test_what_its_processes_died_of_twice_is_tried_apart_when_the_others_are_loaded(settings: Settings) -> None:
    shutil.copy(settings.inbox / "so-khcn" / "khong-ro.xlsx", settings.inbox / "so-khcn" / "nang.xlsx")
    assert inbox.land_inbox(settings) == [[1, 2]]
    prepare.prepare(settings, [1])
    for _ in range(2):
        assert prepare.waiting_batches(settings) == [[2]]
        killed = settings.home / "preparing" / "1-1"
        killed.parent.mkdir(exist_ok=True)
        killed.touch()
        stores.open_ledger(settings).lease([2], owner=killed.name, seconds=900, at=datetime.now(UTC))
    assert prepare.waiting_batches(settings) == []
    assert prepare.doubtful_batches(settings) == [[2]]
    assert prepare.prepare_all(settings, prepare.doubtful_batches(settings)) == []
    assert states(settings)[1] == ("prepared", "")
    assert list((settings.home / "deaths").iterdir()) == []
