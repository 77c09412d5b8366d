"""Labels as people write them → periods: "Tháng 9/2025", "Quý III năm 2025", "Từ ngày 15/8/2025 đến ngày 14/9/2025"."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from ioc_pipeline.domain.period_grammar import (
    BARE,
    BLANK_DATE,
    BOUNDS,
    DATE,
    DAY,
    GRAMMAR,
    ISO_DAY,
    LEAD,
    MATURITY,
    RELATIVE,
    YEAR,
    Relative,
    to_number,
)
from ioc_pipeline.domain.periods import Clock, Maturity, Period, PeriodType, of_bounds, of_months, of_week
from ioc_pipeline.domain.time_words import time_words


@dataclass(frozen=True, slots=True)
class PeriodLabel:
    """What a label says. A relative one ("cùng kỳ năm trước") names its kind and has no period of its own."""

    period: Period | None
    maturity: Maturity | Literal[""] = ""
    relative: Relative = ""


class BadPeriod(ValueError):  # noqa: N818  # says what is bad, as BadCell does
    """A label without one certain reading; `code` is a key of the messages, `expected` what to write (Vietnamese)."""

    def __init__(self, code: str, expected: str) -> None:
        self.code = code
        self.expected = expected
        super().__init__(code)


_DAYS: dict[str, tuple[int, int]] = {
    "day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 92), "half_year": (181, 184),
    "nine_months": (273, 275), "year": (365, 366),
}  # fmt: skip


_EXPECTED = "một kỳ báo cáo viết như “Tháng 9/2025”, “Quý III/2025”, “6 tháng đầu năm 2025” hoặc “Năm 2025”"
_EXPECTED_YEAR = "kỳ báo cáo có ghi năm, ví dụ “Tháng 9/2025”"


def parse_period(label: str, clock: Clock, *, year: int | None = None) -> PeriodLabel:
    """Read a cell or line that is a period label and nothing else.

    Args:
        label: "Tháng 9/2025", "Quý III năm 2025", "9 tháng năm 2025" (cumulative), "Lũy kế đến tháng 9/2025",
            "Ước cả năm 2025", "Năm học 2024-2025", "Tuần 37/2025", "cùng kỳ năm trước"; explicit bounds
            "(Từ ngày 15/8/2025 đến ngày 14/9/2025)" beat what else the label and the clock say.
        clock: of the contract. Weeks, days, plan ranges and school years (1 September to 31 August) ignore it.
        year: taken where the label names none, from the title or the file name.

    Raises:
        BadPeriod: `bad-period`, or `period-without-year` if only the year is missing.
    """
    return _parse_period(label, clock, year)


@lru_cache(maxsize=8192)
def _parse_period(label: str, clock: Clock, year: int | None) -> PeriodLabel:
    text = time_words(label)
    if bounds := _find_bounds(text):
        return PeriodLabel(of_bounds(*bounds))
    maturity: Maturity | Literal[""] = ""
    for maturity_found, pattern in MATURITY:
        text, times = pattern.subn("", text)
        if times:
            maturity = maturity_found
    text = LEAD.sub("", text).strip(" .,;:()")
    for relative, pattern in RELATIVE:
        if pattern.fullmatch(text):
            return PeriodLabel(None, maturity, relative)
    if day := re.fullmatch(rf"(?:ngay(?: mua)?\s*)?(?:{DAY}|{ISO_DAY})", text):
        return PeriodLabel(_of_day(_date_of(day)), maturity)
    for kind, pattern in GRAMMAR + BARE:
        if found := pattern.fullmatch(text):
            return PeriodLabel(_of_match(kind, found, clock, year), maturity)
    raise BadPeriod("bad-period", _EXPECTED)


@lru_cache(maxsize=8192)
def find_period(text: str, clock: Clock, period_type: PeriodType) -> Period | None:
    """The period of a type that a longer text names: a letterhead line, a title, a file name.

    Explicit bounds ("Từ ngày … đến ngày …") win, then labels in words ("tháng 9" may find its year elsewhere in the
    text), then bare figures ("Bieu-3-2020", "2025-09"). Full dates ("Nơi lập, ngày 25 tháng 9 năm 2025") and numbers of
    legal acts ("12/2025/QĐ-UBND") are no labels. None if there is no reading or more than one.
    """
    plain = time_words(text)
    try:
        if bounds := _find_bounds(plain):
            return _bounds_as(period_type, *bounds)
    except BadPeriod:
        return None
    dates = [day for found in DATE.finditer(plain) if (day := _date_of(found))]
    plain = BLANK_DATE.sub(" ; ", DATE.sub(" ; ", plain))
    years = {int(found) for found in re.findall(rf"(?<![\d/.])({YEAR})(?!\s*/\s*[a-z])", plain)}
    for patterns in (GRAMMAR, BARE):
        found_periods, rest = set(), plain
        for kind, pattern in patterns:
            for found in pattern.finditer(rest):
                period_found = _of_match_in_text(kind, found, clock, years, dates)
                if period_found is not None and period_found.type == period_type:
                    found_periods.add(period_found)
            rest = pattern.sub(" ; ", rest)
        if found_periods:
            return found_periods.pop() if len(found_periods) == 1 else None
    if period_type == "day" and len(set(dates)) == 1:
        return _of_day(dates[0])
    return None


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label within a longer text: its place in `time_words(text)`, and whether words say what its figures are."""

    period: Period
    start: int
    end: int
    is_in_words: bool


@lru_cache(maxsize=4096)
def find_labels(text: str, clock: Clock, year: int | None = None) -> tuple[FoundLabel, ...]:
    """Every period of whatever type that a text names, bounds among them; `year` is taken by labels without one.

    What `find_period` skips is skipped here too: full dates, blank templates, numbers of legal acts.
    """
    plain = rest = time_words(text)
    found: list[FoundLabel] = []
    if match := BOUNDS.search(plain):
        try:
            bounds = _find_bounds(plain)
        except BadPeriod:
            bounds = None
        if bounds:
            found.append(FoundLabel(of_bounds(*bounds), *match.span(), is_in_words=True))
        rest = _blanked(rest, match)
    dates = [day for match in DATE.finditer(rest) if (day := _date_of(match))]
    for pattern in (DATE, BLANK_DATE):
        rest = pattern.sub(lambda match: ";".ljust(len(match[0])), rest)
    years = set(map(int, re.findall(rf"(?<![\d/.])({YEAR})(?!\s*/\s*[a-z])", rest))) or ({year} if year else set())
    for patterns in (GRAMMAR, BARE):
        for kind, pattern in patterns:
            for match in pattern.finditer(rest):
                period = _of_match_in_text(kind, match, clock, years, dates)
                if period is not None:
                    found.append(FoundLabel(period, *match.span(), is_in_words=patterns is GRAMMAR))
                    rest = _blanked(rest, match)
    return tuple(sorted(found, key=lambda label: label.start))


def _blanked(text: str, found: re.Match[str]) -> str:
    return text[: found.start()] + ";".ljust(found.end() - found.start()) + text[found.end() :]


def find_date(text: str) -> date | None:
    """The one full date in a text ("thời điểm 1/10/2019", "…, ngày 25 tháng 9 năm 2025"); None if none or several.

    Always day before month; 2019-10-01 is ISO.
    """
    dates = {_date_of(found) for found in DATE.finditer(time_words(text))}
    return dates.pop() if len(dates) == 1 else None


def _of_match(kind: str, found: re.Match[str], clock: Clock, year: int | None) -> Period:
    groups = found.groupdict()
    if groups.get("year"):
        year = int(groups["year"])
    if year is None:
        raise BadPeriod("period-without-year", _EXPECTED_YEAR)
    number = to_number(groups["number"]) if groups.get("number") else 1
    if kind in ("range", "school_year"):
        last = int(groups["last"])
        if last <= year or (kind == "school_year" and last != year + 1):
            raise BadPeriod("bad-period", _EXPECTED)
        if kind == "school_year":
            return Period(kind, date(year, 9, 1), date(last, 8, 31))
        return Period(kind, date(year, 1, 1), date(last, 12, 31))
    if kind == "week":
        try:
            return of_week(year, number)
        except ValueError as error:
            raise BadPeriod("bad-period", f"tuần có trong năm {year} (từ 1 đến 52 hoặc 53)") from error
    if kind == "second_half":
        return of_months("half_year", year, 2, clock)
    if kind == "first_months":
        kind = {3: "quarter", 6: "half_year", 9: "nine_months", 12: "year"}.get(number, "ytd")
        return of_months(kind, year, number if kind == "ytd" else 1, clock)
    return of_months(kind, year, number, clock)


def _of_match_in_text(
    kind: str, found: re.Match[str], clock: Clock, years: set[int], dates: list[date]
) -> Period | None:
    """A year that stands alone elsewhere helps a label without one; else a full date, which no report precedes."""
    try:
        if len(years) == 1 or found.groupdict().get("year"):
            return _of_match(kind, found, clock, min(years, default=None))
        if years or len(set(dates)) != 1:
            return None
        this_year = _of_match(kind, found, clock, dates[0].year)
        return this_year if this_year.start <= dates[0] else _of_match(kind, found, clock, dates[0].year - 1)
    except BadPeriod:
        return None


def _of_day(day: date | None) -> Period:
    if day is None:
        raise BadPeriod("bad-period", "một ngày có thật, viết như “25/9/2025”")
    return Period("day", day, day)


def _date_of(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _find_bounds(text: str) -> tuple[date, date] | None:
    found = BOUNDS.search(text)
    if not found:
        return None
    last_day, last_month, last_year = (int(part) for part in re.findall(r"\d+", found["last"]))
    first = [int(part) for part in re.findall(r"\d+", found["first"])]
    try:
        last = date(last_year, last_month, last_day)
        start = date(first[2] if len(first) == 3 else last_year, first[1], first[0])
    except ValueError as error:
        raise BadPeriod("bad-period", "hai ngày có thật, viết như “Từ ngày 15/8/2025 đến ngày 14/9/2025”") from error
    if start > last:
        raise BadPeriod("bad-period", "ngày bắt đầu không sau ngày kết thúc")
    return start, last


def _bounds_as(period_type: PeriodType, start: date, last: date) -> Period | None:
    """Bounds taken as the type wanted, on a clock of their own if need be, as long as the length is that type's."""
    shortest, longest = _DAYS[period_type]
    return Period(period_type, start, last) if shortest <= (last - start).days + 1 <= longest else None
