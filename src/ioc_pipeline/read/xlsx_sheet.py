"""One sheet part of an Office Open XML workbook → its facts, by scanning bytes chunk by chunk.

No XML parser: it would cost more than the reading itself. Sheets as Excel, LibreOffice and the common libraries
write them take the quick way (`_skim`); anything else that is legal XML takes the thorough one (`_walk`). Both
give the same facts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from ioc_pipeline.domain.addresses import LAST_COLUMN, LAST_ROW, cell_position, column_index
from ioc_pipeline.read.facts import NOT_CALCULATED, UNREADABLE_POINTS, CellStyle, Run, SheetFacts, seen_text, unescape
from ioc_pipeline.read.limits import Limits
from ioc_pipeline.read.refusal import Refused, count_vi, too_many_cells
from ioc_pipeline.read.xlsx_markup import FONT_CHANGES, attributes, is_on, runs_of

_ROW_TAG = re.compile(rb"</?(?:[\w.\-]+:)?row[\s/>]")
_UNUSUAL_CELL = re.compile(rb'<c(?! r="[A-Z])')  # no address, ' for ", blanks around =; a writer does so throughout
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"([^>]*)>')
_VALUED_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/>])?>')
_ADDRESS = re.compile(rb'<c r="([A-Z]{1,3}\d{1,7})"')
_ROW_NUMBER = re.compile(rb'<row r="(\d{1,7})"')
_HIDDEN_ROW = re.compile(
    rb"""<row\b[^>]*?\s(?:hidden\s*=\s*["'](?:1|true)|ht\s*=\s*["'](?:[01]?\.\d+|[01]))["'][^>]*>"""
)
_COLUMN_TAG = re.compile(rb"<(?:[\w.\-]+:)?col\s([^>]*)>")
_NO_DEFAULT_WIDTH = re.compile(rb"""<(?:[\w.\-]+:)?sheetFormatPr\s[^>]*?\bdefaultColWidth\s*=\s*["']0(?:\.0+)?["']""")
_COLUMN_SPAN = re.compile(
    rb"""<(?:[\w.\-]+:)?col\s(?=[^>]*?\bmin\s*=\s*["'](\d{1,5})["'])[^>]*?\bmax\s*=\s*["'](\d{1,5})["']"""
)
_SHARED_TEXT = re.compile(rb' t="s"[^>]*><v>(\d+)</v>')
_INLINE_VALUE = re.compile(rb' t="inlineStr"[^>]*><v>')
_FONT_CHANGE = re.compile(b"|".join(FONT_CHANGES))
_FORMULA_END = re.compile(rb"</f>(?!<v>[^<])")
_FORMULA_SHORT = re.compile(rb"<f [^>]*/>(?!<v>[^<])")
_FORMULA_ZERO = re.compile(rb"</f><v>0</v>|<f [^>]*/><v>0</v>")
_FORMULA_VALUE = re.compile(rb"</f><v>(?!0?</v>)")
_FORMULA = re.compile(rb"<(?:[\w.\-]+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:[\w.\-]+:)?v(?:\s[^>]*)?>([^<]*)<")
_TAG = re.compile(  # a row, or a cell with what it holds, up to the next tag of a row or cell
    rb"<(?:[\w.\-]+:)?(?:row((?:\s[^>]*+)?)>"
    rb"|c((?:\s[^>]*?)?)(?:/>|>([^<]*+(?:<(?!/?(?:[\w.\-]+:)?(?:c|row)[\s/>])[^<]*+)*+)))"
)

_FEW_STYLES = 4
_MARGINS = 1.0  # characters: as much of a column's width is empty on both sides of its cells
_LONGEST_ROW = 16 * 1024**2  # bytes of one row; a row of 16,384 long numbers needs 1


class SheetScan:
    """One pass over one sheet part, chunk by chunk; every chunk but the first begins at a row."""

    def __init__(self, styles: Mapping[int, CellStyle], texts: Mapping[bytes, list[Run]], limits: Limits) -> None:
        self.facts = SheetFacts()
        self.zero_results: list[tuple[int, int]] = []
        self.has_results = False
        self._styles = {b"%d" % index: style for index, style in styles.items()}
        self._style_hit = re.compile(rb' s="(%b)"' % b"|".join(self._styles))
        self._texts = texts
        self._limits = limits
        self._cells = 0
        self._merges = 0
        self._row = self._column = -1
        self._last_row = self._last_column = -1
        self._rows: set[int] = set()
        self._is_prefixed: bool | None = None

    @property
    def area(self) -> int:
        """Cells of the rectangle from A1 to the last cell that holds something."""
        return (self._last_row + 1) * (self._last_column + 1)

    def take(self, chunk: bytes, *, is_whole: bool) -> None:
        """Scan the next chunk; `is_whole` when it is the whole part."""
        start = 0
        if self._is_prefixed is None:
            start = max(chunk.find(b"sheetData"), 0)
            self._is_prefixed = chunk[start - 1 : start] != b"<"
            self._take_columns(chunk[:start])
        end = chunk.rfind(b"sheetData>")
        data = chunk[start : end if end > start else len(chunk)]
        if not self._is_prefixed and b"0" not in self._styles and not _UNUSUAL_CELL.search(data):
            self._skim(data, is_whole=is_whole)
        else:
            self._walk(data)
        self._merges += chunk.count(b"mergeCell ", max(end, 0))
        if self._merges > self._limits.merges:
            raise Refused("too-many-merges", expected=f"nhiều nhất {count_vi(self._limits.merges)} vùng ô gộp")
        if self._cells > self._limits.cells or self.area > self._limits.cells:
            raise too_many_cells(self._limits)

    def _skim(self, data: bytes, *, is_whole: bool) -> None:
        last = _PLAIN_CELL.match(data, data.rfind(b"<c "))
        if last:
            self._row = int(last[2]) - 1
        if not is_whole or (self._row + 1) * (LAST_COLUMN + 1) > self._limits.cells:
            self._measure(data)
        if b"#" in data:  # every error value begins with it
            for hit in re.finditer(rb' t="e"', data):
                self._judge_at(data, hit.start())
        for hit in _FORMULA_END.finditer(data):
            self._judge_at(data, hit.start())
        if b"<f " in data:
            for hit in _FORMULA_SHORT.finditer(data):
                self._judge_at(data, hit.start())
        self.has_results = self.has_results or _FORMULA_VALUE.search(data) is not None
        if not self.has_results:
            for hit in _FORMULA_ZERO.finditer(data):
                self._judge_at(data, hit.start())
        self.facts.stored += data.count(b"</v>")
        self._skim_styles(data)
        if self._texts:
            for hit in _SHARED_TEXT.finditer(data):
                if hit[1] in self._texts:
                    self._take_text(data, hit.start(), self._texts[hit[1]])
        if b"inlineStr" in data:
            self.facts.stored += data.count(b"</is>")
            for pattern in (_INLINE_VALUE, _FONT_CHANGE):
                for hit in pattern.finditer(data):
                    self._take_text(data, hit.start(), None)
        for hit in _HIDDEN_ROW.finditer(data):
            number = attributes(hit[0]).get(b"r")
            if number is None:
                cell = _PLAIN_CELL.search(data, hit.end())
                number = cell[2] if cell else None
            if number is not None and number.isdigit():
                self._hide_row(int(number) - 1)

    def _skim_styles(self, data: bytes) -> None:
        """Note the cells of a style that shows more; of few styles each is looked for by itself, which is quicker."""
        if len(self._styles) > _FEW_STYLES:
            hits = ((hit.start(), self._styles[hit[1]]) for hit in self._style_hit.finditer(data))
        else:
            hits = (
                (start, style) for index, style in self._styles.items() for start in _places(data, b' s="%b"' % index)
            )
        for start, style in hits:
            cell = _PLAIN_CELL.match(data, data.rfind(b"<", 0, start))
            if cell:
                self.facts.style(int(cell[2]) - 1, column_index(cell[1].decode()), style)

    def _take_columns(self, head: bytes) -> None:
        for text in _COLUMN_TAG.findall(head):
            found = attributes(text)
            first, last = found.get(b"min", b""), found.get(b"max", b"")
            is_hidden = is_on(found.get(b"hidden")) or _is_below(found.get(b"width"), _MARGINS)
            if is_hidden and first.isdigit() and last.isdigit():
                self.facts.hidden_columns.append((int(first) - 1, min(int(last) - 1, LAST_COLUMN)))

        if _NO_DEFAULT_WIDTH.search(head):
            self._hide_undescribed_columns(head)

    def _hide_undescribed_columns(self, head: bytes) -> None:
        """Where columns have no width unless they say so, those that say nothing are not seen."""
        described = sorted((int(first) - 1, int(last)) for first, last in _COLUMN_SPAN.findall(head))
        seen_to = 0
        for first, end in [*described, (LAST_COLUMN + 1, LAST_COLUMN + 1)]:
            if first > seen_to:
                self.facts.hidden_columns.append((seen_to, first - 1))
            seen_to = max(seen_to, end)

    def _hide_row(self, row: int) -> None:
        spans = self.facts.hidden_rows
        if spans and spans[-1][1] == row - 1:
            spans[-1] = (spans[-1][0], row)
        elif row <= LAST_ROW:
            spans.append((row, row))

    def _take_text(self, data: bytes, inside: int, runs: list[Run] | None) -> None:
        """Note a text at its cell: a known shared one, else the one that stands in the cell itself."""
        cell = _PLAIN_CELL.match(data, data.rfind(b"<c ", 0, inside))
        if cell:
            if runs is None:
                runs = _inline_runs(data[cell.end() : data.find(b"</c>", cell.end())])
            style = attributes(cell[3]).get(b"s", b"0")
            self._note_text(int(cell[2]) - 1, column_index(cell[1].decode()), style, runs)

    def _note_text(self, row: int, column: int, style: bytes, runs: list[Run]) -> None:
        self.facts.text(row, column, seen_text(runs, self._styles.get(style, CellStyle()).font))

    def _measure(self, data: bytes) -> None:
        """Extend the used range by the cells that hold something; formats alone do not count."""
        found = _VALUED_CELL.findall(data)
        self._cells += len(found)
        if found:
            columns, rows = ({texts[side] for texts in found} for side in (0, 1))
            self._last_column = max(self._last_column, *(column_index(text.decode()) for text in columns))
            self._last_row = max(self._last_row, *(int(text) - 1 for text in rows))

    def _judge_at(self, data: bytes, inside: int) -> None:
        cell = _PLAIN_CELL.match(data, data.rfind(b"<c ", 0, inside))
        if cell:
            kind = b"e" if b' t="e"' in cell[3] else b"str" if b' t="str"' in cell[3] else b""
            body = data[cell.end() : data.find(b"</c>", cell.end())]
            self._judge(int(cell[2]) - 1, column_index(cell[1].decode()), kind, body)

    def _judge(self, row: int, column: int, kind: bytes, body: bytes) -> None:
        value = _VALUE.search(body)
        if kind == b"e":
            text = value[1].decode("utf-8", "replace") if value else ""
            self.facts.mark(row, column, text if text.startswith("#") else "#VALUE!")
        elif _FORMULA.search(body):
            if value is None or (not value[1] and kind != b"str"):  # an empty text is a result: =IF(A1="","",…)
                self.facts.mark(row, column, NOT_CALCULATED)
            elif value[1] == b"0":
                self.zero_results.append((row, column))
            else:
                self.has_results = True

    def _walk(self, data: bytes) -> None:
        columns: set[int] = set()
        for tag in _TAG.finditer(data):
            row_attributes, cell_attributes, body = tag.groups()
            if row_attributes is not None:
                self._begin_row(attributes(row_attributes))
                columns = set()
                continue
            found = attributes(cell_attributes)
            row, column = self._position(found.get(b"r"))
            if column in columns:
                raise Refused("damaged-file")
            columns.add(column)
            if not body:
                continue
            self._cells += 1
            self._last_row = max(self._last_row, row)
            self._last_column = max(self._last_column, column)
            kind = found.get(b"t", b"")
            self._judge(row, column, kind, body)
            style_index = found.get(b"s", b"0")
            if style := self._styles.get(style_index):
                self.facts.style(row, column, style)
            if kind == b"s" and self._texts:
                value = _VALUE.search(body)
                if value and value[1] in self._texts:
                    self._note_text(row, column, style_index, self._texts[value[1]])
            elif kind == b"inlineStr" and (_FONT_CHANGE.search(body) or _VALUE.search(body)):
                self._note_text(row, column, style_index, _inline_runs(body))

    def _begin_row(self, found: dict[bytes, bytes]) -> None:
        number = found.get(b"r")
        self._row = int(number) - 1 if number and number.isdigit() else self._row + 1
        self._column = -1
        if self._row in self._rows:
            raise Refused("damaged-file")
        self._rows.add(self._row)
        if is_on(found.get(b"hidden")) or _is_below(found.get(b"ht"), UNREADABLE_POINTS):
            self._hide_row(self._row)

    def _position(self, reference: bytes | None) -> tuple[int, int]:
        if reference is None:
            self._column += 1
            row, column = max(self._row, 0), self._column
            if row > LAST_ROW or column > LAST_COLUMN:
                raise Refused("damaged-file")
            return row, column
        try:
            row, column = cell_position(reference.decode("ascii", "replace"))
        except ValueError as error:
            raise Refused("damaged-file") from error
        self._column = column
        return row, column


def _is_below(size: bytes | None, least: float) -> bool:
    try:
        return size is not None and float(size) < least
    except ValueError:
        return False


def _places(data: bytes, text: bytes) -> Iterator[int]:
    start = data.find(text)
    while start >= 0:
        yield start
        start = data.find(text, start + 1)


def check_addresses(chunks: Iterable[bytes]) -> None:
    """No row and no cell stands twice: of two values nobody can say which is seen. For sheets read the quick way.

    Raises:
        Refused: damaged-file.
    """
    rows: set[bytes] = set()
    for chunk in chunks:
        addresses, numbers = _ADDRESS.findall(chunk), _ROW_NUMBER.findall(chunk)
        before = len(rows)
        rows.update(numbers)
        if len(set(addresses)) != len(addresses) or len(rows) != before + len(numbers):
            raise Refused("damaged-file")


def _inline_runs(body: bytes) -> list[Run]:
    """A text that stands in its cell; some programs write `<v>` where `<is>` belongs."""
    value = _VALUE.search(body)
    return [Run(unescape(value[1].decode("utf-8", "replace")))] if value else runs_of(body)


def cut_at_rows(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Chunks that end where a row begins or ends, with whether the chunk is the whole part."""
    carried = b""
    is_first = True
    for block in blocks:
        if carried:
            if cut := _last_row_tag(carried):
                yield carried[:cut], False
                is_first = False
                carried = carried[cut:]
            elif len(carried) > _LONGEST_ROW:
                raise Refused("damaged-file")
        carried += block
    yield carried, is_first


def _last_row_tag(chunk: bytes) -> int:
    """Offset of the last row tag, 0 when there is none."""
    end = len(chunk)
    while (hit := chunk.rfind(b"row", 0, end)) > 0:
        end = chunk.rfind(b"<", 0, hit)
        if end <= 0:
            return 0
        if _ROW_TAG.match(chunk, end):
            return end
    return 0
