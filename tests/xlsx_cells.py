"""Cells of an .xlsx typed into as a person does: the cell's own element, everything else as it was."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from lxml import etree

from ioc_pipeline.answer.marked.package import Package
from ioc_pipeline.answer.template.identity import without_identity
from ioc_pipeline.domain.workbooks import Value, Workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def put(content: bytes, cells: Mapping[tuple[str, str], Value]) -> bytes:
    """Type into cells of an .xlsx that hold something."""
    package = Package.read(content)
    left = dict(cells)
    for element in package.tree("xl/workbook.xml").iter(f"{{{MAIN}}}sheet"):
        root = package.tree(package.target("xl/workbook.xml", str(element.get(RELATION))))
        for cell in root.iter(f"{{{MAIN}}}c"):
            value = left.pop((str(element.get("name")), str(cell.get("r"))), None)
            if value is not None:
                for old in list(cell):
                    cell.remove(old)
                cell.set("t", "n" if isinstance(value, int | float) else "str")
                etree.SubElement(cell, f"{{{MAIN}}}v").text = str(value)
    assert not left
    return package.write()


def read_content(content: bytes) -> Workbook:
    """The workbook as it is read, less our hidden sheet."""
    with NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        (workbook,) = read_deliveries([ReadRequest(Path(file.name), "form.xlsx", None)])
    assert isinstance(workbook, Workbook)
    return without_identity(workbook)[0]
