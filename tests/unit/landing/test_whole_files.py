"""Files that are not whole yet: unsealed CSV, checksums beside them, uploads cut short."""

import hashlib
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from ioc_pipeline.land.admission import CUT_SECONDS
from ioc_pipeline.land.intake import Intake
from landing_home import DEPARTMENT, OVERDUE, Home, at, replace


def test_an_unsealed_csv_waits_and_is_marked(home: Home) -> None:
    home.drop("a.csv", b"don vi;so luong\n")
    assert home.land().delivery_seqs == []
    assert home.land(after=OVERDUE).delivery_seqs == [1]
    assert not home.ledger.delivery(1).is_sealed
    assert home.left() == []


@pytest.mark.parametrize("form", ["{sha256}", "{sha256}  a.csv\n", "{sha256} *a.csv\r\n"])
def test_a_csv_whose_checksum_lies_beside_it_is_sealed_and_does_not_wait(home: Home, form: str) -> None:
    content = b"don vi;so luong\n"
    home.drop("a.csv", content)
    home.drop("a.csv.sha256", form.format(sha256=hashlib.sha256(content).hexdigest().upper()).encode())
    assert home.land().delivery_seqs == [1]
    assert home.ledger.delivery(1).is_sealed
    assert home.left() == []


def test_a_csv_that_is_not_what_its_checksum_says_is_refused_after_its_wait(home: Home) -> None:
    home.drop("a.csv", b"don vi;so lu")
    home.drop("a.csv.sha256", hashlib.sha256(b"don vi;so luong\n").hexdigest().encode())
    assert home.land() == Intake([], [])
    assert [one.problem.code for one in home.land(after=OVERDUE).refusals] == ["checksum-mismatch"]
    assert home.left() == ["a.csv", "a.csv.sha256"]
    assert list((home.landing / "incoming").iterdir()) == []
    home.drop("a.csv", b"don vi;so luong\n")
    assert home.land().delivery_seqs == [1]


def test_a_checksum_for_the_next_version_stays_with_it(home: Home) -> None:
    path = home.drop("a.csv", b"v1")
    seal = home.drop("a.csv.sha256", hashlib.sha256(b"v1").hexdigest().encode())

    def next_version() -> None:
        replace(path, b"v2")
        replace(seal, hashlib.sha256(b"v2").hexdigest().encode())

    home.land(at_step=at("recorded", next_version))
    assert home.left() == ["a.csv", "a.csv.sha256"]
    home.land()
    assert home.contents() == [b"v1", b"v2"]
    assert [one.is_sealed for one in home.ledger.deliveries()] == [True, True]


@pytest.fixture(params=["xlsx", "xls", "pdf"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, bytes]:
    """A file whose format tells where it ends."""
    if request.param == "xlsx":
        with xlsxwriter.Workbook(tmp_path / "whole.xlsx") as workbook:
            workbook.add_worksheet("Bieu").write(0, 0, "Biểu")
        content = (tmp_path / "whole.xlsx").read_bytes()
    elif request.param == "xls":
        book = xlwt.Workbook()
        book.add_sheet("Bieu").write(0, 0, "Biểu")
        book.save(str(tmp_path / "whole.xls"))
        content = (tmp_path / "whole.xls").read_bytes()
    else:
        content = b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 9 + b"startxref\n9\n%%EOF\n"
    return f"a.{request.param}", content


def test_half_an_upload_waits_is_answered_and_then_taken_whole(home: Home, whole: tuple[str, bytes]) -> None:
    name, content = whole
    with (home.inbox / DEPARTMENT / name).open("wb", buffering=0) as stream:
        stream.write(content[: len(content) // 2])
        assert home.land() == Intake([], [])
        assert home.land(after=OVERDUE).delivery_seqs == [1], "its sender hears of it"
        assert home.land(after=OVERDUE).delivery_seqs == [1], "and once only"
        assert home.left() == [name]
        stream.write(content[len(content) // 2 :])
    assert home.land().delivery_seqs == [2]
    assert home.contents() == [content[: len(content) // 2], content]
    assert home.left() == []


def test_a_whole_file_is_taken_at_once_however_few_bytes_are_missing_elsewhere(
    home: Home, whole: tuple[str, bytes]
) -> None:
    name, content = whole
    home.drop(name, content)
    home.drop(f"cut-{name}", content[: len(content) * 2 // 3])
    assert home.land().delivery_seqs == [1]
    assert home.contents() == [content]


def test_what_stays_cut_short_leaves_the_folder_in_the_end(home: Home, whole: tuple[str, bytes]) -> None:
    name, content = whole
    home.drop(name, content[: len(content) // 2])
    home.land(after=OVERDUE)
    assert home.land(after=CUT_SECONDS).delivery_seqs == [1]
    assert home.left() == []


@pytest.mark.parametrize("made", [b"", bytes(200), b"don vi;so luong\r\n" + bytes(100)])
def test_a_file_that_was_made_and_not_written_yet_waits_for_its_content(home: Home, made: bytes) -> None:
    path = home.drop("a.csv", made)
    home.land(after=OVERDUE)
    assert home.left() == ["a.csv"]
    path.write_bytes(b"don vi;so luong\r\nX;1\r\n")
    home.land(after=OVERDUE)
    assert home.contents()[-1] == b"don vi;so luong\r\nX;1\r\n"
    assert home.left() == []


def test_a_seal_speaks_for_a_file_that_looks_cut_short(home: Home) -> None:
    content = b"PK\3\4 and so on"
    home.drop("a.zip", content)
    home.drop("a.zip.sha256", hashlib.sha256(content).hexdigest().encode())
    assert home.land().delivery_seqs == [1]
    assert home.left() == []
