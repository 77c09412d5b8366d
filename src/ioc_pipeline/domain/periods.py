"""The calendar: labels ↔ dates on two clocks.

Management reports run from the 15th to the 14th: September 2025 is 2025-08-15 … 2025-09-14 and the year 2025 begins on
2024-12-15 (cut-offs of Decree 09/2019/NĐ-CP as provincial decisions repeat them). Statistical ones run by calendar
(Decree 60/2018/NĐ-CP). A label is therefore no key: the clock of the contract turns it into dates.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, get_args

from ioc_pipeline.domain.folding import naked

PeriodType = Literal["day", "week", "month", "quarter", "half_year", "nine_months", "year"]
Clock = Literal["management", "calendar"]
Maturity = Literal["", "estimate", "preliminary", "official"]
Relative = Literal["", "this_period", "previous_period", "same_period_last_year", "previous_year", "year_to_date"]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What a figure is about: `start` and `end` are its first and last day, both inclusive.

    `type` is day, week, month, quarter, half_year, nine_months or year; labels may also say ytd (from the first day
    of the year to the end of a month), range (several years, or bounds that fit no other type) or school_year.
    """

    type: str
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class PeriodLabel:
    """What a label says. A relative one ("cùng kỳ năm trước") names its kind and has no period of its own."""

    period: Period | None
    maturity: Maturity = ""
    relative: Relative = ""


class BadPeriod(ValueError):  # noqa: N818  # says what is bad, as BadCell does
    """A label without one certain reading; `code` is a key of the messages, `expected` what to write (Vietnamese)."""

    def __init__(self, code: str, expected: str) -> None:
        self.code = code
        self.expected = expected
        super().__init__(code)


# ---------- dates of a period

_FIRST_AND_LAST_MONTH: dict[str, Callable[[int], tuple[int, int]]] = {
    "month": lambda index: (index, index),
    "quarter": lambda index: (3 * index - 2, 3 * index),
    "half_year": lambda index: (6 * index - 5, 6 * index),
    "nine_months": lambda _: (1, 9),
    "year": lambda _: (1, 12),
    "ytd": lambda index: (1, index),
}
_PERIODS_A_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "nine_months": 1, "year": 1}
_DAYS: dict[str, tuple[int, int]] = {
    "day": (1, 1), "week": (7, 7), "month": (28, 31), "quarter": (89, 92), "half_year": (181, 184),
    "nine_months": (273, 275), "year": (365, 366),
}  # fmt: skip


def _first_of_month(year: int, month: int) -> date:
    """First day of a month counted on: month 0 is December before, month 13 January after."""
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _of_months(period_type: str, year: int, index: int, clock: Clock) -> Period:
    first, last = _FIRST_AND_LAST_MONTH[period_type](index)
    if clock == "management":
        start = _first_of_month(year, first - 1).replace(day=15)
        return Period(period_type, start, _first_of_month(year, last).replace(day=14))
    return Period(period_type, _first_of_month(year, first), _first_of_month(year, last + 1) - timedelta(days=1))


def _of_week(year: int, week: int) -> Period:
    monday = date.fromisocalendar(year, week, 1)
    return Period("week", monday, monday + timedelta(days=6))


@lru_cache(maxsize=4096)
def period_containing(day: date, period_type: PeriodType, clock: Clock) -> Period:
    """The period of a type in which a day lies; days and ISO weeks are the same on both clocks.

    Raises:
        ValueError: nine_months, and the day lies in the last quarter of its year.
    """
    if period_type == "day":
        return Period("day", day, day)
    if period_type == "week":
        return _of_week(*day.isocalendar()[:2])
    month_named = _first_of_month(day.year, day.month + 1) if clock == "management" and day.day >= 15 else day
    index = (month_named.month - 1) * _PERIODS_A_YEAR[period_type] // 12 + 1
    period = _of_months(period_type, month_named.year, index, clock)
    if not period.start <= day <= period.end:
        raise ValueError(f"{day} lies in no {period_type} of its year")
    return period


def periods_between(first: date, last: date, period_type: PeriodType, clock: Clock) -> list[Period]:
    """Every period that starts on or after `first` and not after `last`, in order; the last may be still running."""
    periods: list[Period] = []
    for period in _periods_from(first, period_type, clock):
        if period.start > last:
            break
        if period.start >= first:
            periods.append(period)
    return periods


def _periods_from(day: date, period_type: PeriodType, clock: Clock) -> Iterator[Period]:
    if period_type == "nine_months":
        year = day.year
        while True:
            yield _of_months("nine_months", year, 1, clock)
            year += 1
    while True:
        period = period_containing(day, period_type, clock)
        yield period
        day = period.end + timedelta(days=1)


# ---------- labels

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_WORDS = {
    "mot": 1, "gieng": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6,
    "bay": 7, "tam": 8, "chin": 9, "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
_YEAR = r"(?:19|20)\d\d(?!\d)"
_OF_YEAR = rf"(?:[\s./,_-]*(?:nam\s*)?(?P<year>{_YEAR})|\s+nam\b(?!\s*\d))?(?!\s*(?:nam\s*)?(?:truoc|ngoai))"
_NUMBER_WORD = r"muoi hai|muoi mot|muoi|mot|gieng|hai|ba|bon|tu(?!\s*(?:ngay|\d{1,2}\s*/))|sau|bay|tam|chin|chap"
_MONTH_NUMBER = r"(?:1[0-2]|0?[1-9])(?!\d)"
_DAY = (
    r"(?:ngay\s*)?(?:mung\s*)?(?P<day>\d{1,2})(?:\s*(?P<sign>[/.-])\s*|\s*thang\s*)(?P<month>\d{1,2})"
    r"\s*(?(sign)(?P=sign)|,?\s*nam)\s*(?P<year>\d{4})(?!\d)"
)
_ISO_DAY = r"(?<!\d)(?P<iso>\d{4}-\d{2}-\d{2})(?!\d)"
_DATE = re.compile(rf"(?<![\d/.-]){_DAY}|{_ISO_DAY}")
_BLANK_DATE = re.compile(  # a template whose blanks nobody filled in: "ngày … tháng … năm 2025", "Tháng    năm 2025"
    r"ngay[\s\d.…_/]*thang[\s\d.…_/]*nam[\s\d.…_]*"
    r"|(?<!\d )(?<!\d)(?<!sau )(?<!chin )thang[\s.…_/]*nam(?!\s*nam|\s*/)[\s\d.…_]*"
)
_BOUNDS = re.compile(
    r"(?:tu\s*(?:ngay\s*)?)?(?P<first>\d{1,2}(?:\s*[/.-]\s*|\s*thang\s*)\d{1,2}(?:(?:\s*[/.-]\s*|,?\s*nam\s*)\d{4})?)"
    r"\s*(?:den(?:\s*het)?(?:\s*ngay)?|-|–)\s*"
    r"(?P<last>\d{1,2}(?:\s*[/.-]\s*|\s*thang\s*)\d{1,2}(?:\s*[/.-]\s*|,?\s*nam\s*)\d{4})(?!\d)"
)
_NOT_A_LIST = r"(?!\s*(?:-|–|,|\+|&|den)\s*(?:thang\s*)?\d{1,2}(?!\d))"

_GRAMMAR: list[tuple[str, re.Pattern[str]]] = [
    ("school_year", re.compile(rf"nam hoc\s*(?P<year>{_YEAR})\s*[-–/]\s*(?P<last>{_YEAR})")),
    ("range", re.compile(rf"(?:giai doan|thoi ky|ke hoach 5 nam)\s*(?P<year>{_YEAR})\s*[-–]\s*(?P<last>{_YEAR})")),
    ("week", re.compile(rf"tuan\s*(?:thu\s*)?(?P<number>[1-9]\d?|0[1-9])(?!\d){_OF_YEAR}")),
    (
        "ytd",
        re.compile(
            r"(?:luy ke|cong don)\s*(?:tu dau nam\s*)?(?:den|toi)\s*(?:het\s*)?(?:thang|t)\s*"
            rf"(?P<number>{_MONTH_NUMBER}|{_NUMBER_WORD}){_OF_YEAR}"
        ),
    ),
    (
        "first_months",
        re.compile(
            rf"(?:luy ke\s*)?(?<![\d/.-])(?P<number>{_MONTH_NUMBER}|(?:{_NUMBER_WORD})(?=\s*thang\s+(?:dau|nam)\b))"
            rf"\s*thang(?:\s*dau)?{_OF_YEAR}"
        ),
    ),
    ("second_half", re.compile(rf"(?<![\d/.-])(?:0?6|sau)\s*thang\s*cuoi{_OF_YEAR}")),
    ("quarter", re.compile(rf"qu[iy]\s*(?P<number>iv|i{{1,3}}|[1-4]|mot|nhat|hai|ba|bon|tu)(?![\da-z]){_OF_YEAR}")),
    ("quarter", re.compile(rf"(?<![a-z0-9])q[\s._-]?(?P<number>[1-4])(?!\d){_OF_YEAR}")),
    (
        "month",
        re.compile(rf"(?<![a-z0-9])(?:thang[\s._-]*|t[\s._-]?)(?P<number>{_MONTH_NUMBER}){_NOT_A_LIST}{_OF_YEAR}"),
    ),
    ("month", re.compile(rf"(?<![a-z0-9])thang\s+(?P<number>{_NUMBER_WORD}|nam(?=\s+nam|\s*/))(?![a-z]){_OF_YEAR}")),
    ("year", re.compile(rf"(?:ca\s+)?nam\s*(?P<year>{_YEAR})")),
]
_BARE: list[tuple[str, re.Pattern[str]]] = [
    (
        "month",
        re.compile(
            rf"(?<![\d/.a-z])(?<!so )(?<!\d-)(?P<number>{_MONTH_NUMBER})"
            rf"\s*[-./_]\s*(?P<year>{_YEAR})(?!\s*/\s*[a-z])"
        ),
    ),
    ("month", re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-./_](?P<number>0[1-9]|1[0-2])(?![\d])(?!\s*/\s*[a-z])")),
    ("month", re.compile(r"(?<!\d)(?P<number>0[1-9]|1[0-2])(?P<year>(?:19|20)\d\d)(?!\d)")),
    ("range", re.compile(rf"(?<!\d)(?P<year>{_YEAR})\s*[-–]\s*(?P<last>{_YEAR})")),
    ("year", re.compile(rf"(?<![\d/.])(?<!\d-)(?P<year>{_YEAR})(?!\s*[/.-]\s*\d|\s*/\s*[a-z])")),
]
_RELATIVE: list[tuple[Relative, re.Pattern[str]]] = [
    ("same_period_last_year", re.compile(r"(?:so voi )?cung k[yi](?: nam)?(?: truoc| ngoai)?")),
    (
        "year_to_date",
        re.compile(
            r"(?:luy ke|cong don)(?: (?:tu )?dau nam)?(?: den (?:nay|k[yi] bao cao|het k[yi]))?"
            r"|tu dau nam(?: den nay)?"
        ),
    ),
    ("previous_period", re.compile(r"(?:k[yi]|thang|qu[iy])(?: bao cao)? (?:lien )?truoc")),
    ("previous_year", re.compile(r"nam (?:truoc|ngoai)")),
    ("this_period", re.compile(r"(?:trong )?(?:k[yi]|thang|qu[iy]|nam)(?: bao cao| nay)|trong k[yi]")),
]
_MATURITY: list[tuple[Maturity, re.Pattern[str]]] = [
    ("estimate", re.compile(r"^uoc(?: tinh| thuc hien| dat)?\b\s*|\s*\((?:so lieu )?uoc(?: tinh)?\)$")),
    ("preliminary", re.compile(r"^so bo\b\s*|\s*\((?:so lieu )?so bo\)$")),
    ("official", re.compile(r"^chinh thuc\b\s*|\s*\((?:so lieu )?chinh thuc\)$")),
]
_LEAD = re.compile(r"^(?:k[yi] bao cao|thoi gian|k[yi])\s*:\s*|^(?:thuc hien|bao cao)\s+")
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
    text = _plain(label)
    if bounds := _find_bounds(text):
        return PeriodLabel(_of_bounds(*bounds))
    maturity: Maturity = ""
    for maturity_found, pattern in _MATURITY:
        text, times = pattern.subn("", text)
        if times:
            maturity = maturity_found
    text = _LEAD.sub("", text).strip(" .,;:()")
    for relative, pattern in _RELATIVE:
        if pattern.fullmatch(text):
            return PeriodLabel(None, maturity, relative)
    if day := re.fullmatch(rf"(?:ngay(?: mua)?\s*)?(?:{_DAY}|{_ISO_DAY})", text):
        return PeriodLabel(_of_day(_date_of(day)), maturity)
    for kind, pattern in _GRAMMAR + _BARE:
        if found := pattern.fullmatch(text):
            return PeriodLabel(_of_match(kind, found, clock, year), maturity)
    raise BadPeriod("bad-period", _EXPECTED)


def find_period(text: str, clock: Clock, period_type: PeriodType) -> Period | None:
    """The period of a type that a longer text names: a letterhead line, a title, a file name.

    Explicit bounds ("Từ ngày … đến ngày …") win, then labels in words ("tháng 9" may find its year elsewhere in the
    text), then bare figures ("Bieu-3-2020", "2025-09"). Full dates ("Sơn La, ngày 25 tháng 9 năm 2025") and numbers of
    legal acts ("12/2025/QĐ-UBND") are no labels. None if there is no reading or more than one.
    """
    plain = _plain(text)
    try:
        if bounds := _find_bounds(plain):
            return _bounds_as(period_type, *bounds)
    except BadPeriod:
        return None
    dates = [day for found in _DATE.finditer(plain) if (day := _date_of(found))]
    plain = _BLANK_DATE.sub(" ; ", _DATE.sub(" ; ", plain))
    years = {int(found) for found in re.findall(rf"(?<![\d/.])({_YEAR})(?!\s*/\s*[a-z])", plain)}
    for patterns in (_GRAMMAR, _BARE):
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


def find_date(text: str) -> date | None:
    """The one full date in a text ("thời điểm 1/10/2019", "Sơn La, ngày 25 tháng 9 năm 2025"); None if none or several.

    Always day before month; 2019-10-01 is ISO.
    """
    dates = {_date_of(found) for found in _DATE.finditer(_plain(text))}
    return dates.pop() if len(dates) == 1 else None


def label(period: Period) -> str:
    """How people write the period, on either clock: "Tháng 9/2025", "Từ 1/9/2025 đến 5/9/2025"."""
    last = period.end
    if period.type == "day":
        return f"Ngày {_vietnamese(last)}"
    if period.type == "week":
        year, week, _ = period.start.isocalendar()
        return f"Tuần {week}/{year}"
    if period.type == "school_year":
        return f"Năm học {period.start.year}-{last.year}"
    if period.type == "range" and (period.start.month, period.start.day, last.month, last.day) == (1, 1, 12, 31):
        return f"Giai đoạn {period.start.year}-{last.year}"
    names = {
        "month": f"Tháng {last.month}/{last.year}",
        "quarter": f"Quý {('I', 'II', 'III', 'IV')[(last.month - 1) // 3]}/{last.year}",
        "half_year": f"6 tháng {'đầu' if last.month <= 6 else 'cuối'} năm {last.year}",
        "nine_months": f"9 tháng năm {last.year}",
        "year": f"Năm {last.year}",
        "ytd": f"Lũy kế đến tháng {last.month}/{last.year}",
    }
    if period.type in names and period in _on_both_clocks(period.type, last):
        return names[period.type]
    return f"Từ {_vietnamese(period.start)} đến {_vietnamese(last)}"


def _on_both_clocks(period_type: str, last: date) -> list[Period]:
    months_each = {"ytd": 1, "nine_months": 12}.get(period_type) or 12 // _PERIODS_A_YEAR[period_type]
    index = (last.month - 1) // months_each + 1
    return [_of_months(period_type, last.year, index, clock) for clock in get_args(Clock)]


def _vietnamese(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _plain(text: str) -> str:
    return " ".join(naked(text).split())


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _ROMAN.get(text) or _WORDS.get(text) or 1  # "nhất" is the first


def _of_match(kind: str, found: re.Match[str], clock: Clock, year: int | None) -> Period:
    groups = found.groupdict()
    if groups.get("year"):
        year = int(groups["year"])
    if year is None:
        raise BadPeriod("period-without-year", _EXPECTED_YEAR)
    number = _number(groups["number"]) if groups.get("number") else 1
    if kind in ("range", "school_year"):
        last = int(groups["last"])
        if last <= year or (kind == "school_year" and last != year + 1):
            raise BadPeriod("bad-period", _EXPECTED)
        if kind == "school_year":
            return Period(kind, date(year, 9, 1), date(last, 8, 31))
        return Period(kind, date(year, 1, 1), date(last, 12, 31))
    if kind == "week":
        try:
            return _of_week(year, number)
        except ValueError as error:
            raise BadPeriod("bad-period", f"tuần có trong năm {year} (từ 1 đến 52 hoặc 53)") from error
    if kind == "second_half":
        return _of_months("half_year", year, 2, clock)
    if kind == "first_months":
        kind = {3: "quarter", 6: "half_year", 9: "nine_months", 12: "year"}.get(number, "ytd")
        return _of_months(kind, year, number if kind == "ytd" else 1, clock)
    return _of_months(kind, year, number, clock)


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
    found = _BOUNDS.search(text)
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


def _of_bounds(start: date, last: date) -> Period:
    """The standard period with these bounds on either clock, else a range."""
    for period_type in _FIRST_AND_LAST_MONTH:
        for period in _on_both_clocks(period_type, last):
            if (period.start, period.end) == (start, last):
                return period
    if start == last:
        return Period("day", start, last)
    if start.isoweekday() == 1 and last - start == timedelta(days=6):
        return Period("week", start, last)
    return Period("range", start, last)


def _bounds_as(period_type: PeriodType, start: date, last: date) -> Period | None:
    """Bounds taken as the type wanted, on a clock of their own if need be, as long as the length is that type's."""
    shortest, longest = _DAYS[period_type]
    return Period(period_type, start, last) if shortest <= (last - start).days + 1 <= longest else None
