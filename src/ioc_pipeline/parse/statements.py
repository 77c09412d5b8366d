"""Whether everything that a block says of time and kind means its one period: no span, no sum, no plan, no other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold, naked
from ioc_pipeline.domain.period_labels import BadPeriod, PeriodLabel, find_period, parse_period
from ioc_pipeline.domain.periods import Period, label, period_containing
from ioc_pipeline.parse.headers import columns_under
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.marks import without_marks, without_ordinal
from ioc_pipeline.parse.spans import is_cumulative, is_plan, is_sum_of_months, names_several_periods
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC

_BOUNDS = re.compile(r"\(?\s*\btu (?:ngay )?\d.*\bden\b[\s\d/.a-z-]*\)?")
_FIRST_AND_LAST = re.compile(r"(\d{1,2})\D+(\d{1,2})$")
LONGEST_TOLD = 200
_MONTHS = {"quarter": 3, "half_year": 6, "nine_months": 9, "year": 12}
_LONGER = ("year", "range", "school_year")


@dataclass(frozen=True, slots=True)
class _Statement:
    """One text between a title and its data; a header's is over columns of figures."""

    address: str
    text: str
    is_header: bool


def kind_problems(block: Block, source: Source, period: Period | None, *, is_named_by_file_only: bool) -> list[Problem]:
    """What stands on the sheet that cannot be true of figures of one period, each with its place.

    What the contract's own titles and headers say is meant so ("… (lũy kế)").
    """
    own = " ".join(chain(block.table.titles, *(column.headers for column in block.table.columns)))
    expected = _expected(source, period)
    for said in _statements(block):
        if block.table.to_date and is_cumulative(said.text):
            continue
        if reason := _contradiction(said, source, period, own, is_named_by_file_only):
            where = (block.sheet.name, said.address)
            return [
                Problem(
                    "period-conflict", *where, found=reason if len(said.text) > 200 else said.text, expected=expected
                )
            ]
    return []


def clock_problem(block: Block, source: Source, period: Period) -> list[Problem]:
    """Bounds that are not the contract's, and bounds that contradict their own label."""
    where = (block.sheet.name, cell_address(max(block.title_row, 0), 0))
    named = _named(block, source)
    if not _is_on_clock(period, source):
        return [
            Problem("period-conflict", *where, found=_bounds(period), expected=_expected(source, _named(block, source)))
        ]
    named = _named(block, source)
    if named and named != period:
        told = f"{label(named)}; {_bounds(period)}"
        return [Problem("period-conflict", *where, found=told, expected=f"{label(named)} ({_bounds(named)})")]
    return []


def _is_on_clock(period: Period, source: Source) -> bool:
    try:
        return period_containing(period.end, source.period_type, source.clock) == period
    except ValueError:
        return False


def _named(block: Block, source: Source) -> Period | None:
    """The period that lines with bounds name beside them."""
    for text in (block.title, *block.above):
        plain = naked(text)
        if _BOUNDS.search(plain) and (named := find_period(_BOUNDS.sub(" ", plain), source.clock, source.period_type)):
            return named
    return None


def _contradiction(
    said: _Statement, source: Source, period: Period | None, own: str, is_named_by_file_only: bool
) -> str:
    text, folded_own = said.text, fold(own)
    has_rows_of_periods = period is None
    if is_cumulative(text) and not is_cumulative(own):
        return text
    if is_plan(text) and not (is_plan(own) or fold(text) in folded_own) and (said.is_header or len(text) < 60):
        return text
    if has_rows_of_periods or period is None:
        return ""
    if (several := names_several_periods(text)) and not _is_its_own_months(several, period):
        return several
    if is_sum_of_months(text) and (
        period.type == "month" or find_period(text, source.clock, source.period_type) != period
    ):
        return text
    if said.is_header:
        return ""
    other = whole_label(text, source)
    if other is None or other.type in (source.period_type, "day"):
        return ""
    contains = other.start <= period.start and period.end <= other.end
    return "" if contains and other.type in _LONGER and not is_named_by_file_only else text


def stated_maturity(block: Block, source: Source) -> str:
    """What the line of the period says of its figures: "Ước tháng 9 năm 2025" is an estimate; "" if it says nothing."""
    named = (_label_of_line(text, source) for text in (block.title, *block.above))
    return next((each.maturity for each in named if each and each.maturity), "")


def whole_label(text: str, source: Source) -> Period | None:
    """The period of a line that says nothing else."""
    named = _label_of_line(text, source)
    return named.period if named else None


def _label_of_line(text: str, source: Source) -> PeriodLabel | None:
    line = without_ordinal(without_marks(text)).strip("()[] .:-–")
    line = re.sub(r"^(?:kỳ báo cáo|kỳ số liệu|thời gian(?: báo cáo)?|kỳ)\s*:?\s*", "", line, flags=re.IGNORECASE)
    try:
        return parse_period(line, source.clock)
    except BadPeriod:
        return None


def _is_its_own_months(several: str, period: Period) -> bool:
    """ "Quý III (tháng 7 - 9)": the months of the period itself."""
    found = _FIRST_AND_LAST.search(several)
    months = _MONTHS.get(period.type)
    if not found or not months or not several.startswith(("thang", "t")):
        return False
    last = period.end.month
    return (int(found[1]), int(found[2])) == (last - months + 1, last)


def _statements(block: Block) -> Iterator[_Statement]:
    rows = block.sheet.rows
    top = block.body_start - block.header_height
    numeric = {
        block.columns[column.name]
        for column in block.table.columns
        if column.type in NUMERIC and column.name in block.columns
    }
    yield _Statement(cell_address(max(block.title_row, 0), 0), block.title, False)
    for number in range(max(block.title_row, 0) + 1, top):
        row = rows[number]
        texts = [(position, cell_text(value)) for position, value in enumerate(row) if isinstance(value, str)]
        is_line = len(texts) <= 3 and all(value is None or isinstance(value, str) for value in row)
        for position, text in texts:
            covered = columns_under(block.sheet, number, position)
            if is_line or numeric & covered:
                yield _Statement(cell_address(number, position), text, not is_line)
    for number in range(block.body_start, min(block.body_start + 3, block.body_end)):
        row = rows[number]
        if any(isinstance(value, float | int) for value in row):
            break
        for position in numeric:
            if position < len(row) and isinstance(row[position], str):
                yield _Statement(cell_address(number, position), cell_text(row[position]), True)


def _expected(source: Source, period: Period | None) -> str:
    if period and _is_on_clock(period, source):
        return f"số liệu của đúng một kỳ: {label(period)} ({_bounds(period)})"
    return "số liệu thực hiện của đúng một kỳ theo mẫu, không cộng dồn, không phải kế hoạch"


def _bounds(period: Period) -> str:
    return f"từ {period.start:%d/%m/%Y} đến {period.end:%d/%m/%Y}"
