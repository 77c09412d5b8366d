"""From the inbox to landing: nothing lost and nothing taken twice, whatever a department does meanwhile."""

import hashlib
import os
from datetime import datetime

import pytest

from ioc_pipeline.durable import read_json
from ioc_pipeline.land.intake import Intake
from landing_home import DEPARTMENT, Home, at, replace


def test_a_landed_file_lies_under_its_hash_and_the_inbox_is_empty(home: Home) -> None:
    home.drop("a.xlsx", b"v1")
    intake = home.land()
    sha256 = hashlib.sha256(b"v1").hexdigest()
    assert intake == Intake([1], [])
    assert (home.landing / sha256[:2] / sha256).read_bytes() == b"v1"
    assert home.left() == []
    assert list((home.landing / "incoming").iterdir()) == []
    assert home.land() == Intake([], [])


def test_the_sidecar_holds_the_whole_envelope(home: Home) -> None:
    home.drop("Biểu 02.xlsx")
    home.land()
    delivery = home.ledger.delivery(1)
    sidecar = home.store.blob_path(delivery.sha256).with_name(f"{delivery.sha256}.1.json")
    content = read_json(sidecar)
    assert content.pop("origin").endswith(f":{delivery.sha256}:{DEPARTMENT}/Biểu 02.xlsx")
    assert datetime.fromisoformat(content.pop("received_at")) == delivery.received_at
    assert content == {
        "delivery_seq": 1,
        "kind": "file",
        "department_code": DEPARTMENT,
        "file_name": "Biểu 02.xlsx",
        "sha256": delivery.sha256,
        "size_bytes": 2,
        "scan_seq": 1,
        "is_sealed": True,
        "decides_delivery_seq": None,
        "source_name": "",
        "extract_id": "",
        "request": "",
        "channel": "",
        "sender": "",
    }


@pytest.mark.parametrize("is_folder", [True, False])
def test_what_stands_in_the_way_of_some_bytes_hinders_no_others(home: Home, *, is_folder: bool) -> None:
    sha256 = hashlib.sha256(b"v1").hexdigest()
    in_the_way = home.landing / sha256[:2]
    if is_folder:
        (in_the_way / sha256 / "theirs").mkdir(parents=True)
    else:
        home.landing.mkdir(exist_ok=True)
        in_the_way.write_bytes(b"theirs")
    home.drop("a.xlsx", b"v1")
    home.drop("b.xlsx", b"v2")
    assert home.land().delivery_seqs == [1]
    assert home.left() == ["a.xlsx"]
    in_the_way.rename(home.folder / "aside")
    assert home.land().delivery_seqs == [2]
    assert home.contents() == [b"v2", b"v1"]


def test_the_same_bytes_under_two_names_are_two_deliveries_over_one_blob(home: Home) -> None:
    home.drop("a.xlsx")
    home.drop("b.xlsx")
    home.drop("a.xlsx", department="thue-tinh")
    assert home.land().delivery_seqs == [1, 2, 3]
    deliveries = home.ledger.deliveries()
    assert [(one.department_code, one.file_name) for one in deliveries] == [
        (DEPARTMENT, "a.xlsx"),
        (DEPARTMENT, "b.xlsx"),
        ("thue-tinh", "a.xlsx"),
    ]
    assert len({one.sha256 for one in deliveries}) == 1
    assert {one.scan_seq for one in deliveries} == {1}


def test_v1_v2_v1_are_three_deliveries_even_with_the_dates_of_the_first(home: Home) -> None:
    for content in (b"v1", b"v2", b"v1"):
        os.utime(home.drop("a.xlsx", content), (1_700_000_000, 1_700_000_000))
        home.land()
    assert home.contents() == [b"v1", b"v2", b"v1"]


def test_more_files_than_are_kept_open_are_landed_in_one_scan(home: Home) -> None:
    for number in range(210):
        home.drop(f"{number:03}.xlsx")
    assert home.land().delivery_seqs == list(range(1, 211))
    assert {one.scan_seq for one in home.ledger.deliveries()} == {1}
    assert home.left() == []


def test_a_blob_that_went_bad_is_replaced_by_good_bytes(home: Home) -> None:
    home.drop("a.xlsx", b"v1")
    home.land()
    blob = home.store.blob_path(home.ledger.delivery(1).sha256)
    blob.chmod(0o644)
    blob.write_bytes(b"v?")
    home.drop("a.xlsx", b"v1")
    home.land()
    assert blob.read_bytes() == b"v1"


def test_a_file_that_grows_while_it_is_copied_waits(home: Home) -> None:
    path = home.drop("a.xlsx", b"half")

    def grow() -> None:
        with path.open("ab") as stream:
            stream.write(b" and half")

    assert home.land(at_step=at("copied", grow)).delivery_seqs == []
    assert list((home.landing / "incoming").iterdir()) == []
    home.land()
    assert home.contents() == [b"half and half"]


@pytest.mark.parametrize("step", ["copied", "renamed", "synced", "recorded", "described", "confirmed"])
@pytest.mark.parametrize("size_matters", [True, False])
def test_a_version_renamed_over_the_file_meanwhile_is_kept_and_comes_next(
    home: Home, step: str, size_matters: bool
) -> None:
    path = home.drop("a.xlsx", b"v1")
    newer = b"version 2" if size_matters else b"v2"
    home.land(at_step=at(step, lambda: replace(path, newer)))
    assert home.left() == ["a.xlsx"]
    home.land()
    assert home.contents()[-1] == newer
    assert home.left() == []


@pytest.mark.parametrize("step", ["copied", "renamed", "synced", "recorded", "described", "confirmed", "taken"])
def test_an_overwrite_in_place_is_never_lost(home: Home, step: str) -> None:
    path = home.drop("a.xlsx", b"v1")
    descriptor = os.open(path, os.O_WRONLY)
    home.land(at_step=at(step, lambda: os.pwrite(descriptor, b"v2", 0)))
    os.close(descriptor)
    assert home.left() == ["a.xlsx"]
    home.land()
    assert home.contents()[-1] == b"v2"
    assert home.left() == []


def test_a_version_dropped_while_the_old_one_is_put_back_wins(home: Home) -> None:
    path = home.drop("a.xlsx", b"v1")
    descriptor = os.open(path, os.O_WRONLY)

    def overwrite_and_drop() -> None:
        os.pwrite(descriptor, b"v2", 0)
        path.write_bytes(b"v3")

    home.land(at_step=at("taken", overwrite_and_drop))
    os.close(descriptor)
    assert (home.left(), path.read_bytes()) == (["a.xlsx"], b"v3")


def test_a_file_its_sender_takes_back_before_it_is_landed_is_no_fault(home: Home) -> None:
    path = home.drop("a.xlsx", b"v1")
    second = home.drop("b.xlsx", b"v1")
    assert home.land(at_step=at("copied", second.unlink)).delivery_seqs == [1]
    assert not path.exists()


def test_a_file_its_sender_takes_back_after_it_was_recorded_stays_a_delivery(home: Home) -> None:
    path = home.drop("a.xlsx", b"v1")
    assert home.land(at_step=at("recorded", path.unlink)).delivery_seqs == [1]
    assert home.contents() == [b"v1"]


def test_when_landing_cannot_be_written_the_file_stays_in_the_inbox(home: Home) -> None:
    home.drop("a.xlsx", b"v1")
    home.landing.mkdir()
    in_the_way = home.landing / "incoming"
    in_the_way.write_bytes(b"")
    with pytest.raises(OSError, match="exists"):
        home.land()
    assert home.left() == ["a.xlsx"]
    assert home.ledger.deliveries() == []
    in_the_way.unlink()
    assert home.land().delivery_seqs == [1]


def test_a_department_cannot_have_its_file_removed_by_naming_it_as_ours(home: Home) -> None:
    home.drop("a.xlsx")
    home.land()
    foreign = home.drop(".taken-1-0123abcd", b"theirs", department="thue-tinh")
    unknown = home.drop(".taken-99-0123abcd", b"theirs")
    own = home.drop(".taken-1-89abcdef", b"theirs")
    (home.inbox / DEPARTMENT / ".taken-1-00000000").mkdir()
    home.land()
    assert foreign.exists()
    assert unknown.exists()
    assert not own.exists()
    assert home.contents() == [b"v1", b"theirs"], "put back under the name it claimed, and landed as any file"


def test_a_file_dated_before_1970_that_is_found_half_taken_stops_nobody(home: Home) -> None:
    old = home.drop("a.xlsx")
    os.utime(old, ns=(-1, -1))
    home.land()
    again = home.drop(".taken-1-89abcdef", b"v1")
    os.utime(again, ns=(-1, -1))
    home.drop("b.xlsx", b"theirs", department="thue-tinh")
    home.land()
    assert sorted(home.contents()) == [b"theirs", b"v1", b"v1"]
    assert home.left() == []
