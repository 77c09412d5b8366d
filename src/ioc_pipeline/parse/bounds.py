"""First and last day as a sheet writes them, held against the label beside them and the contract's clock."""

import re

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import naked
from ioc_pipeline.domain.period_labels import find_labels, find_period
from ioc_pipeline.domain.periods import Period, label, period_containing
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.reference.sources import Source

_BOUNDS = re.compile(r"\(?\s*\btu (?:ngay )?\d.*\bden\b[\s\d/.a-z-]*\)?")
_DAY_AND_MONTH = r"(\d{1,2})(?:\s*[/.-]\s*|\s+thang\s+)(\d{1,2})"
_BOUNDS_WITHOUT_YEAR = re.compile(
    rf"(?:\btu (?:ngay )?|\(){_DAY_AND_MONTH}(?!\s*[/.]\s*\d|\d|\s*nam)\s*(?:den|toi|-|–)"
    rf"\s*(?:het )?(?:ngay )?{_DAY_AND_MONTH}(?!\d)"
)
_LONGEST_TOLD = 200
_FEW_WORDS = 20  # letters beside bounds that speak of the figures all the same


def clock_problem(block: Block, source: Source, period: Period) -> list[Problem]:
    """Bounds that are not the contract's, and bounds that contradict their own label."""
    where = (block.sheet.name, cell_address(max(block.title_row, 0), 0))
    named = _named_beside_bounds(block, source)
    if not _is_on_clock(period, source):
        return [Problem("period-conflict", *where, found=_bounds(period), expected=expected_figures(source, named))]
    for text in (block.title, *block.above):
        plain = time_words(text)
        bounds = _BOUNDS_WITHOUT_YEAR.search(plain)
        is_of_period = bounds and (
            len(plain) - len(bounds[0]) <= _FEW_WORDS
            or any(found.period == period for found in find_labels(text, source.clock, period.end.year))
        )
        if bounds and is_of_period and not _are_bounds_of(period, bounds):
            return [
                Problem(
                    "period-conflict", *where, found=text[:_LONGEST_TOLD], expected=expected_figures(source, period)
                )
            ]
    if named and named != period:
        told = f"{label(named)}; {_bounds(period)}"
        return [Problem("period-conflict", *where, found=told, expected=f"{label(named)} ({_bounds(named)})")]
    return []


def names_other_bounds(text: str, period: Period) -> bool:
    """Whether a text gives day and month of a first and a last day which are not the period's: "từ 1/8 đến 30/9"."""
    bounds = _BOUNDS_WITHOUT_YEAR.search(text)
    return bounds is not None and not _are_bounds_of(period, bounds)


def _are_bounds_of(period: Period, bounds: re.Match[str]) -> bool:
    """Whether day and month of the first and the last day, as they are written, are those of the period."""
    ends = (period.start.day, period.start.month, period.end.day, period.end.month)
    return tuple(map(int, bounds.groups())) == ends


def _is_on_clock(period: Period, source: Source) -> bool:
    try:
        return period_containing(period.end, source.period_type, source.clock) == period
    except ValueError:
        return False


def _named_beside_bounds(block: Block, source: Source) -> Period | None:
    for text in (block.title, *block.above):
        plain = naked(text)
        if _BOUNDS.search(plain) and (named := find_period(_BOUNDS.sub(" ", plain), source.clock, source.period_type)):
            return named
    return None


def expected_figures(source: Source, period: Period | None) -> str:
    if period and _is_on_clock(period, source):
        return f"số liệu của đúng một kỳ: {label(period)} ({_bounds(period)})"
    return "số liệu thực hiện của đúng một kỳ theo mẫu, không cộng dồn, không phải kế hoạch"


def _bounds(period: Period) -> str:
    return f"từ {period.start:%d/%m/%Y} đến {period.end:%d/%m/%Y}"
