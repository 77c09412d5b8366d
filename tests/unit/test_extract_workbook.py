"""Workbooks of the three formats → cells at their physical places, with what calamine alone would not tell."""

import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import xlwt
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from hostile.attacks import packed, sheet, strings, workbook, xlsx_parts
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Sheet, Workbook
from ioc_pipeline.read.number_format import number_format
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

NAMESPACES = ("office", "table", "text")
DAY, MOMENT = date(2025, 9, 14), datetime.fromisoformat("2025-09-14T07:30")


def read(path: Path, name: str = "") -> Workbook:
    (result,) = read_deliveries([ReadRequest(path, name or path.name, None)])
    assert isinstance(result, Workbook), str(result)
    return result


def read_rows(folder: Path, rows: str, **parts: Any) -> Sheet:
    """The one sheet of an .xlsx with these row tags."""
    path = folder / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(rows), **parts)))
    return read(path).sheets[0]


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


def test_cells_of_an_xls_come_with_errors_percents_notes_and_merges(tmp_path: Path) -> None:
    path = tmp_path / "bieu.xls"
    book = xlwt.Workbook()
    first = book.add_sheet("Biểu 01")
    first.write(3, 2, 12.5)
    first.write(3, 3, 7)
    first.write(4, 2, 0.955, xlwt.easyxf(num_format_str="0.0%"))
    first.write(4, 3, 95.5, xlwt.easyxf(num_format_str='0.0"%"'))
    first.write(4, 4, DAY, xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    first.row(5).set_cell_error(2, "#DIV/0!")
    for column in (5, 6, 7):
        first.write(4, column, column / 10, xlwt.easyxf(num_format_str="0%"))
    first.write_merge(6, 7, 2, 3, "gộp")
    first.write(8, 0, "Người lập biểu")
    book.add_sheet("Ẩn").visibility = 1
    book.save(str(path))

    result = read(path)
    sheet_one, hidden = result.sheets
    assert (result.format, result.warnings, hidden.is_hidden) == ("xls", [], True)
    assert sheet_one.rows[3] == [None, None, 12.5, 7, None, None, None, None]
    assert sheet_one.rows[4][2:5] == [0.955, 95.5, DAY]
    assert sheet_one.marks == {(4, 2): "%", (5, 2): "#DIV/0!", (4, 5): "%", (4, 6): "%", (4, 7): "%"}
    assert sheet_one.merged == [(6, 2, 7, 3)]


def test_formulas_of_an_xls_that_were_never_calculated_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "bieu.xls"
    book = xlwt.Workbook()
    first = book.add_sheet("A")
    first.write(0, 0, 7)
    first.write(1, 1, xlwt.Formula("A1*2"))
    book.save(str(path))
    assert read(path).sheets[0].marks == {(1, 1): "formula"}


def _ods_cell(text: str = "", **attributes: Any) -> TableCell:
    cell = TableCell(**attributes)
    if text:
        cell.addElement(P(text=text))
    return cell


def test_cells_of_an_ods_come_with_errors_percents_notes_and_merges(tmp_path: Path) -> None:
    path = tmp_path / "bieu.ods"
    document = OpenDocumentSpreadsheet()
    table = Table(name="Biểu 01")
    document.spreadsheet.addElement(table)
    skipped = TableRow(numberrowsrepeated=2)
    skipped.addElement(TableCell(numbercolumnsrepeated=1024))
    noted = _ods_cell("7", valuetype="float", value="7")
    note = Annotation()
    note.addElement(P(text="Số liệu ước"))
    noted.addElement(note)
    rows = [
        [
            TableCell(),
            _ods_cell("95,5%", valuetype="percentage", value="0.955", numbercolumnsrepeated=2),
            noted,
            _ods_cell("#DIV/0!", formula="of:=1/0", valuetype="string", stringvalue=""),
            _ods_cell(formula="of:=[.B3]*2"),
        ],
        [
            _ods_cell("gộp", valuetype="string", numbercolumnsspanned=2, numberrowsspanned=1),
            CoveredTableCell(),
            _ods_cell("14/09/2025", valuetype="date", datevalue="2025-09-14"),
        ],
    ]
    table.addElement(skipped)
    for cells in rows:
        row = TableRow()
        for cell in cells:
            row.addElement(cell)
        table.addElement(row)
    rest = TableRow(numberrowsrepeated=1_048_000)
    rest.addElement(TableCell(numbercolumnsrepeated=1024))
    table.addElement(rest)
    document.save(str(path))

    result = read(path)
    (first,) = result.sheets
    assert result.format == "ods"
    assert first.rows == [
        [None] * 6,
        [None] * 6,
        [None, 0.955, 0.955, 7.0, None, None],
        ["gộp", None, DAY, None, None, None],
    ]
    assert first.marks == {(2, 1): "%", (2, 2): "%", (2, 4): "#DIV/0!", (2, 5): "formula"}
    assert first.merged == [(3, 0, 3, 1)]
    assert first.notes == [("D3", "Số liệu ước")]


def test_marks_of_an_ods_stand_at_their_place_below_rows_that_are_only_counted(tmp_path: Path) -> None:
    def row(cells: str) -> str:
        rest = '<table:table-cell table:number-columns-repeated="1020"/>'
        return f'<table:table-row table:style-name="ro1">{cells}{rest}</table:table-row>'

    plain = '<table:table-cell office:value-type="float" office:value="2"><text:p>2</text:p></table:table-cell>'
    percent = (
        '<table:table-cell office:value-type="percentage" office:value="0.5"><text:p>50%</text:p></table:table-cell>'
    )
    table = "".join([row(plain * 2), row(""), row(plain * 3), row(plain + percent), row(plain)])
    namespaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMESPACES)
    content = (
        f"<office:document-content {namespaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="A">{table}</table:table><table:table table:name="B">{row(percent)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(packed({"mimetype": mime, "META-INF/manifest.xml": "<x/>", "content.xml": content}))
    first, second = read(path).sheets
    assert first.rows == [[2.0, 2.0, None], [None] * 3, [2.0, 2.0, 2.0], [2.0, 0.5, None], [2.0, None, None]]
    assert (first.marks, second.rows, second.marks) == ({(3, 1): "%"}, [[0.5]], {(0, 0): "%"})


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        ("Basic/Standard/Module1.xml", "<x/>", "macro-workbook"),
        ("META-INF/manifest.xml", "<manifest:encryption-data/>", "password-protected"),
        ("content.xml", "<!DOCTYPE x><x/>", "xml-dtd"),
        (
            "content.xml",
            '<table:table table:name="A"><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'office:value-type="float" office:value="1" table:number-columns-repeated="16384"/></table:table-row>'
            "</table:table>",
            "too-many-cells",
        ),
        ("content.xml", '<table:table table:name="A"></table:table>' * 201, "too-many-sheets"),
    ],
)
def test_a_hostile_ods_comes_back_with_its_code(part: str, content: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    mime = "application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(packed({"mimetype": mime, "content.xml": "<x/>", part: content}))
    (result,) = read_deliveries([ReadRequest(path, path.name, None)])
    assert isinstance(result, SourceError)
    assert str(result) == code


def test_results_come_in_the_order_of_the_requests(tmp_path: Path) -> None:
    requests = []
    for number in range(30):
        path = tmp_path / f"{number}.blob"
        path.write_bytes(workbook(f'<row r="1"><c r="A1"><v>{number}</v></c></row>') if number % 7 else b"")
        requests.append(ReadRequest(path, f"{number}.xlsx", None))
    results = list(read_deliveries(requests))
    found = [result.sheets[0].rows[0][0] if isinstance(result, Workbook) else str(result) for result in results]
    assert found == [float(number) if number % 7 else "empty-file" for number in range(30)]
