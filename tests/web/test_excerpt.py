"""The part of a delivery around one cell, as its sender sees it."""

import json
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import xlsxwriter

from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.web.trail.excerpt import Excerpt, excerpt_of


def keep(home: Path, content: bytes, name: str, sheet: str, cell: str) -> tuple[Settings, dict[str, str]]:
    """Bytes as they lie in landing, and what mart_lineage says of a cell of theirs."""
    given = from_environment({"IOC_HOME": str(home)})
    digest = sha256(content).hexdigest()
    path = given.landing / digest[:2] / digest
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    read = {"sha256": digest, "file_name": name, "department_code": "so-khcn", "sheet_name": sheet, "cell": cell}
    return given, read


def workbook() -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Biểu 03")
        sheet.merge_range("A1:C1", "Hạ tầng viễn thông")
        sheet.write_row("A2", ["TT", "Xã", "Tỷ lệ"])
        percent = book.add_format({"num_format": "0.0%"})
        for number in range(40):
            sheet.write_row(number + 2, 0, [number + 1, f"Xã {number + 1}"])
            sheet.write_number(number + 2, 2, number / 80, percent)
        sheet.set_row(37, None, None, {"hidden": True})
    return file.getvalue()


def marked(excerpt: Excerpt | None) -> list[str]:
    assert excerpt is not None
    return [cell.text for row in excerpt.rows for cell in row.cells if cell and cell.is_asked]


def test_the_cell_is_marked_under_the_head_of_its_sheet(tmp_path: Path) -> None:
    excerpt = excerpt_of(*keep(tmp_path, workbook(), "a.xlsx", "Biểu 03", "C37"))
    assert marked(excerpt) == ["42,5%"]
    assert excerpt is not None
    numbers = [row.number for row in excerpt.rows]
    assert numbers[:2] == [1, 2]
    assert 37 in numbers
    assert 38 not in numbers, "a hidden row is not what its sender sees"
    assert next(row.number for row in excerpt.rows if row.is_after_gap) == 33
    title = excerpt.rows[0].cells[0]
    assert title is not None
    assert (title.text, title.across) == ("Hạ tầng viễn thông", 3)
    assert excerpt.rows[0].cells[1] is None


def test_a_record_of_an_api_shows_its_fields_with_the_one_that_was_read(tmp_path: Path) -> None:
    page = json.dumps({"data": [{"MA": "H52", "CLGQ": "10.4", "con": [1]}]}).encode()
    excerpt = excerpt_of(*keep(tmp_path, page, "portal/0001.json", "/data", "/0/CLGQ"))
    assert excerpt is not None
    assert excerpt.fields == [("MA", "H52", False), ("CLGQ", "10.4", True)]


def test_what_cannot_be_shown_again_is_nothing(tmp_path: Path) -> None:
    given, read = keep(tmp_path, workbook(), "a.xlsx", "Biểu 03", "C3")
    assert excerpt_of(given, {**read, "sha256": "0" * 64}) is None
    assert excerpt_of(given, {**read, "sheet_name": "another"}) is None
    assert excerpt_of(given, {**read, "cell": "ZZ9999"}) is None
