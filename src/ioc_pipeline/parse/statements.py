"""Every text on a sheet, and in its names, that may say which figures these are, with its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Literal

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.period_labels import BadPeriod, PeriodLabel, parse_period
from ioc_pipeline.domain.periods import Clock, Period
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.headers import columns_under
from ioc_pipeline.parse.layout import HEADER_DISTANCE, MIXED_CELLS, Block
from ioc_pipeline.parse.marks import without_marks, without_ordinal
from ioc_pipeline.parse.rows import classify_row
from ioc_pipeline.parse.texts import cell_text, is_number, seen_cells
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Table

_ENDING = re.compile(r"\.(?:xlsx?|ods|csv|tsv|txt)$", re.IGNORECASE)
_LONGEST_PIECE = 8
_LONGEST_HEADER = 40  # of a line of its own over the figures
_SPREAD_LABEL = re.compile(r"(?:thang|quy|nam|ky)\b[\s\divx/.-]*(?:nam)?[\s/.-]*(?:19|20)\d\d$")
_BEFORE_LABEL = re.compile(
    r"^(?:[(\[](?:\d{1,2}|\*+)[)\]]\s*|\*+\s*)?"
    r"(?:(?:ghi chú|lưu ý|chú thích|note|kỳ báo cáo|kỳ số liệu|thời (?:gian|điểm)(?: báo cáo| số liệu)?|kỳ)\s*:?\s*)*",
    re.IGNORECASE,
)

Place = Literal["line", "letterhead", "header", "row", "below", "file name", "sheet name"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One text that may say which figures these are. A `header` stands over columns of figures, a `row` beside some."""

    address: str
    text: str
    place: Place


def statements_above(block: Block) -> Iterator[Statement]:
    """Title, letterhead, lines and upper headers, and what stands under the header over the first figures."""
    sheet = block.sheet
    top = block.body_start - block.header_height
    numeric = figure_columns(block)
    yield Statement(cell_address(max(block.title_row, 0), 0), block.title, "line")
    beside = seen_cells(sheet, max(block.title_row, 0))
    for position, value in beside[1:]:
        if isinstance(value, str):
            yield Statement(cell_address(max(block.title_row, 0), position), cell_text(value), "line")
    for number in range(max(0, block.title_row - HEADER_DISTANCE), max(block.title_row, 0)):
        for position, value in seen_cells(sheet, number):
            if isinstance(value, str):
                yield Statement(cell_address(number, position), cell_text(value), "letterhead")
    for number in range(max(block.title_row, 0) + 1, top):
        cells = seen_cells(sheet, number)
        texts = [(position, cell_text(value)) for position, value in cells if isinstance(value, str)]
        if _is_spread_label(cells):
            yield Statement(cell_address(number, cells[0][0]), " ".join(cell_text(value) for _, value in cells), "line")
            continue
        is_line = len(cells) == len(texts) <= 3
        for position, text in texts:
            if is_line or numeric & columns_under(sheet, number, position):
                is_over = len(cells) == 1 and position in numeric and number == top - 1 and len(text) <= _LONGEST_HEADER
                yield Statement(cell_address(number, position), text, "header" if is_over or not is_line else "line")
    if block.group[1]:
        yield Statement(*block.group, "header")
    for number in range(block.body_start, min(block.body_start + 3, block.body_end)):
        cells = seen_cells(sheet, number)
        if classify_row([cell_text(value) for _, value in cells]) == "column_numbers":
            continue
        if any(is_number(value) for _, value in cells):
            break
        for position, value in cells:
            if position in numeric and isinstance(value, str):
                yield Statement(cell_address(number, position), cell_text(value), "header")


def _is_spread_label(cells: list[tuple[int, Value]]) -> bool:
    """Whether the cells of a row are one label together: "Tháng" | 9 | "năm" | 2025."""
    texts = [cell_text(value) for _, value in cells]
    is_short = 1 < len(texts) <= MIXED_CELLS and all(len(text) <= _LONGEST_PIECE for text in texts)
    return is_short and bool(_SPREAD_LABEL.match(time_words(" ".join(texts))))


def statements_elsewhere(block: Block, end: int, file_name: str) -> Iterator[Statement]:
    """The names of file and sheet, comments, and the lines at the foot of a table whose notes end before row `end`."""
    sheet = block.sheet
    if file_name:
        yield Statement("", name_in_words(file_name), "file name")
    if sheet.name:
        yield Statement("", name_in_words(sheet.name), "sheet name")
    for address, text in sheet.notes:
        yield Statement(address, cell_text(text), "below")
    for number in range(max(block.body_start, end - _FOOT), min(block.body_end, len(sheet.rows))):
        cells = seen_cells(sheet, number)
        if len(cells) <= 2 or all(isinstance(value, str) for _, value in cells):
            for position, value in cells:
                if isinstance(value, str):
                    yield Statement(cell_address(number, position), cell_text(value), "below")


def statements_in_rows(block: Block, data: Sequence[int]) -> Iterator[Statement]:
    """What stands beside the figures of rows, each text once."""
    seen: set[str] = set()
    for number, position, text in texts_beside(block, data):
        if text not in seen:
            seen.add(text)
            yield Statement(cell_address(number, position), cell_text(text), "row")


def texts_beside(block: Block, data: Sequence[int]) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of each remark, and of what stands in no column of the form."""
    of_form = {
        block.columns[column.name]
        for column in block.table.columns
        if column.type != "text" and column.name in block.columns
    }
    rows, hidden = block.sheet.rows, block.sheet.hidden_columns
    width = max((len(rows[number]) for number in data[:1]), default=0)
    for position in range(width):
        if position in of_form or position in hidden:
            continue
        for number in data:
            value = rows[number][position] if position < len(rows[number]) else None
            if isinstance(value, str):
                yield number, position, value


def statements_in_headings(block: Block, others: Mapping[int, str]) -> Iterator[Statement]:
    """Headings and remarks among the rows, by their numbers and kinds: what stands over rows may say what they are."""
    for number, kind in others.items():
        cells = seen_cells(block.sheet, number) if kind in _HEADINGS else []
        if len(cells) <= 2:
            for position, value in cells:
                if isinstance(value, str):
                    yield Statement(cell_address(number, position), cell_text(value), "below")


_HEADINGS = frozenset({"section", "remark", "header", "period_line"})
_FOOT = 6  # rows of notes above the end of a table, of which some belong to its last rows


def name_in_words(name: str) -> str:
    """The name of a file or sheet with blanks for the signs that stand for them."""
    return re.sub(r"_+", " ", _ENDING.sub("", name))


@lru_cache(maxsize=256)
def _own_words(titles: tuple[str, ...], headers: tuple[str, ...]) -> str:
    return fold(" ".join(chain(titles, headers)))


def own_words(table: Table) -> str:
    """What the contract's own titles and headers say, folded: in a form of that name it is meant so."""
    return _own_words(tuple(table.titles), tuple(text for column in table.columns for text in column.headers))


def is_own_word(table: Table, text: str) -> bool:
    """Whether the contract's own titles or headers say a text, word for word."""
    return f" {fold(text)} " in f" {own_words(table)} "


def whole_label(text: str, source: Source, year: int | None = None) -> Period | None:
    """The period of a line that says nothing else."""
    named = label_of_line(text, source, year)
    return named.period if named else None


def label_of_line(text: str, source: Source, year: int | None = None) -> PeriodLabel | None:
    """What a line that says nothing else says of its period, with footnote marks and brackets around it."""
    return _read_label(text, source.clock, year)


@lru_cache(maxsize=8192)
def _read_label(text: str, clock: Clock, year: int | None) -> PeriodLabel | None:
    line = _BEFORE_LABEL.sub("", without_ordinal(without_marks(text)).strip())
    line = _BEFORE_LABEL.sub("", line.strip("()[] .:-–"))
    try:
        return parse_period(line, clock, year=year)
    except BadPeriod:
        return None


def figure_columns(block: Block) -> set[int]:
    """Where the columns of figures stand."""
    return {
        block.columns[column.name]
        for column in block.table.columns
        if column.type in NUMERIC and column.name in block.columns
    }
