"""Attacks written here: each comes back with its code, and none of them touches its neighbours in the batch."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from hostile import attacks
from hostile.attacks import CELLS, packed, sheet, workbook, xlsx_parts
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

GOOD = xlsx_parts(sheet(CELLS))
DTD = '<!DOCTYPE x [<!ENTITY e "lol">]>'
FAR_ROW = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
WIDE_ROW = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
LONG_ROW = '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
HTML = b"<html><body><table><tr><td>1</td></tr></table></body></html>"
XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


def with_part(name: str, content: str | bytes) -> bytes:
    return packed({**GOOD, name: content})


def with_change(name: str, old: str, new: str, extra: str = "xl/extra.xml") -> bytes:
    return packed({**GOOD, name: GOOD[name].replace(old, new), extra: "<x/>"})


def long_texts() -> str:
    """A megabyte and a half in few rows."""
    return "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{"x" * 30_000}</t></is></c></row>' for n in range(2, 52)
    )


def cells_without_addresses(count: int) -> str:
    """Varied enough not to be a zip bomb: fifty rows of 500 cells, over and over."""
    rows = ["<row>" + "".join(f"<c><v>{(n * m) % 9973}</v></c>" for n in range(500)) + "</row>" for m in range(50)]
    return "".join(rows) * (count // 25_000)


def merges() -> str:
    return "<mergeCells>" + '<mergeCell ref="A1:B1"/>' * 20_001 + "</mergeCells>"


def damaged_compound(offset: int, number: bytes) -> bytes:
    content = attacks.compound("Workbook")
    return content[:offset] + number + content[offset + 4 :]


ATTACKS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.xlsx", lambda: b"", "empty-file"),
    "truncated": ("a.xlsx", lambda: workbook()[:-30], "damaged-file"),
    "one digit changed": (
        "a.xlsx",
        lambda: attacks.with_flipped_byte(packed(GOOD, zipfile.ZIP_STORED), b"<v>7"),
        "damaged-file",
    ),
    "bomb": ("a.xlsx", lambda: workbook(CELLS + " " * (64 << 20)), "zip-bomb"),
    "lying size": (
        "a.xlsx",
        lambda: attacks.with_declared_size(workbook(), "xl/worksheets/sheet1.xml", 20),
        "damaged-file",
    ),
    "overlapping entries": ("a.xlsx", attacks.overlapping, "zip-bomb"),
    "many parts": ("a.xlsx", lambda: packed(GOOD | {f"xl/x/{n}": "" for n in range(2001)}), "too-many-parts"),
    "duplicate entry": (
        "a.xlsx",
        lambda: packed([*GOOD.items(), ("xl/Worksheets/sheet1.xml", sheet(""))]),
        "unsafe-archive",
    ),
    "escaping name": ("a.xlsx", lambda: with_part("../../evil.xml", "x"), "unsafe-archive"),
    "escaping name with backslashes": ("a.xlsx", lambda: with_part("xl\\..\\..\\evil", "x"), "unsafe-archive"),
    "zip password": ("a.xlsx", lambda: attacks.with_encrypted_flag(workbook()), "password-protected"),
    "DTD in a sheet": ("a.xlsx", lambda: packed(xlsx_parts(sheet(CELLS, before=DTD))), "xml-dtd"),
    "DTD in a part nobody reads": ("a.xlsx", lambda: with_part("docProps/x.xml", DTD + "<x/>"), "xml-dtd"),
    "DTD over a block boundary": (
        "a.xlsx",
        lambda: with_part("docProps/x.xml", ("<!--" + "x" * (1 << 20))[: (1 << 20) - 4] + DTD),
        "xml-dtd",
    ),
    "UTF-16 part": ("a.xlsx", lambda: with_part("docProps/x.xml", DTD.encode("utf-16")), "damaged-file"),
    "macro part": ("a.xlsx", lambda: with_part("xl/vbaProject.bin", "filler"), "macro-workbook"),
    "macro content type": (
        "a.xlsm",
        lambda: with_change("[Content_Types].xml", "sheet.main", "sheet.macroEnabled.main"),
        "macro-workbook",
    ),
    "Excel 4 macro sheet": ("a.xlsx", lambda: with_part("xl/macrosheets/sheet1.xml", "<x/>"), "macro-workbook"),
    "lying uniqueCount": (
        "a.xlsx",
        lambda: with_part("xl/sharedStrings.xml", attacks.strings("x", unique_count=4_294_967_295)),
        "damaged-file",
    ),
    "text index out of range": (
        "a.xlsx",
        lambda: workbook('<row r="1"><c r="A1" t="s"><v>9</v></c></row>'),
        "unreadable-workbook",
    ),
    "far cell": ("a.xlsx", lambda: workbook(CELLS + FAR_ROW), "too-many-cells"),
    "far cell first: the reader aborts": ("a.xlsx", lambda: workbook(FAR_ROW + CELLS), "unreadable-workbook"),
    "far cell, unusual quotes": ("a.xlsx", lambda: workbook((CELLS + FAR_ROW).replace('"', "'")), "too-many-cells"),
    "wide in the first megabyte, long in the second": (
        "a.xlsx",
        lambda: workbook(WIDE_ROW + long_texts() + LONG_ROW),
        "too-many-cells",
    ),
    "six million cells": ("a.xlsx", lambda: workbook(cells_without_addresses(6_000_000)), "too-many-cells"),
    "many merged ranges": ("a.xlsx", lambda: packed(xlsx_parts(sheet(CELLS, after=merges()))), "too-many-merges"),
    "many sheets": ("a.xlsx", lambda: packed(xlsx_parts(*[sheet("")] * 201)), "too-many-sheets"),
    "no sheet": ("a.xlsx", lambda: packed(xlsx_parts()), "no-sheet"),
    "password": ("a.xlsx", lambda: attacks.compound("EncryptionInfo", "EncryptedPackage"), "password-protected"),
    "macro in .xls": ("a.xls", lambda: attacks.compound("Workbook", "_VBA_PROJECT_CUR"), "macro-workbook"),
    "compound file of something else": ("a.xls", lambda: attacks.compound("WordDocument"), "not-a-workbook"),
    "compound file claiming 4e9 sectors": ("a.xls", lambda: damaged_compound(44, b"\xff" * 4), "damaged-file"),
    "compound file that loops": ("a.xls", lambda: damaged_compound(516, b"\1\0\0\0"), "damaged-file"),
    "Excel 3": ("a.xls", lambda: b"\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00", "old-workbook"),
    "binary workbook": (
        "a.xlsb",
        lambda: with_change("_rels/.rels", "workbook.xml", "workbook.bin", extra="xl/workbook.bin"),
        "binary-workbook",
    ),
    "HTML named xls": ("a.xls", lambda: HTML, "html-file"),
    "HTML before a zip": ("a.xlsx", lambda: HTML + workbook(), "html-file"),
    "XML 2003": ("a.xls", lambda: XML_2003, "xml-spreadsheet"),
    "PDF": ("a.xlsx", lambda: b"%PDF-1.7\n", "not-a-workbook"),
    "CSV named xlsx": ("a.xlsx", lambda: b"a,b\n1,2\n", "not-a-workbook"),
    "Word document": (
        "a.xlsx",
        lambda: with_change("_rels/.rels", "xl/workbook", "word/document", extra="word/document.xml"),
        "not-a-workbook",
    ),
    "zip of a workbook": ("a.zip", lambda: packed({"bao-cao.xlsx": workbook()}), "not-a-workbook"),
    "workbook named csv": ("a.csv", workbook, "workbook-named-csv"),
}


def read(folder: Path, deliveries: list[tuple[str, bytes]], limits: Limits | None = None) -> list[str]:
    """The verdict on each delivery: "loads" or its codes."""
    requests = []
    for number, (name, content) in enumerate(deliveries):
        path = folder / f"{number}.blob"
        path.write_bytes(content)
        requests.append(ReadRequest(path, name, None))
    results = read_deliveries(requests, limits or Limits())
    return ["loads" if isinstance(result, Workbook) else str(result) for result in results]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_comes_back_with_its_code(attack: str, tmp_path: Path) -> None:
    name, content, code = ATTACKS[attack]
    assert read(tmp_path, [(name, content())]) == [code]
    assert code in MESSAGES


def test_attacks_in_one_batch_leave_the_good_deliveries_alone(tmp_path: Path) -> None:
    good = ("tot.xlsx", workbook())
    mixed = [delivery for name, content, _ in ATTACKS.values() for delivery in ((name, content()), good)]
    expected = [verdict for _, _, code in ATTACKS.values() for verdict in (code, "loads")]
    assert read(tmp_path, mixed) == expected


def test_a_delivery_that_exhausts_memory_is_returned_alone(tmp_path: Path) -> None:
    cell = '<c t="s"><v>0</v></c>'
    row = f"<row>{cell * 1000}</row>"
    bomb = packed(xlsx_parts(sheet(row * 80), strings=attacks.strings("x" * 32_000)))
    good = ("tot.xlsx", workbook())
    assert len(bomb) < 100_000
    assert read(tmp_path, [good, ("a.xlsx", bomb), good]) == ["loads", "unreadable-workbook", "loads"]


def children() -> set[psutil.Process]:
    """Processes under this one: other tests may keep a server."""
    return set(psutil.Process().children(recursive=True))


@pytest.mark.parametrize("limits", [Limits(cpu_seconds=1), Limits(wall_seconds=0.5)], ids=["cpu", "wall"])
def test_a_delivery_that_takes_too_long_is_returned_alone(limits: Limits, tmp_path: Path) -> None:
    slow = workbook(cells_without_addresses(4_500_000))  # some 15 s of work
    good = ("tot.xlsx", workbook())
    before = children()
    verdicts = read(tmp_path, [good, ("a.xlsx", slow), good], limits)
    assert verdicts == ["loads", "unreadable-workbook", "loads"]
    assert children() == before


def test_a_delivery_whose_process_was_killed_is_read_again_alone(tmp_path: Path) -> None:
    path = tmp_path / "tot.blob"
    path.write_bytes(workbook())
    before = children()
    results = read_deliveries([ReadRequest(path, "tot.xlsx", None)] * 4)
    first = next(results)
    for child in children() - before:
        child.kill()
    assert [type(result) for result in (first, *results)] == [Workbook] * 4


def test_no_process_is_left_when_the_caller_stops_early(tmp_path: Path) -> None:
    path = tmp_path / "tot.blob"
    path.write_bytes(workbook())
    before = children()
    results = read_deliveries([ReadRequest(path, "tot.xlsx", None)] * 5)
    assert isinstance(next(results), Workbook)
    assert children() > before
    results.close()
    assert children() == before


def test_a_missing_path_is_our_fault_and_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        next(read_deliveries([ReadRequest(tmp_path / "none", "tot.xlsx", None)]))


def test_reading_opens_nothing_a_workbook_points_to(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    relation = f'<Relationship Id="x" Type="x/worksheet" TargetMode="External" Target="file://{secret}"/>'
    parts = xlsx_parts(sheet(CELLS))
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace("<Relationship ", relation + "<Relationship ", 1)
    path = tmp_path / "a.blob"
    path.write_bytes(packed(parts))
    (result,) = read_deliveries([ReadRequest(path, "a.xlsx", None)])
    assert not isinstance(result, SourceError)
    assert result.sheets[0].rows == [[7.0, 0.5]]
