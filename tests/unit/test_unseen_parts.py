"""Numbers of people in parts of a file that are no cells. Every identifier here is invented."""

from pathlib import Path

import pytest
import xlwt
from odf.meta import UserDefined
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Footer, MasterPage, PageLayout
from odf.table import ContentValidation, ContentValidations, NamedExpressions, NamedRange, Table, TableCell, TableRow
from odf.text import P

from hostile.attacks import packed, sheet, strings, xlsx_parts
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.parse.personal_workbook import find_personal_data_in_workbook
from ioc_pipeline.read.compound import sealed
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

CITIZEN, OLD = "014085000105", "050000110"
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>Xã Vân Hồ</t></is></c></row>'
CORE = f"<cp:coreProperties><dc:description>CCCD {CITIZEN}</dc:description></cp:coreProperties>"
CUSTOM = f'<Properties><property name="Số CMND" pid="2"><vt:lpwstr>{OLD}</vt:lpwstr></property></Properties>'
THREAD = (
    '<ThreadedComments><threadedComment ref="D6"><text>gọi 0900 000 126</text></threadedComment></ThreadedComments>'
)
BOX = "<xdr:wsDr><a:p><a:r><a:t>0140</a:t></a:r><a:r><a:t>85000105</a:t></a:r></a:p></xdr:wsDr>"
PIVOT = (
    f'<pivotCacheDefinition><cacheField name="Số CMND"><sharedItems><s v="{OLD}"/></sharedItems></cacheField>'
    "</pivotCacheDefinition>"
)
FIELDS = '<pivotCacheDefinition><cacheField name="Xã"/><cacheField name="Số CMND"/></pivotCacheDefinition>'
RECORDS = f'<pivotCacheRecords><r><s v="Xã Vân Hồ"/><s v="{OLD}"/></r></pivotCacheRecords>'
LINK = (
    '<externalLink><sheetData><row r="1"><cell r="B1" t="str"><v>Số CMND</v></cell></row>'
    f'<row r="2"><cell r="B2" t="str"><v>{OLD}</v></cell></row></sheetData></externalLink>'
)
OWN = f"<nguoi><soCmnd>{OLD}</soCmnd></nguoi>"
TABLE = f'<table><tableColumns><tableColumn id="1" name="CCCD {CITIZEN}"/></tableColumns></table>'
NAMES = f'<definedNames><definedName name="NGUOI">"{CITIZEN}"</definedName></definedNames>'
LIST = (
    f'<dataValidations><dataValidation type="list"><formula1>"{CITIZEN},khac"</formula1></dataValidation>'
    "</dataValidations>"
)
RULE = (
    f'<conditionalFormatting sqref="D6"><cfRule type="expression"><formula>D6="{CITIZEN}"</formula></cfRule>'
    "</conditionalFormatting>"
)
FOOTER = f"<headerFooter><oddFooter>&amp;CCMND {OLD}</oddFooter></headerFooter>"
FORMULA = f'<row r="2"><c r="A2"><f>IF(B2="{CITIZEN}",1,2)</f><v>2</v></c></row>'
FULL_WIDTH = "<cp:coreProperties><dc:title>０１４０８５０００１０５</dc:title></cp:coreProperties>"


def read(path: Path) -> Workbook:
    (result,) = read_deliveries([ReadRequest(path, path.name, None)])
    assert isinstance(result, Workbook), str(result)
    return result


def told(path: Path) -> list[str]:
    problems = find_personal_data_in_workbook(read(path), path.name)
    assert not any(digits in str(problem) for problem in problems for digits in (CITIZEN, OLD))
    return [problem.expected for problem in problems]


@pytest.mark.parametrize(
    ("part", "content", "place"),
    [
        ("docProps/core.xml", CORE, "thuộc tính"),
        ("docProps/core.xml", FULL_WIDTH, "thuộc tính"),
        ("docProps/custom.xml", CUSTOM, "thuộc tính"),
        ("xl/threadedComments/threadedComment1.xml", THREAD, "trao đổi"),
        ("xl/drawings/drawing1.xml", BOX, "hộp chữ"),
        ("xl/pivotCache/pivotCacheDefinition1.xml", PIVOT, "PivotTable"),
        ("xl/externalLinks/externalLink1.xml", LINK, "tệp liên kết"),
        ("customXml/item1.xml", OWN, "XML đính kèm"),
        ("xl/tables/table1.xml", TABLE, "tên cột"),
        ("xl/unknown.xml", CORE, "phần ẩn"),
    ],
)
def test_parts_that_nobody_opens_are_looked_at(tmp_path: Path, part: str, content: str, place: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({**xlsx_parts(sheet(ROW)), part: content}))
    (expected,) = told(path)
    assert place in expected


def test_records_of_a_pivot_cache_are_read_by_the_names_of_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    cache = {"xl/pivotCache/pivotCacheDefinition1.xml": FIELDS, "xl/pivotCache/pivotCacheRecords1.xml": RECORDS}
    path.write_bytes(packed({**xlsx_parts(sheet(ROW)), **cache}))
    assert len(told(path)) == 1


def link(target: str) -> str:
    return f'<Relationships><Relationship Id="R0912345678" TargetMode="External" Target="{target}"/></Relationships>'


LISTED = packed({**xlsx_parts(sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{CITIZEN}</t></is></c></row>'))})


@pytest.mark.parametrize(
    ("part", "content", "place"),
    [
        ("xl/worksheets/_rels/sheet1.xml.rels", link("tel:0900000126"), "Hyperlink"),
        ("xl/worksheets/_rels/sheet1.xml.rels", link(f"file:///C:/CCCD%20{CITIZEN}.pdf"), "Hyperlink"),
        ("xl/drawings/vmlDrawing1.vml", f"<xml><v:textbox><div>CCCD {CITIZEN}</div></v:textbox></xml>", "nhúng"),
        ("xl/embeddings/Microsoft_Excel_Sheet1.xlsx", LISTED, "nhúng"),
        ("xl/embeddings/oleObject1.bin", sealed("Package", LISTED), "nhúng"),
        ("xl/embeddings/oleObject2.bin", sealed("Contents", f"CMND {OLD}".encode("utf-16-le")), "nhúng"),
        ("xl/media/danh-sach.txt", f"CMND {OLD}", "nhúng"),
        ("xl/embeddings/broken.docx", b"PK\3\4 nothing" + f" CCCD {CITIZEN}".encode(), "nhúng"),
    ],
)
def test_links_and_what_is_embedded_are_looked_into(
    tmp_path: Path, part: str, content: str | bytes, place: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({**xlsx_parts(sheet(ROW)), part: content}))
    (expected,) = told(path)
    assert place in expected


def test_the_name_of_a_link_is_none_of_its_target(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed({**xlsx_parts(sheet(ROW)), "xl/worksheets/_rels/sheet1.xml.rels": link("https://x.vn/")}))
    assert told(path) == []


@pytest.mark.parametrize("font", ["<strike/>", '<vertAlign val="superscript"/>'])
def test_a_text_in_its_cell_that_is_seen_otherwise_is_looked_at(tmp_path: Path, font: str) -> None:
    path = tmp_path / "a.xlsx"
    text = f'<c r="B1" t="inlineStr"><is><r><rPr>{font}</rPr><t>{CITIZEN}</t></r></is></c></row>'
    path.write_bytes(packed(xlsx_parts(sheet(ROW.replace("</row>", text)))))
    assert len(told(path)) == 1


@pytest.mark.parametrize("after", [LIST, RULE, FOOTER])
def test_what_stands_after_the_cells_of_a_sheet_is_looked_at(tmp_path: Path, after: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(ROW, after))))
    assert len(told(path)) == 1


def test_defined_names_and_constants_of_formulas_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(xlsx_parts(sheet(ROW), calculation=NAMES)))
    assert len(told(path)) == 1
    path.write_bytes(packed(xlsx_parts(sheet(ROW + FORMULA))))
    assert len(told(path)) == 1


def test_strings_that_no_cell_shows_are_found_and_those_of_a_signature_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    shown = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    path.write_bytes(packed(xlsx_parts(sheet(shown), strings=strings("ĐT 0900000126", "Xã Vân Hồ"))))
    assert told(path) == []
    path.write_bytes(packed(xlsx_parts(sheet(shown), strings=strings("Xã Vân Hồ", f"CCCD {CITIZEN}"))))
    (expected,) = told(path)
    assert "mà không ô nào hiện" in expected


def test_a_large_part_is_looked_at_around_its_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    filler = "".join(f"<p>đoạn số {number}</p>" for number in range(120_000))
    path.write_bytes(packed({**xlsx_parts(sheet(ROW)), "xl/unknown.xml": f"<x>{filler}<q>CMND {OLD}</q>{filler}</x>"}))
    assert len(told(path)) == 1


def test_an_old_workbook_has_such_parts_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    for part in ("header_str", "footer_str"):
        book = xlwt.Workbook()
        page = book.add_sheet("Biểu")
        page.write(0, 0, "ĐT 0900000126")
        setattr(page, part, f"&L&8CMND {OLD}".encode())
        book.save(str(path))
        (expected,) = told(path)
        assert {"header_str": "đầu trang", "footer_str": "chân trang"}[part] in expected


@pytest.mark.parametrize("formula", [f'IF(B1="{CITIZEN}";1;2)', 'HYPERLINK("tel:0912345678";"gọi")'])
def test_texts_within_formulas_of_an_old_workbook_are_looked_at(tmp_path: Path, formula: str) -> None:
    path = tmp_path / "a.xls"
    book = xlwt.Workbook()
    book.add_sheet("Biểu").write(0, 0, xlwt.Formula(formula))
    book.save(str(path))
    assert len(told(path)) == 1


def test_an_opendocument_sheet_has_such_parts_too(tmp_path: Path) -> None:
    path = tmp_path / "a.ods"
    for add in (_add_list, _add_name, _add_footer, _add_property):
        book = OpenDocumentSpreadsheet()
        add(book)
        table, row, cell = Table(name="Biểu"), TableRow(), TableCell(valuetype="string")
        cell.addElement(P(text="ĐT 0900000126"))
        row.addElement(cell)
        table.addElement(row)
        book.spreadsheet.addElement(table)
        if add is _add_name:
            names = NamedExpressions()
            names.addElement(NamedRange(name=f"CCCD_{CITIZEN}", cellrangeaddress="Biểu.A1"))
            book.spreadsheet.addElement(names)
        book.save(str(path))
        assert len(told(path)) == 1, add


def _add_list(book: OpenDocumentSpreadsheet) -> None:
    lists = ContentValidations()
    lists.addElement(ContentValidation(name="v", condition=f'cell-content-is-in-list("{CITIZEN}")'))
    book.spreadsheet.addElement(lists)


def _add_name(_book: OpenDocumentSpreadsheet) -> None:
    """Stands after the tables."""


def _add_footer(book: OpenDocumentSpreadsheet) -> None:
    layout = PageLayout(name="l")
    book.automaticstyles.addElement(layout)
    page = MasterPage(name="m", pagelayoutname=layout)
    footer = Footer()
    footer.addElement(P(text=f"CCCD {CITIZEN}"))
    page.addElement(footer)
    book.masterstyles.addElement(page)


def _add_property(book: OpenDocumentSpreadsheet) -> None:
    book.meta.addElement(UserDefined(name="CMND", valuetype="string", text=OLD))


def test_what_is_struck_through_is_still_there(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    struck = f"<si><r><rPr><strike/></rPr><t>CCCD {CITIZEN}</t></r></si>"
    part = strings("Xã Vân Hồ").replace("</sst>", f"{struck}</sst>")
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    path.write_bytes(packed(xlsx_parts(sheet(rows), strings=part)))
    assert len(told(path)) == 1
