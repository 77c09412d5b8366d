"""Which period a block speaks for: read from a row, the letterhead, the title, the header or the file name."""

import re
from datetime import date

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem, Severity
from ioc_pipeline.domain.folding import naked
from ioc_pipeline.domain.period_labels import (
    BadPeriod,
    PeriodLabel,
    find_date,
    find_labels,
    find_period,
    parse_period,
)
from ioc_pipeline.domain.periods import Period, label, period_containing
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.bounds import clock_problem
from ioc_pipeline.parse.kinds import kind_problems
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.marks import without_marks, without_ordinal
from ioc_pipeline.parse.statements import name_in_words, whole_label
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.reference.sources import Source

_MENTIONED = re.compile(  # before a label of another time
    r"\b(?:so voi|theo|can cu|nghi quyet|quyet dinh|nghi dinh|thong tu|cong van|chuong trinh|de an|den|tam nhin)\b"
    r"[^;,()]*$"
)
_BOUNDS = re.compile(r"\btu (?:ngay )?\d.*\bden\b")


def period_text(value: Value, source: Source) -> str:
    """What a cell shows where a period belongs: Excel makes 1/9/2025 of a typed "9/2025", and shows the month."""
    if isinstance(value, date):
        if value.day == 1 and source.period_type == "month":
            return f"Tháng {value.month}/{value.year}"
        if value.day == value.month == 1 and source.period_type == "year":
            return f"Năm {value.year}"
        return f"{value.day}/{value.month}/{value.year}"
    return cell_text(value)


def row_period(text: str, source: Source) -> PeriodLabel | None:
    """What a row's label says of its period ("Sơ bộ 2024"), None if it names none of the source's type."""
    text = without_ordinal(without_marks(text))
    try:
        named = parse_period(f"Năm {text}" if source.period_type == "year" and text.isdigit() else text, source.clock)
    except BadPeriod:
        return None
    return named if named.period and named.period.type == source.period_type else None


def block_period(
    block: Block, source: Source, file_name: str, received_on: date, inherited: Period | None
) -> tuple[Period | None, list[Problem]]:
    """The block's period, and what is wrong with it.

    The first place that names one is believed. Another place that names another is a warning when it is the file's
    name only; two periods in one place are settled by the file name if it names one of them, and by nobody else.
    """
    if any(column.type == "period" for column in block.table.columns):
        return None, kind_problems(block, source, None, year=None, is_named_by_file_only=False)
    year = _common_year([*block.above, block.title], source)
    period, problems = _stated_period(block, source, file_name, received_on, inherited, year)
    if period is None or any(problem.severity == "critical" for problem in problems):
        return period, problems
    on_sheet = [*block.above, block.title, *block.headers.values()]
    named_by_file_only = not _periods_in(on_sheet, source, "label", year)
    contradictions = clock_problem(block, source, period) or kind_problems(
        block, source, period, year=year, is_named_by_file_only=named_by_file_only and inherited is None
    )
    return period, problems + contradictions


def _stated_period(
    block: Block, source: Source, file_name: str, received_on: date, inherited: Period | None, year: int | None
) -> tuple[Period | None, list[Problem]]:
    where = (block.sheet.name, cell_address(max(block.title_row, 0), 0))
    found = {
        place: _periods_in(
            _texts(block, place, file_name), source, block.table.period.reads, None if place == "file_name" else year
        )
        for place in block.table.period.places
    }
    named = _periods_in([file_name], source, "label", None)
    if not named and len(found.get("letterhead", [])) + len(found.get("title", [])):
        named = _months_named(file_name, source, [*found.get("letterhead", []), *found.get("title", [])][0].end.year)
    if told := next((text for text in (*block.above, block.title) if _spans_another_period(text, source)), ""):
        return None, [Problem("period-conflict", *where, found=told, expected=expected_period(source))]
    stated = [(place, periods) for place, periods in found.items() if periods]
    if not stated:
        if inherited:
            return inherited, []
        return None, [Problem("unknown-period", *where, expected=expected_period(source))]
    mentioned = _only_mentioned([*block.above, block.title], source, year)
    periods = [period for period in stated[0][1] if period not in mentioned] or stated[0][1]
    if len(periods) > 1:
        texts = _texts(block, stated[0][0], file_name)
        # A line of its own says it; what others mention may be another time, and is told.
        alone = {own for text in texts if (own := whole_label(text, source, year)) and own in periods}
        if not alone.issuperset(_periods_in([block.title], source, "label", year)):
            alone = set()
        # Two clocks under one label ("Tháng 9/2025") are no question of months: the file's name cannot settle that.
        is_one_label = len({label(period) for period in periods}) == 1
        agreed = (
            [] if is_one_label else [period for period in periods if period in (alone if len(alone) == 1 else named)]
        )
        told = ", ".join(_bounds(period) if is_one_label else label(period) for period in periods)
        if len(agreed) != 1:
            return None, [Problem("period-conflict", *where, found=told, expected=expected_period(source))]
        return agreed[0], [
            Problem("period-conflict", *where, found=told, severity="warning", expected=label(agreed[0]))
        ]
    period = periods[0]
    if period.start > received_on:
        return None, [Problem("future-period", *where, found=label(period))]
    disagreeing = [
        (place, other) for place, others in stated[1:] for other in others if other not in {period, *mentioned}
    ]
    if any(place != "file_name" for place, _ in disagreeing):
        told = ", ".join(label(other) for other in dict.fromkeys(other for _, other in disagreeing))
        return period, [Problem("period-conflict", *where, found=told, expected=label(period))]
    if named and period not in named:
        told = f"tên tệp: {', '.join(label(other) for other in named)}"
        # A month in words is a statement; figures alone ("10.2025") may be the day of sending. Where the contract does
        # not look for the period in the name, publishers name their files after other things.
        is_sure = "file_name" in block.table.period.places and _is_in_words(file_name, source, named)
        severity: Severity = "critical" if is_sure else "warning"
        return period, [Problem("period-conflict", *where, found=told, expected=label(period), severity=severity)]
    return period, []


def _is_in_words(file_name: str, source: Source, named: list[Period]) -> bool:
    labels = find_labels(name_in_words(file_name), source.clock, named[0].end.year)
    return any(found.is_in_words and found.period in named for found in labels)


def _months_named(file_name: str, source: Source, year: int) -> list[Period]:
    """Periods of the source's type that a file's name gives in words but without a year: "thu-thang-8.xlsx"."""
    labels = find_labels(name_in_words(file_name), source.clock, year)
    return [found.period for found in labels if found.is_in_words and found.period.type == source.period_type]


def _common_year(texts: list[str], source: Source) -> int | None:
    """The one year that the lines name by itself ("Năm 2025", "… NĂM 2025"), for labels without one ("Tháng 9")."""
    years = {
        found.period.end.year
        for text in texts
        for found in find_labels(text, source.clock)
        if found.period.type == "year" and (found.is_in_words or whole_label(text, source))
    }
    return years.pop() if len(years) == 1 else None


def _texts(block: Block, place: str, file_name: str) -> list[str]:
    if place == "letterhead":
        return block.above
    if place == "title":
        return [block.title]
    if place == "header":
        return list(block.headers.values())
    return [file_name]


def _periods_in(texts: list[str], source: Source, reads: str, year: int | None) -> list[Period]:
    """Distinct periods of the source's type, in the order they are written; `year` is that of labels without one."""
    periods: list[Period] = []
    for text in texts:
        if reads == "date":
            day = find_date(text)
            period = (
                period_containing(day, source.period_type, source.clock)
                if day
                else find_period(text, source.clock, source.period_type)
            )
        else:
            period = find_period(text, source.clock, source.period_type)
            if period is None:
                periods += [named for named in _labels_of_type(text, source, year) if named not in periods]
        if period and period not in periods:
            periods.append(period)
    return periods


def _labels_of_type(text: str, source: Source, year: int | None) -> list[Period]:
    """Several periods of one text, or one that takes its year from another line."""
    labels = find_labels(text, source.clock, year)
    return [found.period for found in labels if found.is_in_words and found.period.type == source.period_type]


def _only_mentioned(texts: list[str], source: Source, year: int | None) -> set[Period]:
    """Periods that figures are compared with or acts are of: "Tháng 9/2025 (tăng 3% so với tháng 8)"."""
    mentions: dict[Period, bool] = {}
    for text in texts:
        plain = time_words(text)
        for found in find_labels(text, source.clock, year):
            is_mention = _MENTIONED.search(plain[: found.start]) is not None
            mentions[found.period] = is_mention and mentions.get(found.period, True)
    return {period for period, is_mention in mentions.items() if is_mention}


def _spans_another_period(text: str, source: Source) -> bool:
    """Whether a line gives first and last day of something longer or shorter: figures of several months added up."""
    if not _BOUNDS.search(naked(text)):
        return False
    try:
        named = parse_period(text, source.clock)
    except BadPeriod:
        return False
    return named.period is not None and find_period(text, source.clock, source.period_type) is None


def _bounds(period: Period) -> str:
    return f"từ {period.start:%d/%m/%Y} đến {period.end:%d/%m/%Y}"


def expected_period(source: Source) -> str:
    """What a department should write, for messages."""
    kinds = {
        "day": "ngày, ví dụ “Ngày 15/9/2025”",
        "week": "tuần, ví dụ “Tuần 37/2025”",
        "month": "tháng, ví dụ “Tháng 9 năm 2025”",
        "quarter": "quý, ví dụ “Quý III/2025”",
        "half_year": "nửa năm, ví dụ “6 tháng đầu năm 2025”",
        "nine_months": "chín tháng, ví dụ “9 tháng năm 2025”",
        "year": "năm, ví dụ “Năm 2025”",
    }
    return f"kỳ báo cáo theo {kinds[source.period_type]}"
