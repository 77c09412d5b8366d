"""Which rows of a block are data, which org unit each describes, and what every other row is."""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.layout import Block, is_continuation
from ioc_pipeline.parse.marks import without_marks
from ioc_pipeline.parse.parts import is_listed, is_mean, is_part, part_problems, stray_cell
from ioc_pipeline.parse.row_units import RowUnits
from ioc_pipeline.parse.rows import classify_row
from ioc_pipeline.parse.sums import Total, find_sums, is_sum_of_all, rows_around
from ioc_pipeline.parse.table_end import (
    end_of_notes,
    figure_positions,
    has_figures,
    has_words_for_figures,
    is_header_of_another,
    other_table_problems,
    rows_after_end,
)
from ioc_pipeline.parse.texts import cell_text, seen_cells
from ioc_pipeline.parse.values import value_at
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Table

_TOTAL_WORDS = re.compile(  # with their marks: "Cộng" adds up, "Công an" does not
    r"[\W_]*(?:tổng|cộng|t\.?\s*cộng|toàn tỉnh|toàn bộ|cả tỉnh|chung$|grand total|total|overall|sum$)"
    r"(?!\w| công ty| đài| đồng)"
)
_TOTAL_WORDS_UNMARKED = re.compile(
    r"(?:tong(?! (?:cong ty|dai))|cong(?! (?:ty|an|thuong|doan|nghe|dong))|t cong|toan tinh|toan bo|ca tinh|chung$"
    r"|grand total|total|overall|sum$)(?:\s|$)"
)
_WITH_FIGURES = frozenset({"total", "subtotal", "section", "of_which", "mean"})
_LONE_MARK = re.compile(r"[(\[]\d{1,2}[)\]]")  # "(1)" under the header of one column


@dataclass(slots=True)
class Body:
    """Rows of one block by what they are; numbers are 0-based positions in the sheet."""

    data: list[int] = field(default_factory=list)
    units: list[OrgUnit] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)  # rows of data whose unit could not be told
    unnamed: list[int] = field(default_factory=list)  # of those, the rows that by number or figures are surely data
    totals: list[Total] = field(default_factory=list)
    others: dict[int, str] = field(default_factory=dict)  # what the rows are that are no data, by their numbers
    is_nil: bool = False
    end: int = 0  # first row of the signatures or of whatever else stands below

    def with_figures(self) -> list[int]:
        """The rows besides the data that have figures of their own."""
        return [number for number, kind in self.others.items() if kind in _WITH_FIGURES]


def read_keys(block: Block, source: Source, envelope: Envelope, period: Period | None) -> tuple[Body, list[Problem]]:
    """Tell data rows from all others, and the unit each describes."""
    return _BodyReader(block, source, envelope, period).read()


class _BodyReader:
    """Goes down the rows of one block once. A row whose name says nothing waits until all data are known."""

    def __init__(self, block: Block, source: Source, envelope: Envelope, period: Period | None) -> None:
        self.block, self.source = block, source
        self.body = Body(end=block.body_end)
        self.problems: list[Problem] = []
        on = period.end if period else envelope.received_on
        column = next((column for column in block.table.columns if column.type == "org_unit"), None)
        self.units = RowUnits(block, source, column, envelope, on) if column else None
        self.position = self.units.position if self.units else _key_position(block)
        self.whole_form = None if self.units else _unit_of_form(block.table, envelope, on)
        self.has_numbers = bool(figure_positions(block))
        self.known: dict[Value, OrgUnit] = {}
        self.unnamed: list[tuple[int, Problem]] = []
        self.larger_parts: dict[int, list[Problem]] = {}  # by row, what is said unless it is a sum of others
        self.section_start, self.section_row = 0, -1
        self.subtotal_start = 0
        self.heading_starts: list[int] = []
        self.section_stops: list[int] = []
        self.follows_of_which = False
        self.strays: list[int] = []
        self.header = block.sheet.rows[block.title_row + 1 : block.body_start]

    def read(self) -> tuple[Body, list[Problem]]:
        body = self.body
        for number in range(self.block.body_start, self.block.body_end):
            row = self.block.sheet.rows[number]
            key = row[self.position] if self.position < len(row) else None
            unit = self.known.get(key) if key is not None else None
            if unit is not None:
                body.data.append(number)
                body.units.append(unit)
                self.follows_of_which = False
            elif self._ends_at(number, key):
                break
        self._close_section()
        self._drop_rows_of_nil_report()
        self._tell_unnamed()
        self._tell_rows_below_total()
        if self.strays:
            number = self.strays[0]
            texts = " | ".join(cell_text(value) for _, value in seen_cells(self.block.sheet, number))
            where = (self.block.sheet.name, stray_cell(self.block, number))
            self.problems.append(Problem("other-table", *where, found=texts[:120], severity="warning"))
        body.totals = list(map(self._with_rows_around, body.totals))
        return body, self.problems

    def _with_rows_around(self, total: Total) -> Total:
        """A total that stands over the first row adds up all that follow; any may add up those to the next or last."""
        body = self.body
        around = rows_around(body.data, [each.number for each in body.totals], total.number)
        others = (*total.others, *((start, stop) for start, stop in around if stop - start > 1))
        return replace(total, stop=total.stop or len(body.data), others=others)

    def _drop_rows_of_nil_report(self) -> None:
        """A form with its units printed on it that says "Không phát sinh" and has no figure speaks of none of them."""
        body = self.body
        if not (body.is_nil and body.data) or any(
            has_figures(self.block, number) or has_words_for_figures(self.block, number) for number in body.data
        ):
            return
        figures = figure_positions(self.block)
        if any(value_at(self.block, total.number, at) not in (None, 0) for total in body.totals for at in figures):
            return
        body.others |= dict.fromkeys(body.data, "nil_report")
        body.data, body.units, body.totals = [], [], []

    def _ends_at(self, number: int, key: Value) -> bool:
        """Take one row for what it is; True if the table ended before it, and `body.end` says where."""
        body, row = self.body, self.block.sheet.rows[number]
        unit: OrgUnit | None = None
        problem: Problem | None = Problem(
            "row-without-name", self.block.sheet.name, cell_address(number, self.position)
        )
        if not any(map(str.isalpha, str(key))) and classify_row(_texts(row)) == "column_numbers":
            body.others[number] = "column_numbers"  # "(2)" is no "Phường 2"
            return False
        if self.units and key is not None:
            unit, problem = self.units.read(number)
            if unit is not None:
                if not self._is_heading_of(unit, number):
                    body.data.append(number)
                    body.units.append(unit)
                    self.known[key] = unit
                    self.follows_of_which = False
                else:
                    body.others[number] = "section"
                return False
        texts = _texts(row)
        if row in self.header or is_continuation(" ".join(texts)):
            body.others[number] = "header" if texts else "blank"  # the table goes on after a page break
            return False
        if is_header_of_another(self.block, number):
            self.problems += other_table_problems(self.block, number)
            body.end = number
            return True
        kind = classify_row(texts)
        if kind == "footnote" and texts[0].lstrip()[:1] == "*":
            if has_figures(self.block, number):
                kind = "data"
            elif self._heads_data(number):
                kind = "section"
        if not body.data and len(texts) == 1 and _LONE_MARK.fullmatch(texts[0]):
            kind = "column_numbers"
        if kind in ("footnote", "signature", "title") and self._stands_before_data(number):
            body.others[number] = "remark"
            return False
        if kind in ("footnote", "signature", "title"):
            self.problems += rows_after_end(self.block, number + 1, self.position, self.units, self.source)
            end = end_of_notes(self.block, number) if kind == "footnote" else number
            body.others |= dict.fromkeys(range(number, end), "footnote")
            body.end = end
            return True
        body.others[number] = kind
        if kind == "nil_report":
            body.is_nil = True
        elif kind == "total":
            body.totals.append(Total(number, 0, len(body.data), is_grand=True))
        elif kind == "subtotal":
            others = tuple((start, len(body.data)) for start in self.heading_starts)
            body.totals.append(Total(number, self.subtotal_start, len(body.data), is_grand=False, others=others))
            self.subtotal_start, self.heading_starts = len(body.data), []
        elif kind == "section":
            self._open_section(number)
        elif kind in ("of_which", "breakdown"):
            self.follows_of_which = True
            self._check_part(number)
        elif kind == "data":
            self._take_unnamed(number, key, texts, problem)
        return False

    def _take_unnamed(self, number: int, key: Value, texts: list[str], problem: Problem | None) -> None:
        """A row that its first words do not tell: by its figures it is data, a sum, a heading or a remark."""
        body = self.body
        row = self.block.sheet.rows[number]
        has_no_figure = not has_figures(self.block, number)
        is_empty = self.has_numbers and has_no_figure and not has_words_for_figures(self.block, number)
        if self.whole_form is not None and key is not None and not (is_empty and len(texts) == 1):
            del body.others[number]
            body.data.append(number)
            body.units.append(self.whole_form)
        elif is_empty and not self._is_numbered(number):
            body.others[number] = "section" if len(texts) <= 2 else "remark"
            if stray_cell(self.block, number):
                self.strays.append(number)
        elif key is None and ((len(texts) == 1 and has_no_figure) or self._goes_on_with_header(row)):
            body.others[number] = "header"  # "%" over the columns of a repeated header
        elif problem is None or _is_total(cell_text(key)):
            body.others[number] = "total"
            body.totals.append(Total(number, 0, len(body.data), is_grand=True))
        elif self.units and key is not None and self.units.is_district(cell_text(key)):
            body.others[number] = "section"
            self._open_section(number)
        elif self._is_part(number, cell_text(key), problem):
            body.others[number] = "of_which"
            self._check_part(number)
        elif problem.code == "unknown-unit" and is_mean(cell_text(key)) and not self._is_numbered(number):
            body.others[number] = "mean"
        else:
            self.unnamed.append((number, problem))

    def _goes_on_with_header(self, row: list[Value]) -> bool:
        """Whether a row of nothing but words stands over the first data: "(tỷ đồng)", "(khoản)", "tháng 9"."""
        texts = [value for value in row if value is not None]
        is_wordy = all(isinstance(text, str) and any(map(str.isalpha, text)) for text in texts)
        return not self.body.data and is_wordy

    def _is_part(self, number: int, text: str, problem: Problem) -> bool:
        """Whether a row without a unit says more of the row above; not where units stand behind dashes."""
        if problem.code != "unknown-unit" or self._is_numbered(number) or self._whole_of(number) is None:
            return False
        if not is_part(text, follows_of_which=self.follows_of_which):
            return False
        assert self.units is not None
        names = (cell_text(value_at(self.block, row, self.position)) for row in self.body.data[-3:])
        return not (is_listed(text) and any(map(is_listed, names)))

    def _whole_of(self, number: int) -> int | None:
        """The row that a part is of: the last one of data or of a total above it."""
        totals = [row for row, kind in self.body.others.items() if kind in ("total", "subtotal") and row < number]
        return max([*self.body.data[-1:], *totals], default=None)

    def _check_part(self, number: int) -> None:
        whole = self._whole_of(number)
        if whole is None or not has_figures(self.block, number):
            return
        if found := part_problems(self.block, self.source, number, whole):
            self.larger_parts[number] = found

    def _heads_data(self, number: int) -> bool:
        """Whether the next row that holds something is a unit with figures."""
        if self.units is None:
            return False
        for below in range(number + 1, self.block.body_end):
            texts = [cell_text(value) for value in self.block.sheet.rows[below] if value is not None]
            if texts and classify_row(texts) != "column_numbers":
                unit, _ = self.units.read(below)
                return unit is not None and has_figures(self.block, below)
        return False

    def _stands_before_data(self, number: int) -> bool:
        """Whether a line stands between the header and its first row: "Lưu ý: …", "(Nguồn: …)" end no table there."""
        if self.body.data or self.body.totals or not self.has_numbers:
            return False
        for below in range(number + 1, self.block.body_end):
            if is_header_of_another(self.block, below):
                return False
            texts = _texts(self.block.sheet.rows[below])
            if has_figures(self.block, below) and classify_row(texts) != "column_numbers":
                return self.units is None or self.units.read(below)[0] is not None
        return False

    def _tell_rows_below_total(self) -> None:
        """Rows of data below the last total, which does not add them up: forgotten in it, or of another table."""
        data = self.body.data
        totals = [total for total in self.body.totals if total.number < self.body.end]
        last = max(totals, key=lambda total: total.number, default=None)
        if last is None or not last.is_grand or not last.stop or not data or data[-1] < last.number:
            return
        below = [row for row in data if row > last.number]
        is_sum = any(is_sum_of_all(self.block, self.source, last.number, rows) for rows in (data, below))
        if last.stop and last.number > data[0] and not is_sum:
            header = self.block.headers.get(self.position, "")
            where = (self.block.sheet.name, cell_address(below[0], self.position), header)
            text = cell_text(value_at(self.block, below[0], self.position))
            self.problems.append(Problem("row-after-end", *where, found=text))

    def _is_heading_of(self, unit: OrgUnit, number: int) -> bool:
        """Whether a row names a unit only as a heading: it has no figure, and the unit's own row follows."""
        assert self.units is not None
        if not self.has_numbers or has_figures(self.block, number) or self._is_numbered(number):
            return False
        for below in range(number + 1, self.block.body_end):
            if value_at(self.block, below, self.position) is not None and has_figures(self.block, below):
                again, _ = self.units.read(below)
                if again == unit:
                    return True
        return False

    def _is_numbered(self, number: int) -> bool:
        """Whether a serial number stands before the name, as it does before what is counted."""
        before = (cell_text(value).strip(". )") for value in self.block.sheet.rows[number][: self.position])
        return any(text.isdecimal() for text in before)

    def _open_section(self, number: int) -> None:
        """A heading without figures may be one within the section that is open, or may end it."""
        self.follows_of_which = False
        self.heading_starts.append(len(self.body.data))
        if self._adds_up(number) or self.section_row < 0:
            self._close_section()
            self.section_start, self.section_row, self.section_stops = len(self.body.data), number, []
        else:
            self.section_stops.append(len(self.body.data))

    def _close_section(self) -> None:
        """A section row that carries figures is the total of the rows under it."""
        stop = len(self.body.data)
        if self.section_row >= 0 and stop > self.section_start and self._adds_up(self.section_row):
            others = tuple((self.section_start, other) for other in self.section_stops if other > self.section_start)
            total = Total(self.section_row, self.section_start, stop, is_grand=False, others=others)
            self.body.totals.append(total)

    def _adds_up(self, number: int) -> bool:
        return has_figures(self.block, number) or not self.has_numbers

    def _tell_unnamed(self) -> None:
        """Rows that nothing but their figures can tell: sums of the rows around them are totals, others are asked."""
        candidates = sorted([*(number for number, _ in self.unnamed), *self.larger_parts])
        sums = find_sums(self.block, self.source, self.body.data, candidates, self.body.with_figures())
        for number, found in self.larger_parts.items():
            if total := sums.get(number):
                self.body.totals.append(total)
                self.body.others[number] = "total"
            else:
                self.problems += found
        for number, problem in self.unnamed:
            if (total := sums.get(number)) and not self._is_numbered(number):
                self.body.totals.append(total)
                self.body.others[number] = "total"
            else:
                self.body.unread.append(number)
                if self._is_numbered(number) or has_figures(self.block, number):
                    self.body.unnamed.append(number)
                self.body.others.pop(number, None)
                self.problems.append(problem)


def _texts(row: list[Value]) -> list[str]:
    return [without_marks(cell_text(value)) for value in row if value is not None]


def _is_total(text: str) -> bool:
    folded = fold(text)
    return bool(_TOTAL_WORDS_UNMARKED.match(folded) if text.isascii() else _TOTAL_WORDS.match(text.casefold()))


def _key_position(block: Block) -> int:
    """Where a row says what it is about when no unit does: its period, else the first text or code."""
    for types in (("period",), ("code", "text"), ("count", "number", "percent", "money", "rank", "ratio", "date")):
        for column in block.table.columns:
            if column.type in types and column.name in block.columns:
                return block.columns[column.name]
    return 0


def _unit_of_form(table: Table, envelope: Envelope, on: date) -> OrgUnit:
    code = envelope.province_code if table.org_unit == "province" else envelope.reporting_unit_code
    unit = envelope.org_units.get(code, on)
    if unit is None:
        raise LookupError(f"no org unit {code} on {on}: include/seeds/org_units.csv, agencies.csv")
    return unit
