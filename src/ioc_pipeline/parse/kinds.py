"""Whether everything that a sheet says of time and kind means its one period: no span, no sum, no plan, no other."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem, Severity
from ioc_pipeline.domain.period_labels import FoundLabel, find_date, find_labels
from ioc_pipeline.domain.periods import Period, label
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.parse.bounds import expected_figures, names_other_bounds
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.rows import is_source_note
from ioc_pipeline.parse.said import FREQUENCIES, Kind, kinds_said, kinds_within, parts_of, says_nothing_but_time
from ioc_pipeline.parse.spans import (
    OWN,
    is_average,
    is_comparison,
    is_cumulative,
    is_of_another_time,
    is_of_whole_year,
    is_part_of_period,
    is_plan,
    is_sum_of_months,
    is_taken_from_another_time,
    names_several_periods,
    names_several_years,
)
from ioc_pipeline.parse.statements import (
    Statement,
    is_own_word,
    name_in_words,
    own_words,
    statements_above,
    whole_label,
)
from ioc_pipeline.reference.sources import Source

_SINCE = re.compile(
    rf"(?:{OWN})?\W*(?:(?:cac )?so (?:lieu )?)?(?:phat sinh |cong don )?(?:tinh |ke |phat sinh )?(?:ke )?tu (?:ngay )?"
    r"(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}))?\W*"
)
_AS_OF = re.compile(  # "Số liệu chốt ngày 25/8/2025"
    r"\W*(?:(?:ghi chu|luu y|note)\W*)?(?:so lieu|du lieu|thoi diem|tinh|chot|cap nhat|lay)\b"
    r"(?: (?:duoc|chot|lay|tinh|cap nhat|so lieu|ngay|den))*\W*"
    r"\d[\d/. -]*\d\W*$"
)
_LIST_OF_PERIODS = re.compile(r"\W*(?:(?:so|lieu|cac|nam|cua|trong|(?:19|20)\d\d)\b\W*)*")
_LONGEST_TOLD = 200
_LONGEST_LINE = 60  # a longer text speaks of plans without meaning its figures
_LONGEST_REMARK = 40
_PLANNED_FIGURE = re.compile(
    rf"(?:so )?(?:lieu )?(?:la )?(?:ke hoach|du toan|du kien|muc tieu|chi tieu)"
    rf"(?: (?:giao|duoc|duyet|dieu chinh|bo sung|von|ubnd|tinh|huyen|cap tren|{OWN}"
    rf"|(?:thang|qu[yi]|nam)(?: [\divx/.-]+)*))*"
)
_FIGURE = re.compile(r"(?<![\d/tq])(?<!thang )(?<!quy )(?<!nam )\d+(?!\d*\s*[/-]|\d|\s*(?:thang|qu[yi])\b)")
_MONTHS = {"quarter": 3, "half_year": 6, "nine_months": 9, "year": 12}
_YEARS = frozenset({"year", "range", "school_year"})
_NAMES = frozenset({"file name", "sheet name"})
_NOTE = re.compile(r"^(?:\W*(?:ghi chu|chu thich|luu y|note)[\s:*]*|[(\[](?:\d{1,2}|\*+)[)\]]\s*|\*+\s*)")
_SUBJECT = re.compile(
    r"\W*(?:v/v|ve viec|trich yeu|can cu|kem theo|theo|ban hanh|thuc hien|trien khai|de an|chuong trinh)\b"
)  # of a letter
_OF_FIGURES = re.compile(
    r"^[\s:*()\d.-]*(?:(?:cac|day la|toan bo|nhung) )*(?:so|bieu|bang|data|figures?)\b(?! ho so| voi| sanh)"
)
_KIND_FIRST = re.compile(  # a note of nothing but the kind of the figures above it
    r"\W*(?:luy ?(?:ke|tich|tien)|tich luy|don tich|cong don|tinh tu|ke tu|tu (?:ngay )?\d+/\d+"
    r"|ky (?:so lieu|bao cao)|cumulative|accumulated)\b"
)
_OWN_OF_ANOTHER = re.compile(rf"(?<!so voi )(?<!so )\bcung k[yi] (?:cua )?{OWN}")
_AND_OWN = re.compile(r"(?:\bva\b|[+&]|\bden\b)\W*(?:ca )?$")  # "Tháng 9 và quý III"
_COMPARED = re.compile(  # before a label: what is spoken of then is not whose figures these are
    r"\b(?:so voi|so(?! lieu)|theo|nhiem vu|phuong huong|ke hoach|du kien|trien khai|can cu|nghi quyet|quyet dinh"
    r"|chuong trinh|de an|giai doan|den|khoa|nhiem ky|tet|thoi diem)\b[^;]*$"
)


def kind_problems(
    block: Block, source: Source, period: Period | None, *, year: int | None, is_named_by_file_only: bool
) -> list[Problem]:
    """What stands above the data that cannot be true of figures of one period; the first of them, with its place.

    What the contract's own titles and headers say is meant so ("… (lũy kế)").
    """
    judge = _Judge(block, source, period, year, is_named_by_file_only)
    return judge.first_problem(statements_above(block))


def late_problems(
    block: Block, source: Source, period: Period | None, statements: Iterable[Statement]
) -> list[Problem]:
    """The same for what is said elsewhere: in headings, remarks, notes below, comments, names of sheet and file."""
    judge = _Judge(block, source, period, None, is_named_by_file_only=False)
    return judge.first_problem(statements)


def row_period_problems(block: Block, source: Source, periods: Sequence[Period], file_name: str) -> list[Problem]:
    """What title, lines and file name say of time, where each row names its period: the rows must lie in it."""
    if not periods:
        return []
    first, last = min(period.start for period in periods), max(period.end for period in periods)
    title = cell_address(max(block.title_row, 0), 0)
    texts = [*((title, text) for text in (block.title, *block.above)), ("", name_in_words(file_name))]
    for address, text in texts:
        plain = time_words(text)
        labels = find_labels(text, source.clock, last.year)
        for found in labels:
            other = found.period
            is_meant = found.is_in_words or whole_label(text, source) is not None
            if (
                not is_meant
                or other.type in ("day", "school_year")
                or is_own_word(block.table, plain[found.start : found.end])
            ):
                continue
            if other in periods and (other.end == last or sum(one.period in periods for one in labels) > 1):
                continue
            if other.type != source.period_type and other.start <= first and last <= other.end:
                continue
            if _COMPARED.search(plain[: found.start]) and other.type not in ("range", source.period_type):
                continue
            told = ", ".join(dict.fromkeys(label(period) for period in sorted(periods)))[:_LONGEST_TOLD]
            return [Problem("period-conflict", block.sheet.name, address, found=label(other), expected=told)]
    return []


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges statements about the figures of one block; `year` is that of labels without one."""

    block: Block
    source: Source
    period: Period | None
    year: int | None
    is_named_by_file_only: bool

    def first_problem(self, statements: Iterable[Statement]) -> list[Problem]:
        """The first contradiction that is sure, else the first that is likely."""
        warnings: list[Problem] = []
        for said in statements:
            reason, severity = self._contradiction(said)
            if not reason:
                continue
            if said.place == "file name" and "file_name" not in self.block.table.period.places:
                severity = "warning"  # such publishers name their files after other things
            if said.place in ("letterhead", "line") and _SUBJECT.match(time_words(said.text)):
                severity = "warning"  # what the letter is about that the form goes with
            problem = Problem(
                "period-conflict",
                self.block.sheet.name,
                said.address,
                found=reason if len(said.text) > _LONGEST_TOLD else said.text,
                expected=expected_figures(self.source, self.period),
                severity=severity,
            )
            if severity == "critical":
                return [problem]
            warnings.append(problem)
        return warnings[:1]

    def _contradiction(self, said: Statement) -> tuple[str, Severity]:
        """What in a text speaks against figures of the period itself, and how surely; "" if nothing does."""
        text, own = said.text, own_words(self.block.table)
        year = self.year or (self.period.end.year if self.period else None)
        if is_own_word(self.block.table, text):
            return "", "critical"
        rest = self._without_own(text)
        if self._kinds_beyond(said, rest, own):
            return text, "critical"
        several = names_several_periods(text)
        is_of_time = says_nothing_but_time(_NOTE.sub("", self._without_title(rest)))
        if said.place == "below":
            rest = _NOTE.sub("", rest)
            begins_with_kind = _KIND_FIRST.match(rest) and len(rest) <= _LONGEST_LINE and not _FIGURE.search(rest)
            is_whole = (
                is_of_time
                or _PLANNED_FIGURE.fullmatch(rest) is not None
                or whole_label(text, self.source, year) is not None
                or _AS_OF.match(rest) is not None
                or (len(rest) <= _LONGEST_LINE and is_taken_from_another_time(rest) and not is_comparison(rest))
                or (several != "" and _LIST_OF_PERIODS.fullmatch(rest.replace(several, " ")) is not None)
            )
            if not (begins_with_kind or is_whole or _OF_FIGURES.match(rest)):
                return "", "critical"
        if (
            said.place == "row"
            and not (is_of_time and (several or is_part_of_period(rest)))
            and (len(text) > _LONGEST_REMARK or _FIGURE.search(self._without_labels(rest)))
        ):
            return "", "critical"  # it tells of something else
        if said.place == "row" and is_plan(rest) and not _PLANNED_FIGURE.fullmatch(rest):
            return "", "critical"  # of what is going to be done
        if self._is_of_another_kind(said, rest, own):
            return text, "critical"
        if self.period is None or is_source_note(text):
            return "", "critical"
        if several and not _is_its_own_months(several, self.period):
            return several, "critical"
        if self.source.period_type == "year" and names_several_years(text):
            return text, "critical"
        if is_of_time and names_other_bounds(rest, self.period):
            return text, "critical"
        if any(day < self.period.start for day in _closing_days(rest)):
            return text, "critical"
        if (
            is_part_of_period(rest)
            or is_sum_of_months(rest)
            or is_average(rest)
            or self._begins_elsewhere(rest, self.period)
        ):
            return text, "critical"
        return self._other_period(said, self.period)

    def _is_of_another_kind(self, said: Statement, rest: str, own: str) -> bool:
        """Whether a text without its own period calls the figures cumulative, planned or of another time."""
        if is_cumulative(rest) and not (is_cumulative(own) or self.block.table.to_date):
            return True
        may_plan = said.place == "header" or (said.place != "letterhead" and len(said.text) < _LONGEST_LINE)
        may_plan = may_plan or _PLANNED_FIGURE.fullmatch(rest) is not None
        if may_plan and is_plan(rest) and not is_plan(own):
            return True
        is_over_figures = said.place in ("header", "line")
        if said.place == "header" and is_of_another_time(rest) and not is_of_another_time(own):
            return True
        if said.place == "header" and is_comparison(rest) and not is_comparison(own):
            return True
        is_of_figures = is_over_figures or _OF_FIGURES.match(rest)
        if is_of_figures and self.source.period_type != "year" and is_of_whole_year(rest):
            return True
        return is_taken_from_another_time(rest) or bool(_OWN_OF_ANOTHER.search(rest))

    def _kinds_beyond(self, said: Statement, rest: str, own: str) -> frozenset[Kind]:
        """The kinds that a text says of the figures and nothing else, besides the contract's own.

        A comparison in a remark or note is about the change of a figure, not about what the figure is.
        """
        kinds = kinds_said(self._without_title(rest), own, said.text)
        is_beside = said.place in ("letterhead", "row", "below") and not _OF_FIGURES.match(rest)
        if not kinds or ("comparison" in kinds and is_beside):
            return frozenset()
        if self.source.period_type in kinds:
            kinds -= FREQUENCIES  # "Báo cáo tháng, quý, năm"
        return kinds - kinds_within(own)

    def _without_title(self, rest: str) -> str:
        """What a title says besides the contract's own."""
        for title in self.block.table.titles:
            rest = rest.replace(time_words(title), " ")
        return " ".join(rest.split())

    def _begins_elsewhere(self, rest: str, period: Period) -> bool:
        """ "(Tính từ 01/01/2025)" over a month: added up since another day than the period's first."""
        since = next((found for part in parts_of(self._without_title(rest)) if (found := _SINCE.fullmatch(part))), None)
        if not since or self.block.table.to_date:
            return False
        day, month, year = int(since[1]), int(since[2]), int(since[3] or period.start.year)
        return (day, month, year) != (period.start.day, period.start.month, period.start.year)

    def _without_own(self, text: str) -> str:
        """A text in the words of time with the labels of its own period, and of years to come, taken out."""
        plain = time_words(text)
        if self.period is None:
            return plain
        for found in reversed(find_labels(text, self.source.clock, self.year or self.period.end.year)):
            if found.period == self.period:
                plain = f"{plain[: found.start]} {OWN} {plain[found.end :]}"
            elif found.period.type in _YEARS and found.period.start > self.period.end:
                plain = f"{plain[: found.start]} ve sau {plain[found.end :]}"  # nothing is added up until then
        return " ".join(plain.split())

    def _without_labels(self, rest: str) -> str:
        """A text in the words of time without any label, so that a number left in it counts something."""
        for found in reversed(find_labels(rest, self.source.clock, self.period.end.year if self.period else None)):
            rest = f"{rest[: found.start]} {rest[found.end :]}"
        return rest

    def _other_period(self, said: Statement, period: Period) -> tuple[str, Severity]:
        """A label of another period than that of the figures, which does not only hold it."""
        plain = time_words(said.text)
        parts = (said.text, self._without_title(plain))
        is_whole = says_nothing_but_time(_NOTE.sub("", self._without_title(plain))) or any(
            whole_label(part, self.source, period.end.year) for part in parts if part
        )
        lists_own_months = _is_its_own_months(names_several_periods(said.text), period)
        for found in find_labels(said.text, self.source.clock, self.year or period.end.year):
            is_own = found.period == period or is_own_word(self.block.table, plain[found.start : found.end])
            if is_own or found.period.type == "day" or not (found.is_in_words or is_whole):
                continue
            if found.period.type == "school_year" and not (is_whole and self.is_named_by_file_only):
                continue
            if found.period.type == "ytd" and found.period.end == period.end and self.block.table.to_date:
                continue  # a stock is counted up to that day
            if lists_own_months and period.start <= found.period.start and found.period.end <= period.end:
                continue
            if said.place == "header":
                return said.text, "critical"
            if _COMPARED.search(plain[: found.start]) and not is_whole:
                continue
            if self._contradicts(said, found, period, is_whole=is_whole):
                return said.text, "warning" if said.place in _NAMES else "critical"
        return "", "critical"

    def _contradicts(self, said: Statement, found: FoundLabel, period: Period, *, is_whole: bool) -> bool:
        other = found.period
        holds = other.start <= period.start and period.end <= other.end
        is_of_type = other.type == self.source.period_type
        if said.place == "file name" and is_of_type:
            return False  # told with the period
        # "Giai đoạn 2021-2024" over a form of 2024 adds up; one that ends later is the plan that the form belongs to.
        is_of_more_years = is_whole and other.type == "range" and other.end == period.end and period.type == "year"
        if holds and _is_of_years(other) and not (is_of_more_years or (is_whole and self.is_named_by_file_only)):
            return False
        if said.place in _NAMES or is_whole:
            return True
        if said.place == "row":
            return False
        if said.place == "line" and holds and not _is_of_years(other):
            plain = time_words(said.text)
            return OWN not in self._without_own(said.text) or bool(_AND_OWN.search(plain[: found.start]))
        if said.place == "line" and (other.type == "week" or (is_of_type and not self._names_its_year(said, found))):
            return True
        # Of labels in longer texts: two of the source's type are told with the period; notes may speak of any time.
        return not (is_of_type or holds or said.place == "below" or other.type in ("week", "ytd"))

    def _names_its_year(self, said: Statement, found: FoundLabel) -> bool:
        """Whether a label is whole without the year of the period: then it was weighed where the period was found."""
        return any(other.start == found.start for other in find_labels(said.text, self.source.clock))


@lru_cache(maxsize=8192)
def _closing_days(rest: str) -> tuple[date, ...]:
    """The days up to which a text, or a part of it in brackets, says that figures were taken."""
    found = (find_date(closed[0]) for part in parts_of(rest) if (closed := _AS_OF.match(part)))
    return tuple(day for day in found if day)


def _is_of_years(period: Period) -> bool:
    """Whether a period is a year or several whole ones; any other range was written as its first and last day."""
    ends = (period.start.month, period.start.day, period.end.month, period.end.day)
    return period.type in _YEARS and (period.type != "range" or ends == (1, 1, 12, 31))


def _is_its_own_months(several: str, period: Period) -> bool:
    """ "Quý III (tháng 7 - 9)": the months of the period itself."""
    numbers = [int(number) for number in re.findall(r"\d+", several)]
    months = _MONTHS.get(period.type)
    if not numbers or not months or not several.startswith(("thang", "t")):
        return False
    last = period.end.month
    own = list(range(last - months + 1, last + 1))
    return numbers in (own, [own[0], last])
