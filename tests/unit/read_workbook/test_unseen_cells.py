"""Cells that nobody sees: under a merged cell, in the colour of their ground, without height or width."""

from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from hostile.attacks import packed
from ioc_pipeline.domain.workbooks import Sheet, Workbook
from ioc_pipeline.parse.personal_workbook import find_personal_data_in_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

CITIZEN = "014085000105"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = ("office", "table", "text", "style", "fo", "number")
NAMESPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in NAMES)
ENDINGS = ("xlsx", "xls", "ods")


def read(path: Path) -> Workbook:
    (result,) = read_deliveries([ReadRequest(path, path.name, None)])
    assert isinstance(result, Workbook), str(result)
    return result


def seen(path: Path) -> Sheet:
    return read(path).sheets[0]


def ods(path: Path, styles: str, columns: str, rows: str) -> Path:
    content = (
        f"<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f'<office:body><office:spreadsheet><table:table table:name="A">{columns}{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path.write_bytes(packed({"mimetype": ODS, "META-INF/manifest.xml": "<x/>", "content.xml": content}))
    return path


def ods_cell(value: object, style: str = "", kind: str = "table-cell") -> str:
    named = f' table:style-name="{style}"' if style else ""
    number = f' office:value-type="float" office:value="{value}"' if isinstance(value, int) else ""
    number = number or ' office:value-type="string"'
    return f"<table:{kind}{named}{number}><text:p>{value}</text:p></table:{kind}>"


def merged(path: Path, hidden: str) -> Path:
    """A1:B2 is merged and shows 1; under it lie 2, 3 and a text."""
    if path.suffix == ".xlsx":
        book = xlsxwriter.Workbook(path)
        page = book.add_worksheet()
        page.merge_range(0, 0, 1, 1, 1)
        for place, value in (((0, 1), 2), ((1, 0), 3), ((1, 1), hidden), ((2, 1), 4)):
            page.write(*place, value)
        book.close()
    elif path.suffix == ".xls":
        old = xlwt.Workbook()
        first = old.add_sheet("A", cell_overwrite_ok=True)
        first.write_merge(0, 1, 0, 1, 1)
        for place, value in (((0, 1), 2), ((1, 0), 3), ((1, 1), hidden), ((2, 1), 4)):
            first.write(*place, value)
        old.save(str(path))
    else:
        whole = ods_cell(1).replace(
            "<table:table-cell", '<table:table-cell table:number-rows-spanned="2" table:number-columns-spanned="2"', 1
        )
        under = [ods_cell(value, kind="covered-table-cell") for value in (2, 3, hidden)]
        lines = (whole + under[0], under[1] + under[2], "<table:table-cell/>" + ods_cell(4))
        ods(path, "", "", "".join(f"<table:table-row>{line}</table:table-row>" for line in lines))
    return path


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_lies_under_a_merged_cell_is_not_there_and_told(ending: str, tmp_path: Path) -> None:
    found = seen(merged(tmp_path / f"a.{ending}", "chữ cũ"))
    assert found.rows == [[1, None], [None, None], [None, 4]]
    assert found.covered == {(0, 1), (1, 0), (1, 1)}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_number_of_a_person_under_a_merged_cell_is_found(ending: str, tmp_path: Path) -> None:
    path = merged(tmp_path / f"a.{ending}", f"CCCD {CITIZEN}")
    problems = find_personal_data_in_workbook(read(path), path.name)
    assert {problem.code for problem in problems} == {"personal-data"}
    assert CITIZEN not in str(problems)


def in_colours(path: Path) -> Path:
    """A1 is white on nothing, B1 red on red, C1 white on blue, D1 black on nothing."""
    if path.suffix == ".xlsx":
        book = xlsxwriter.Workbook(path)
        page = book.add_worksheet()
        colours = ({"font_color": "white"}, {"font_color": "red", "bg_color": "red"},
                   {"font_color": "white", "bg_color": "navy"}, {})  # fmt: skip
        for column, colour in enumerate(colours):
            page.write(0, column, column, book.add_format(colour))
        book.close()
    elif path.suffix == ".xls":
        old = xlwt.Workbook()
        first = old.add_sheet("A")
        fill = "pattern: pattern solid, fore_colour"
        texts = (
            "font: colour white",
            f"font: colour red; {fill} red",
            f"font: colour white; {fill} dark_blue",
            "font: bold on",
        )
        for column, text in enumerate(texts):
            first.write(0, column, column, xlwt.easyxf(text))
        old.save(str(path))
    else:
        properties = (
            ("", "#ffffff"),
            ("#ff0000", "#ff0000"),
            ("#000080", "#ffffff"),
            ("transparent", "#000000"),
        )
        styles = "".join(
            f'<style:style style:name="c{number}" style:family="table-cell">'
            + (f'<style:table-cell-properties fo:background-color="{ground}"/>' if ground else "")
            + f'<style:text-properties fo:color="{colour}"/></style:style>'
            for number, (ground, colour) in enumerate(properties)
        )
        cells = "".join(ods_cell(number, f"c{number}") for number in range(4))
        ods(path, styles, "", f"<table:table-row>{cells}</table:table-row>")
    return path


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_has_the_colour_of_its_ground_is_told(ending: str, tmp_path: Path) -> None:
    found = seen(in_colours(tmp_path / f"a.{ending}"))
    assert found.rows == [[0, 1, 2, 3]]
    assert found.hidden_cells == {(0, 0), (0, 1)}


def flattened(path: Path) -> Path:
    """Row 2 is half a point high and column B a pixel or two wide."""
    if path.suffix == ".xlsx":
        book = xlsxwriter.Workbook(path)
        page = book.add_worksheet()
        page.set_row(1, 0.75)
        page.set_column(1, 1, 0.1)
        for row in range(3):
            page.write_row(row, 0, [1, 2, 3])
        book.close()
    elif path.suffix == ".xls":
        old = xlwt.Workbook()
        first = old.add_sheet("A")
        for row in range(3):
            for column in range(3):
                first.write(row, column, column)
        first.row(1).height_mismatch, first.row(1).height = True, 10
        first.col(1).width = 90
        old.save(str(path))
    else:
        styles = (
            '<style:style style:name="ro" style:family="table-row">'
            '<style:table-row-properties style:row-height="0.02cm"/></style:style>'
            '<style:style style:name="co" style:family="table-column">'
            '<style:table-column-properties style:column-width="0.2mm"/></style:style>'
        )
        line = f"{''.join(map(ods_cell, (1, 2, 3)))}</table:table-row>"
        ods(
            path,
            styles,
            '<table:table-column/><table:table-column table:style-name="co"/><table:table-column/>',
            f'<table:table-row>{line}<table:table-row table:style-name="ro">{line}<table:table-row>{line}',
        )
    return path


@pytest.mark.parametrize("ending", ENDINGS)
def test_rows_and_columns_without_room_for_a_sign_are_hidden(ending: str, tmp_path: Path) -> None:
    found = seen(flattened(tmp_path / f"a.{ending}"))
    assert (found.hidden_rows, found.hidden_columns) == ({1}, {1})


def test_a_style_that_closes_itself_takes_nothing_of_the_next(tmp_path: Path) -> None:
    styles = (
        '<number:number-style style:name="N0"/><number:number-style style:name="N1"><number:number/>'
        "<number:text> triệu đồng</number:text></number:number-style>"
        '<style:style style:name="a" style:family="table-cell" style:data-style-name="N1"/>'
        '<style:style style:name="b" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    )
    row = f"<table:table-row>{ods_cell(5500, 'a')}{ods_cell(7, 'b')}</table:table-row>"
    found = seen(ods(tmp_path / "a.ods", styles, "", row))
    assert (found.shown, found.struck) == ({(0, 0): "5500 triệu đồng"}, {(0, 1)})


def test_a_text_is_read_as_its_format_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    for column, (text, code) in enumerate(
        (("Tô Hiệu", '"Phường "@'), ("Thu", '0;-0;0;@" (triệu đồng)"'), ("5,5", ";;;"), ("a", "#,##0_);@_)"))
    ):
        page.write(0, column, text, book.add_format({"num_format": code}))
    book.close()
    found = seen(path)
    assert found.rows == [["Phường Tô Hiệu", "Thu (triệu đồng)", "5,5", "a"]]
    assert found.hidden_cells == {(0, 2)}
