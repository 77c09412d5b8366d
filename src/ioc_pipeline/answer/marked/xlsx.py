"""An .xlsx → the same with marks: cells coloured and commented, a sheet in front, every other part as it was sent."""

from collections.abc import Mapping, Sequence

from lxml import etree

from ioc_pipeline.answer.marked.comments import Comments
from ioc_pipeline.answer.marked.marks import SUMMARY_SHEET, SUMMARY_TITLE, Mark, Position, marks_by_sheet
from ioc_pipeline.answer.marked.package import Package, new_root, parse, text_of
from ioc_pipeline.answer.marked.sheet_cells import SheetCells
from ioc_pipeline.answer.marked.styles import Styles
from ioc_pipeline.answer.marked.summary import Summary
from ioc_pipeline.answer.marked.summary_part import summary_part
from ioc_pipeline.domain.addresses import cell_position
from ioc_pipeline.domain.errors import Problem

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"


def mark_xlsx(content: bytes, problems: Sequence[Problem], lines: Sequence[tuple[str, str]]) -> bytes:
    """Give the workbook back with its marks; `lines` head the summary (name, value).

    What an earlier answer of ours had put in is taken out first.

    Raises:
        KeyError, StopIteration: parts that the workbook speaks of are not there.
    """
    return _Marking(Package.read(content)).marked(problems, lines)


class _Marking:
    def __init__(self, package: Package) -> None:
        self._package = package
        workbook = package.related("", "officeDocument")
        if workbook is None:
            raise KeyError("officeDocument")
        self._workbook = workbook
        self._book = package.tree(workbook)
        self._namespace = str(self._book.tag)[1:].partition("}")[0]
        is_strict = "purl.oclc.org" in self._namespace
        # ISO/IEC 29500 strict has names of its own for the same things.
        self._relations = (
            "http://purl.oclc.org/ooxml/officeDocument/relationships"
            if is_strict
            else "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        )
        self._styles = Styles(package.tree(package.related(workbook, "styles") or self._add_styles()))

    def marked(self, problems: Sequence[Problem], lines: Sequence[tuple[str, str]]) -> bytes:
        self._drop_old_summary()
        marks = marks_by_sheet(problems)
        for element in self._sheets():
            part = self._package.target(self._workbook, str(element.get(f"{{{self._relations}}}id")))
            name = str(element.get("name"))
            self._mark_sheet(part, marks.get(name, {}))
        self._add_summary(Summary(lines, problems, [str(each.get("name")) for each in self._sheets()]))
        return self._package.write()

    def _mark_sheet(self, part: str, marks: Mapping[Position, Mark]) -> None:
        are_ours = Comments.are_ours(self._package, part)
        if not marks and not are_ours and b"tabSelected" not in self._package.parts[part]:
            return
        cells = SheetCells(self._package.tree(part))
        cells.unselect()
        if are_ours:
            for cell in self._comments(part).take_back():
                row, column = cell_position(cell)
                cells.set_format(row, column, self._styles.unfilled(cells.format_of(row, column)))
        for (row, column), mark in marks.items():
            base = cells.format_of(row, column)
            cells.set_format(row, column, self._styles.filled(self._styles.unfilled(base), mark.severity))
        if marks and (drawing := self._comments(part).add(marks)):
            cells.refer_to_drawing(drawing, self._relations)

    def _comments(self, part: str) -> Comments:
        return Comments(self._package, part, self._namespace, self._relations)

    def _add_styles(self) -> str:
        name = self._package.free_name("xl/iocStyles{}.xml")
        self._package.add(name, STYLES_TYPE, new_root(self._namespace, "styleSheet"))
        self._package.relate(self._workbook, f"{self._relations}/styles", name)
        return name

    def _add_summary(self, summary: Summary) -> None:
        name = self._package.free_name("xl/worksheets/iocSheet{}.xml")
        self._package.add(name, SHEET_TYPE, summary_part(summary, self._styles, self._namespace))
        relationship = self._package.relate(self._workbook, f"{self._relations}/worksheet", name)
        sheets = self._sheets()
        taken = {str(each.get("name")).casefold() for each in sheets}
        names = (f"{SUMMARY_SHEET}{f' ({number})' if number > 1 else ''}" for number in range(1, len(taken) + 2))
        element = etree.Element(f"{{{self._namespace}}}sheet")
        element.set("name", next(each for each in names if each.casefold() not in taken))
        element.set("sheetId", str(max((int(str(each.get("sheetId"))) for each in sheets), default=0) + 1))
        element.set(f"{{{self._relations}}}id", relationship)
        sheets.insert(0, element)
        self._move_positions(1)
        for view in self._book.iter(f"{{{self._namespace}}}workbookView"):
            view.attrib.pop("activeTab", "")
            view.attrib.pop("firstSheet", "")

    def _drop_old_summary(self) -> None:
        """A sheet of an earlier answer goes with its part; what refers to sheets by their position follows."""
        for element in list(self._sheets()):
            part = self._package.target(self._workbook, str(element.get(f"{{{self._relations}}}id")))
            if self._is_summary(part):
                position = self._sheets().index(element)
                self._sheets().remove(element)
                self._move_positions(-1, behind=position)

    def _is_summary(self, part: str) -> bool:
        """Whether A1 holds our title, written into the cell or, by a program that saved it, into the shared strings."""
        strings = self._package.related(self._workbook, "sharedStrings")
        shared = self._package.parts[strings] if strings else b""
        if SUMMARY_TITLE.encode() not in self._package.parts[part] + shared:
            return False
        cell = next(parse(self._package.parts[part]).iter(f"{{{self._namespace}}}c"), None)
        if cell is None or cell.get("r", "A1") != "A1":
            return False
        if cell.get("t") != "s":
            return text_of(cell) == SUMMARY_TITLE
        texts = list(parse(shared).iterchildren(f"{{{self._namespace}}}si"))
        return text_of(texts[int(text_of(cell))]) == SUMMARY_TITLE

    def _move_positions(self, by: int, *, behind: int = -1) -> None:
        """Names that hold in one sheet say which by its position."""
        for name in self._book.iter(f"{{{self._namespace}}}definedName"):
            if (given := name.get("localSheetId")) is not None and int(given) > behind:
                name.set("localSheetId", str(int(given) + by))

    def _sheets(self) -> etree._Element:
        return next(self._book.iter(f"{{{self._namespace}}}sheets"))
