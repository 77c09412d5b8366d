""".xlsx → cells at their physical places, with what calamine alone would not tell."""

import re
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from hostile.attacks import packed, sheet, strings, workbook, xlsx_parts
from ioc_pipeline.read.number_format import number_format
from workbook_reading import DAY, MOMENT, read, read_rows


@pytest.fixture
def excel_file(tmp_path: Path) -> Path:
    """C4 is the first cell; errors, formulas, percents, dates, merges, notes, a hidden sheet."""
    path = tmp_path / "bieu.xlsx"
    book = xlsxwriter.Workbook(path)
    first = book.add_worksheet("Biểu 01")
    percent, quoted = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": '0.0"%"'})
    day, moment = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    clock, duration = book.add_format({"num_format": "hh:mm"}), book.add_format({"num_format": "[h]:mm"})
    first.write("C4", 12.5)
    first.write("D4", "Mường La")
    first.write("E4", True)
    first.write_datetime("C5", DAY, day)
    first.write_datetime("D5", MOMENT, moment)
    first.write("E5", 0.5, clock)
    first.write("F5", 1.5, duration)
    first.write("C6", 0.955, percent)
    first.write("D6", 95.5, quoted)
    first.write("E6", "96 %", percent)
    first.write_formula("C7", "=1/0", value="#DIV/0!")
    first.write_formula("D7", "=C4*2", value=25)
    first.merge_range("C8:D9", "gộp")
    first.write("A10", "Người lập biểu")
    first.write_comment("C4", "Số liệu ước", {"author": "Văn phòng"})
    hidden = book.add_worksheet("Ẩn")
    hidden.hide()
    hidden.write("A1", 1)
    book.close()
    return path


def test_cells_of_an_xlsx_stand_at_their_physical_places(excel_file: Path) -> None:
    first = read(excel_file).sheets[0]
    assert first.rows[:3] == [[None] * 6] * 3
    assert first.rows[3] == [None, None, 12.5, "Mường La", True, None]
    assert first.rows[4][2:] == [DAY, MOMENT, time(12, 0), "36:00:00"]
    assert first.rows[6][2:5] == [None, 25.0, None]


def test_an_xlsx_tells_errors_percents_merges_notes_and_hidden_sheets(excel_file: Path) -> None:
    book = read(excel_file)
    first, hidden = book.sheets
    assert book.format == "xlsx"
    assert first.marks == {(5, 2): "%", (6, 2): "#DIV/0!"}
    assert first.merged == [(7, 2, 8, 3)]
    assert [(cell, "Số liệu ước" in text) for cell, text in first.notes] == [("C4", True)]
    assert (first.is_hidden, hidden.is_hidden, hidden.name) == (False, True, "Ẩn")


def test_numbers_arrive_exactly(tmp_path: Path) -> None:
    numbers = [0.1 + 0.2, 1e300, 5e-324, -0.0, 123456789.123456789, 9007199254740993.0, 2165.5]
    row = "".join(f"<c><v>{number!r}</v></c>" for number in numbers)
    (found,) = read_rows(tmp_path, f"<row>{row}</row>").rows
    assert [repr(value) for value in found] == [repr(number) for number in numbers]


def test_texts_with_quotes_brackets_and_null_arrive_as_they_are(tmp_path: Path) -> None:
    texts = ['"', '""', ',"",', '[""', "null", "NaN", "\\", "a\nb", "≥ 97 %"]
    row = "".join(f'<c t="s"><v>{index}</v></c>' for index in range(len(texts)))
    escaped = [text.replace('"', "&quot;") for text in texts]
    assert read_rows(tmp_path, f"<row>{row}</row>", strings=strings(*escaped)).rows == [texts]


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"])
def test_an_excel_error_is_no_blank(error: str, tmp_path: Path) -> None:
    first = read_rows(tmp_path, f'<row r="1"><c r="A1" t="e"><f>B1</f><v>{error}</v></c><c r="B1"><v>1</v></c></row>')
    assert (first.rows, first.marks) == ([[None, 1.0]], {(0, 0): error})


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="C2"><f>A1*2</f></c>',
        '<c r="C2"><f>A1*2</f><v></v></c>',
        '<c r="C2"><f>A1*2</f><v/></c>',
        '<c r="C2" s="1"><f>A1*2</f>\n</c>',
        '<c r="C2"><f t="shared" si="0"/></c>',
        '<c r="C2"><f t="shared" ref="C2:C3" si="0">A1*2</f></c>',
        "<c r='C2'><f>A1*2</f></c>",
    ],
)
def test_a_formula_without_a_result_is_marked_even_beyond_the_other_cells(cell: str, tmp_path: Path) -> None:
    first = read_rows(tmp_path, f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{cell}</row>')
    assert first.marks == {(1, 2): "formula"}
    assert first.rows == [[1.0, None, None], [None, None, None]]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="str"><f>IF(B1="","",B1)</f><v></v></c>',
        '<c r="A1"><f>B1</f><v>3</v></c>',
        '<c r="A1"><f t="shared" si="0"/><v>3</v></c>',
        '<c r="A1"><f>B1</f>\n <v>0</v></c>',
    ],
)
def test_a_formula_with_a_result_is_a_value(cell: str, tmp_path: Path) -> None:
    first = read_rows(tmp_path, f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>')
    assert first.marks == {}


def test_zeros_of_a_workbook_that_was_never_calculated_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    first = book.add_worksheet()
    first.write("A1", 7)
    first.write_formula("A2", "=A1*2")
    book.close()
    assert read(path).sheets[0].marks == {(1, 0): "formula"}


def test_a_zero_among_calculated_results_is_a_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    first = book.add_worksheet()
    first.write_formula("A1", "=0*2", value=0)
    first.write_formula("A2", "=1*2", value=2)
    book.close()
    assert (read(path).sheets[0].rows, read(path).sheets[0].marks) == ([[0.0], [2.0]], {})


def test_a_number_no_sheet_can_hold_is_marked(tmp_path: Path) -> None:
    first = read_rows(tmp_path, '<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1E400</v></c></row>')
    assert (first.rows, first.marks) == ([[None, None]], {(0, 0): "#NUM!", (0, 1): "#NUM!"})


def test_merged_ranges_are_clipped_to_the_used_range(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    after = '<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="H9:I9"/></mergeCells>'
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'
    path.write_bytes(packed(xlsx_parts(sheet(rows, after=after))))
    assert read(path).sheets[0].merged == [(0, 0, 0, 1)]


def _prefixed(text: str) -> str:
    return re.sub(r"<(/?)(?![?!])(\w)", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=")


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: re.sub(r'(<(?:row|c)) r="\w+"', r"\1", text),
        lambda text: re.sub(r'="([^"]*)"', r"='\1'", text),
        lambda text: re.sub(r'(\w)="', r'\1 = "', text),
        lambda text: re.sub(r'(<c r="\w+")( t="\w+")?( s="\d")', r"\1\3\2", text),
        lambda text: text.replace("><", ">\n  <"),
        _prefixed,
    ],
    ids=["no addresses", "single quotes", "blanks around =", "other order", "indented", "prefixed"],
)
def test_the_quick_and_the_thorough_scan_tell_the_same(rewritten: Any, tmp_path: Path) -> None:
    cells = [
        '<c r="A{n}" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c r="B{n}" s="1"><v>0.{n}</v></c>',
        '<c r="C{n}" s="1" t="str"><f>A1</f><v>chữ</v></c>',
        '<c r="D{n}"><f>B1</f></c>',
        '<c r="E{n}" s="2"><v>{n}</v></c>',
        '<c r="F{n}" s="1"/>',
        '<c r="G{n}" s="1"><f>B1</f><v>{n}</v></c>',
    ]
    rows = "".join(f'<row r="{n}">{"".join(cells).format(n=n)}</row>' for n in range(1, 4))
    plain, other = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    plain.write_bytes(packed(xlsx_parts(sheet(rows))))
    other.write_bytes(packed(xlsx_parts(rewritten(sheet(rows)))))
    first, second = read(plain).sheets[0], read(other).sheets[0]
    assert (first.rows, first.marks) == (second.rows, second.marks)
    assert set(first.marks.values()) == {"#DIV/0!", "%", "formula"}
    assert len(first.marks) == 4 * 3


def test_a_sheet_over_many_blocks_keeps_every_mark_and_value(tmp_path: Path) -> None:
    count = 60_000
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" s="1"><v>0.{n}</v></c>'
        f'<c r="C{n}"><f>A{n}</f>{"" if n % 1000 == 0 else f"<v>{n}</v>"}</c></row>'
        for n in range(1, count + 1)
    )
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(rows))))
    first = read(path).sheets[0]
    assert [row[0] for row in first.rows] == [float(n) for n in range(1, count + 1)]
    assert [row for (row, column), mark in first.marks.items() if mark == "formula"] == list(range(999, count, 1000))
    assert sum(mark == "%" for mark in first.marks.values()) == count


@pytest.mark.parametrize(
    ("code", "is_percent"),
    [
        ("0%", True),
        ("0.00%;[Red]-0.00%", True),
        ("# ##0,0 %", True),
        ("General", False),
        ('0.0"%"', False),
        ("0\\%", False),
        ("0_%", False),
        ("[$%-42A]0", False),
    ],
)
def test_only_a_percent_sign_that_multiplies_is_a_percent(code: str, is_percent: bool) -> None:
    assert (number_format(code).mark_and_text(0.955)[0] == "%") is is_percent


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"xl/externalLinks/externalLink1.xml": "<x/>"}, "external-link"),
        ({"xl/embeddings/oleObject1.bin": "x"}, "embedded-object"),
    ],
)
def test_what_should_not_travel_gives_a_warning(parts: dict[str, str], code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet('<row r="1"><c r="A1"><v>1</v></c></row>')) | parts))
    assert [(warning.code, warning.severity) for warning in read(path).warnings] == [(code, "warning")]


@pytest.mark.parametrize("name", ["bieu.xls", "bieu.ods", "bieu", "bieu.XLSM"])
def test_the_content_decides_and_a_wrong_extension_is_a_warning(name: str, excel_file: Path) -> None:
    book = read(excel_file, name)
    assert (book.format, [warning.code for warning in book.warnings]) == ("xlsx", ["wrong-extension"])


def test_an_extension_in_capitals_is_right(excel_file: Path) -> None:
    assert read(excel_file, "BIEU 01.XLSX").warnings == []


def test_bytes_after_the_end_are_told_and_ignored(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook() + b"\0" * 4096)
    assert [warning.code for warning in read(path).warnings] == ["trailing-bytes"]
