"""What a person sees of a cell: formats, raised and struck text, hidden rows and columns, in all kinds of file."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from python_calamine import CalamineWorkbook

from hostile.attacks import packed, sheet, xlsx_parts
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Sheet, Workbook, number_text
from ioc_pipeline.parse import BadCell
from ioc_pipeline.parse.cells import parse_cell
from ioc_pipeline.parse.shown import parse_shown
from ioc_pipeline.read.compound import CompoundFile, sealed
from ioc_pipeline.read.number_format import number_format
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.sources import Csv

ODS = "application/vnd.oasis.opendocument.spreadsheet"


def read(path: Path) -> Sheet:
    (result,) = read_deliveries([ReadRequest(path, path.name, None)])
    assert isinstance(result, Workbook), str(result)
    return result.sheets[0]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("#,##0", 5700000, None),
        ('_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', -5, None),
        ('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', 0, None),
        ("#,##0,", 5700000, "5700"),
        ("#,##0.0,,", 5700000, "5,7"),
        ('0.0" tỷ đồng"', 57.25, "57,25 tỷ đồng"),
        ("#,##0\\ [$₫-42A]", 57, "57 ₫"),
        ('"$"#,##0', -57, "-$57"),
        ("00000", 3646, "03646"),
        ("#,##0;#,##0", -5, "5"),
        (";;;", 5, ""),
        ("GENERAL", 5.5, None),
        ("@", 5, None),
    ],
)
def test_a_number_format_tells_what_it_shows_beyond_the_digits(code: str, value: float, shown: str | None) -> None:
    assert number_format(code).mark_and_text(value) == ("", shown)
    assert number_format(code).is_plain is (shown is None)


@pytest.fixture
def xlsx_path(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    first = book.add_worksheet()
    raised, struck = book.add_format({"font_script": 1}), book.add_format({"font_strikeout": True})
    first.write_rich_string(0, 0, "1250", raised, "1", " ")
    first.write_rich_string(0, 1, struck, "1250", " 1300")
    first.write(0, 2, 99, struck)
    first.write(0, 3, 5700000, book.add_format({"num_format": "#,##0,"}))
    first.write_datetime(0, 4, date(2025, 9, 1), book.add_format({"num_format": "mm/yyyy"}))
    first.write(1, 0, 1)
    first.write(2, 0, 2)
    first.set_row(1, None, None, {"hidden": True})
    first.set_column(1, 2, None, None, {"hidden": True})
    book.close()
    return path


def test_an_xlsx_tells_raised_struck_scaled_and_hidden(xlsx_path: Path) -> None:
    first = read(xlsx_path)
    assert first.rows[0][:4] == ["1250¹ ", " 1300", None, 5700000.0]
    assert (first.struck, first.shown) == ({(0, 2)}, {(0, 3): "5700", (0, 4): "9/2025"})
    assert (first.hidden_rows, first.hidden_columns) == ({1}, {1, 2})


def test_pieces_of_a_text_have_their_own_font_whatever_their_cell_has(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    plain, struck = book.add_format({"bold": True}), book.add_format({"font_strikeout": True})
    book.add_worksheet().write_rich_string(0, 0, "12", plain, "3", struck)  # the first piece has its cell's
    book.close()
    old = xlwt.Workbook()
    lined, bold = xlwt.Font(), xlwt.Font()
    lined.struck_out = bold.bold = True
    old.add_sheet("A").write_rich_text(0, 0, (("12", lined), ("3", bold)), xlwt.easyxf("font: struck_out on"))
    old.save(str(tmp_path / "a.xls"))
    for ending in ("xlsx", "xls"):
        found = read(tmp_path / f"a.{ending}")
        assert (found.rows, found.struck) == ([["3"]], set())


def test_an_ods_that_names_no_currency_shows_one(tmp_path: Path) -> None:
    names = ("office", "table", "text", "style", "number")
    namespaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    content = (
        f'<office:document-content {namespaces}><office:automatic-styles><number:currency-style style:name="N1">'
        '<number:currency-symbol/><number:number number:min-integer-digits="1"/></number:currency-style>'
        '<style:style style:name="a" style:family="table-cell" style:data-style-name="N1"/></office:automatic-styles>'
        '<office:body><office:spreadsheet><table:table table:name="A"><table:table-row><table:table-cell'
        ' table:style-name="a" office:value-type="currency" office:value="5.5"><text:p>5,5</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    path.write_bytes(packed({"mimetype": ODS, "META-INF/manifest.xml": "<x/>", "content.xml": content}))
    assert read(path).shown == {(0, 0): "¤5,5"}


def test_an_xls_tells_raised_struck_and_hidden(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    first = book.add_sheet("A")
    plain, raised, struck = xlwt.Font(), xlwt.Font(), xlwt.Font()
    raised.escapement, struck.struck_out = xlwt.Font.ESCAPEMENT_SUPERSCRIPT, True
    first.write_rich_text(0, 0, (("1250", plain), ("1", raised)))
    style = xlwt.XFStyle()
    style.font = struck
    first.write(0, 1, 99, style)
    first.write(0, 2, 57, xlwt.easyxf(num_format_str='0" tỷ đồng"'))
    first.write(1, 0, 1)
    first.row(1).hidden = True
    first.col(2).hidden = True
    book.save(str(tmp_path / "a.xls"))
    found = read(tmp_path / "a.xls")
    assert found.rows[0] == ["1250¹", None, 57]
    assert (found.struck, found.shown) == ({(0, 1)}, {(0, 2): "57 tỷ đồng"})
    assert (found.hidden_rows, found.hidden_columns) == ({1}, {2})


def test_an_ods_may_be_indented_break_lines_and_raise_digits(tmp_path: Path) -> None:
    names = ("office", "table", "text", "style", "fo")
    namespaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>\n'
    content = (
        f"<office:document-content {namespaces}><office:automatic-styles>"
        '<style:style style:name="T1" style:family="text"><style:text-properties style:text-position="super 58%"/>'
        '</style:style><style:style style:name="ce1" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
        '<office:body><office:spreadsheet>\n <table:table table:name="A">\n'
        '<table:table-column/><table:table-column table:visibility="collapse"/>\n  <table:table-row>\n'
        + text.format('1250<text:span text:style-name="T1">1</text:span>')
        + text.format("Phường<text:line-break/>Tô Hiệu")
        + '<table:table-cell table:style-name="ce1" office:value-type="float" office:value="9"><text:p>9</text:p>'
        '</table:table-cell>\n</table:table-row>\n<table:table-row table:visibility="filter">\n'
        + text.format("a <text:span>b</text:span> c")
        + "</table:table-row>\n</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "a.ods"
    path.write_bytes(packed({"mimetype": ODS, "META-INF/manifest.xml": "<x/>", "content.xml": content}))
    found = read(path)
    assert found.rows == [["1250¹", "Phường\nTô Hiệu", None], ["a b c", None, None]]
    assert (found.struck, found.hidden_rows, found.hidden_columns) == ({(0, 2)}, {1}, {1})


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c><c r='A1'><v>2</v></c></row>",
    ],
)
def test_two_values_in_one_place_are_damage(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(rows))))
    (result,) = read_deliveries([ReadRequest(path, path.name, None)])
    assert str(result) == "damaged-file"


def test_a_text_that_stands_where_its_reference_should_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet('<row r="1"><c r="A1" t="inlineStr"><v>chữ</v></c></row>'))))
    assert read(path).rows == [["chữ"]]


@pytest.mark.parametrize(
    ("text", "number", "footnote"),
    [("1250¹", 1250, "¹"), ("97,5 ²", 97.5, "²"), ("1250①", 1250, "①"), ("1.250₂", 1250, "₂"), ("12⁽³⁾", 12, "⁽³⁾")],
)
def test_a_mark_beside_a_number_is_its_footnote(text: str, number: float, footnote: str) -> None:
    parsed = parse_cell(text, "number", "vi")
    assert (parsed.value, parsed.footnote) == (Decimal(str(number)), footnote)


def test_the_mark_of_a_rank_is_no_digit_of_it() -> None:
    parsed = parse_cell("27/63¹", "rank", "vi")
    assert (parsed.value, parsed.of, parsed.footnote) == (27, 63, "¹")


@pytest.mark.parametrize("text", ["10⁶", "①", "½", "¹250", "5×10³"])
def test_a_power_or_a_mark_alone_is_no_number(text: str) -> None:
    with pytest.raises(BadCell):
        parse_cell(text, "number", "vi")


@pytest.mark.parametrize("text", ["１２５０", "25 m²", "25 ha"])
def test_full_width_digits_and_units_stay_what_they_are(text: str) -> None:
    assert parse_cell(text, "number", "vi").footnote == ""


def test_a_shown_number_is_what_is_seen_or_a_question() -> None:
    assert parse_shown(57, "57 tỷ đồng", "money") == parse_cell("57 tỷ đồng", "money", "vi")
    assert parse_shown(3646, "03646", "code").value == "03646"
    assert parse_shown(5, "05", "count").value == 5
    assert parse_shown(0, "x", "count").null_reason == "not_applicable"
    for value, shown in ((5700000, "5700"), (-5, "5"), (5, ""), (5, "-"), (5, "x")):
        with pytest.raises(BadCell, match="shown-otherwise"):
            parse_shown(value, shown, "number")


def test_noise_beyond_fifteen_digits_is_not_shown() -> None:
    assert [number_text(value) for value in (0.1 + 0.2, 4.35 * 100, 1e22, 5.5)] == ["0.3", "435", str(10**22), "5.5"]


@pytest.mark.parametrize("sign", [",", "\t"])
def test_a_csv_with_another_delimiter_says_which_is_wanted(sign: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [["Xã", "Số"], ["Vân Hồ", "3"], ["Mộc Châu", "4"]]
    path.write_text("\n".join(sign.join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    (result,) = read_deliveries([ReadRequest(path, path.name, Csv(delimiter=";"))])
    assert isinstance(result, SourceError)
    assert result.problems[0].code == "csv-delimiter"
    assert "“;”" in result.problems[0].expected


def test_a_wide_last_row_does_not_make_the_others_narrow(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2\n3;4\n5;6;7;8;9;10;11;12;13\n", encoding="utf-8")
    (result,) = read_deliveries([ReadRequest(path, path.name, Csv(delimiter=";"))])
    assert str(result) == "csv-ragged"


@pytest.mark.parametrize("size", [100, 5_000, 8_000_000, 20_000_000])
def test_a_sealed_container_gives_its_stream_back_to_any_reader(size: int) -> None:
    book = io.BytesIO()
    written = xlwt.Workbook()
    written.add_sheet("A").write(0, 0, 7)
    written.save(book)
    stream = CompoundFile(book.getvalue()).stream("Workbook") or b""
    again = sealed("Workbook", stream.ljust(size, b"\0"))
    assert (CompoundFile(again).stream("workbook") or b"").startswith(stream)
    assert CalamineWorkbook.from_filelike(io.BytesIO(again)).get_sheet_by_index(0).to_python() == [[7]]


@pytest.mark.parametrize("number", [5, 6, 7, 8, 42, 44])
def test_a_currency_that_the_file_does_not_name_is_shown_as_one(number: int, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write(0, 0, 57.25, book.add_format({"num_format": number}))
    book.close()
    assert read(path).shown == {(0, 0): "57,25 ¤"}


def test_columns_without_a_width_of_their_own_may_all_be_hidden(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>'
    widths = '<sheetFormatPr defaultColWidth="0" defaultRowHeight="15"/><cols><col min="2" max="2" width="9"/></cols>'
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(rows).replace("<sheetData>", f"{widths}<sheetData>"))))
    assert read(path).hidden_columns == {0, 2}


def xls_stream(change: tuple[bytes, bytes]) -> bytes:
    """A workbook of one number, with a piece of its stream exchanged for one as long."""
    book, saved = xlwt.Workbook(), io.BytesIO()
    book.add_sheet("A").write(0, 0, 57.123456789)
    book.save(saved)
    stream = CompoundFile(saved.getvalue()).stream("Workbook") or b""
    assert stream.count(change[0]) == 1
    return sealed("Workbook", stream.replace(*change))


def test_a_cell_of_excel_2_in_a_newer_workbook_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(xls_stream((b"\x03\x02\x0e\x00\x00\x00\x00\x00", b"\x03\x00\x0e\x00\x00\x00\x00\x00")))
    (result,) = read_deliveries([ReadRequest(path, path.name, None)])
    assert str(result) == "old-workbook"


def test_rows_that_are_hidden_unless_they_say_otherwise_are_known(tmp_path: Path) -> None:
    saved = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("A").write(0, 0, 57.25)
    book.save(saved)
    stream = CompoundFile(saved.getvalue()).stream("Workbook") or b""
    at = stream.index(b"\x25\x02\x04\x00") + 4
    row = stream.index(b"\x08\x02\x10\x00")
    hidden = bytearray(stream)
    hidden[at] |= 0x02
    hidden[row : row + 2] = b"\x5e\x08"  # a record that nobody reads in place of the row's own
    path = tmp_path / "a.xls"
    path.write_bytes(sealed("Workbook", bytes(hidden)))
    assert read(path).hidden_rows == {0}
