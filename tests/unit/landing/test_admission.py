"""What the inbox takes, what it passes over, and when a file lies still."""

import os
import time

import pytest

from ioc_pipeline.land.admission import LEFT_SECONDS, Candidate
from landing_home import DEPARTMENT, OVERDUE, Home


@pytest.mark.parametrize(
    "name",
    [
        *("~$Biểu.xlsx", ".~lock.a.xlsx#", ".hidden", "Thumbs.db", "desktop.ini", "._a.xlsx"),
        *("000012_tra-lai_a.xlsx.txt", "000012_tiep-nhan_b.csv.txt", "khong-nhan_damaged-fil_a.txt"),
    ],
)
def test_what_nobody_sends_is_passed_over_for_ever(home: Home, name: str) -> None:
    home.drop(name)
    assert home.scan(after=LEFT_SECONDS) == []


@pytest.mark.parametrize(
    "name",
    [
        *("a.part", "a.xlsx.tmp", "a.CRDOWNLOAD", "a.xlsx.filepart", "a.xlsx.partial", "a.!ut", "a.ods.!qB", "a.bc!"),
        *("5B2D4C00", "1a2b3c4d5e6f", "4913", "tmpab3d_x9k", "tmp.AbCd1234ef", "A1B2C3D4.tmp", "~WRL0001.tmp"),
        *("a.xlsx~", "#a.xlsx#", "a.bak", "a.xls.old", "a.xlsx.1", "a.xlsx.~1~", "Backup of a.xlk", "a.part.xlsx"),
        *("a.xlsx.sb-1a2b-Xy", "a.csv.Ab12Cd", "a.xlsx_tmp", "a.uploading", "a.xlsx:Zone.Identifier", "a.aria2"),
    ],
)
def test_a_temporary_name_is_left_alone_and_answered_when_it_stays_for_a_day(home: Home, name: str) -> None:
    home.drop(name)
    assert home.scan(after=OVERDUE) == []
    assert home.refusals(after=LEFT_SECONDS) == {name: "temporary-name"}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a.XLSX",
            "a.xslx",
            "a.pdf",
            "a.dat",
            "Bieu 02.2025",
            "bao cao thang 9",
            "20250915",
            "092025",
            "luong",
            "sed",
        ),
        *("5B2D4C00.xlsx", "a (1).xlsx", "a.xlsx (1)", "old.xlsx", "temp-tinh", "tmp bao cao.xlsx", "a.xlsx.zip"),
    ],
)
def test_what_a_person_may_have_named_so_is_taken_whatever_its_ending(home: Home, name: str) -> None:
    home.drop(name)
    assert [one.file_name for one in home.scan() if isinstance(one, Candidate)] == [name]


def test_a_blank_a_dot_or_something_invisible_after_the_ending_does_not_hide_a_file(home: Home) -> None:
    for name in ("a.xlsx ", "b.xlsx.", "c.xlsx\u200b", "d.xlsx\u00a0"):
        home.drop(name)
    assert len(home.scan()) == 4


def test_a_file_is_admitted_only_when_it_lies_still(home: Home) -> None:
    home.drop("a.xlsx")
    assert home.scan(after=0) == []
    assert [one.file_name for one in home.scan()] == ["a.xlsx"]


def test_an_old_modification_date_does_not_make_a_copy_in_progress_still(home: Home) -> None:
    os.utime(home.drop("a.xlsx"), (1, 1))
    assert home.scan(after=0.5) == []


def test_a_modification_date_in_the_future_does_not_keep_a_file_waiting(home: Home) -> None:
    ahead = time.time() + 86400
    os.utime(home.drop("a.xlsx"), (ahead, ahead))
    assert len(home.scan()) == 1


def test_with_a_clock_set_back_stillness_is_seen_by_looking_twice(home: Home) -> None:
    home.drop("a.xlsx")
    assert len(home.scan(after=-86400)) == 1
    growing = home.drop("b.csv")
    assert home.land(after=-86400).delivery_seqs == [1], "an unsealed file cannot be old by a clock like this"
    assert growing.exists()


def test_our_feedback_is_never_scanned(home: Home) -> None:
    for folder in (home.inbox / DEPARTMENT / "phan-hoi", home.inbox / "phan-hoi"):
        folder.mkdir()
        (folder / "a.xlsx").write_bytes(b"v1")
    assert home.scan() == []


def test_a_sub_folder_is_answered_once_however_much_lies_in_it_and_again_when_more_comes(home: Home) -> None:
    folder = home.inbox / DEPARTMENT / "2025"
    for name in ("a.xlsx", "b.xls", "c/d/e.csv", "c/.hidden.xlsx", "f.xlsx.part"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"v1")
    (found,) = home.land().refusals
    assert (found.department_code, found.file_name, found.problem.code) == (DEPARTMENT, "2025/", "in-a-subfolder")
    assert found.problem.found == "a.xlsx, b.xls, c/d/e.csv"
    assert home.land().refusals == [found]
    (folder / "g.xlsx").write_bytes(b"v1")
    assert home.scan(after=0.5) == [], "it is still being filled"
    assert [one.key == found.key for one in home.land().refusals] == [False]
    assert home.ledger.deliveries() == []


def test_a_link_in_a_department_leads_nowhere(home: Home) -> None:
    outside = home.folder / "outside"
    outside.mkdir()
    (outside / "a.xlsx").write_bytes(b"v1")
    (home.inbox / DEPARTMENT / "2025").symlink_to(outside)
    (home.inbox / DEPARTMENT / "phan-hoi").symlink_to(outside)
    (home.inbox / "thue-tinh").symlink_to(outside)
    assert home.refusals() == {"2025": "not-a-regular-file", "thue-tinh": "unknown-department"}
    assert home.land().delivery_seqs == []


def test_a_department_without_a_folder_is_no_fault(home: Home) -> None:
    assert home.land().delivery_seqs == []
