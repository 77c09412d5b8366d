"""The cells of one worksheet part, found and given another format; a cell that was empty is put in its place."""

from collections.abc import Iterator

from lxml import etree

from ioc_pipeline.domain.addresses import cell_address, column_index

_AFTER_DRAWING = frozenset(
    ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent", "webPublishItems",
     "tableParts", "extLst")
)  # fmt: skip
"""What comes behind `legacyDrawing` (ECMA-376 part 1, 18.3.1.99); `controls` stand in a wrapper of alternatives."""


class SheetCells:
    """The worksheet of a part."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self.namespace = str(root.tag)[1:].partition("}")[0]
        self._rows = dict(self._numbered_rows())
        self._cells: dict[int, dict[int, etree._Element]] = {}

    def format_of(self, row: int, column: int) -> int:
        """The format's number that a cell has, or would have if something were typed there."""
        cell = self._found(row, column)
        if cell is not None:
            return int(cell.get("s") or 0)
        of_row = self._rows.get(row)
        if of_row is not None and of_row.get("customFormat") in ("1", "true"):
            return int(of_row.get("s") or 0)
        for each in self._root.iter(self._name("col")):
            if int(each.get("min") or 0) <= column + 1 <= int(each.get("max") or 0):
                return int(each.get("style") or 0)
        return 0

    def set_format(self, row: int, column: int, number: int) -> None:
        cell = self._found(row, column)
        if cell is None:
            cells = self._in_row(row)
            cell = etree.Element(self._name("c"), r=cell_address(row, column))
            of_row = self._made_row(row)
            later = [other for place, other in cells.items() if place > column]
            of_row.insert(of_row.index(later[0]) if later else len(of_row), cell)
            cells[column] = cell
            self._cells[row] = dict(sorted(cells.items()))
        cell.set("s", str(number))

    def refer_to_drawing(self, relationship: str, relations: str) -> None:
        """Name the drawing with the boxes of comments, in the place that the schema has for it."""
        element = etree.Element(self._name("legacyDrawing"))
        element.set(f"{{{relations}}}id", relationship)
        place = next(
            (at for at, each in enumerate(self._root) if etree.QName(each).localname in _AFTER_DRAWING),
            len(self._root),
        )
        self._root.insert(place, element)

    def unselect(self) -> None:
        """Another sheet is shown first; of two that are selected, what is typed into one goes into both."""
        for view in self._root.iter(self._name("sheetView")):
            view.attrib.pop("tabSelected", "")

    def _numbered_rows(self) -> Iterator[tuple[int, etree._Element]]:
        """Rows with their number from 0; one without a number follows the one before it."""
        number = -1
        for row in self._root.iter(self._name("row")):
            number = int(str(row.get("r"))) - 1 if row.get("r") else number + 1
            yield number, row

    def _found(self, row: int, column: int) -> etree._Element | None:
        of_row = self._rows.get(row)
        if of_row is not None and column < len(of_row):
            likely = of_row[column]  # in a row without gaps
            if likely.get("r") == cell_address(row, column):
                return likely
        return self._in_row(row).get(column)

    def _in_row(self, row: int) -> dict[int, etree._Element]:
        if row not in self._cells:
            cells: dict[int, etree._Element] = {}
            column = -1
            for cell in self._rows[row].iterchildren(self._name("c")) if row in self._rows else ():
                address = cell.get("r")
                column = column_index(address.rstrip("0123456789")) if address else column + 1
                cells[column] = cell
            self._cells[row] = cells
        return self._cells[row]

    def _made_row(self, row: int) -> etree._Element:
        if row not in self._rows:
            made = etree.Element(self._name("row"), r=str(row + 1))
            data = next(self._root.iter(self._name("sheetData")))
            later = min((number for number in self._rows if number > row), default=None)
            data.insert(len(data) if later is None else data.index(self._rows[later]), made)
            self._rows[row] = made
        return self._rows[row]

    def _name(self, tag: str) -> str:
        return f"{{{self.namespace}}}{tag}"
