""".xls and .ods → cells at their physical places, with what calamine alone would not tell."""

from pathlib import Path
from typing import Any

import pytest
import xlwt
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P

from hostile.attacks import packed, workbook
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from workbook_reading import DAY, NAMESPACES, read


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
