"""Groups of columns with the same names below, of which one is the period's own: "Thực hiện tháng" | "Lũy kế"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.period_labels import find_labels
from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.domain.workbooks import Sheet
from ioc_pipeline.parse.said import FREQUENCIES, kinds_said
from ioc_pipeline.parse.spans import is_cumulative, is_of_another_time, is_plan, is_sum_of_months
from ioc_pipeline.parse.texts import cell_text
from ioc_pipeline.reference.sources import Source

_OWN = re.compile(
    r"(?:(?:thuc hien|so lieu|so|ket qua|phat sinh|trong|cua|ky|nay|bao cao|actuals?|figures|current|thang|qu[yi]|nam"
    r"|tuan|month|quarter|year)\b\W*)+"
)
_ANY_YEAR = 2000
_HEIGHT = 3  # rows of a group and the names under it, on one or two lines


@dataclass(frozen=True, slots=True)
class _Group:
    first: int
    last: int
    text: str
    names: tuple[str, ...]


def in_own_group(sheet: Sheet, source: Source, first: int, last: int) -> tuple[Sheet, int, tuple[str, str]] | None:
    """The sheet with nothing but the period's own group in its header; the row of the groups; that one's cell and text.

    None unless rows `first` to `last` (0-based, exclusive) hold groups of the same names of which exactly one speaks
    of the period and every other says that it does not: added up, planned or of another time.
    """
    for number in range(first, min(last, len(sheet.rows) - 1)):
        groups = list(_groups(sheet, number))
        if len(groups) < 2 or len({group.names for group in groups}) > 1:
            continue
        others = [group for group in groups if _is_of_other(group.text)]
        own = [group for group in groups if group not in others]
        if len(own) != 1 or not _is_own(own[0].text, source):
            continue
        rows = [*sheet.rows[:number], *(list(row) for row in sheet.rows[number : number + _HEIGHT])]
        rows += sheet.rows[number + _HEIGHT :]
        for group in groups:
            for line in rows[number : number + (1 if group is own[0] else _HEIGHT)]:
                line[group.first : group.last + 1] = [None] * len(group.names)
        names = zip(sheet.rows[number], rows[number + 1], strict=False)
        grouped = {position for group in groups for position in range(group.first, group.last + 1)}
        rows[number + 1] = [
            below if position in grouped or below is not None else above
            for position, (above, below) in enumerate(names)
        ]
        rows[number] = [None] * len(rows[number])
        return replace(sheet, rows=rows), number, (cell_address(number, own[0].first), own[0].text)
    return None


def _groups(sheet: Sheet, number: int) -> Iterator[_Group]:
    """Texts over two and more names, merged over them or with blanks to their right."""
    row, below = sheet.rows[number], sheet.rows[number + 1]
    merged = {first: last for top, first, bottom, last in sheet.merged if top == bottom == number and last > first}
    starts = [position for position, value in enumerate(row) if isinstance(value, str)]
    for start, following in pairwise([*starts, len(row)]):
        names = [cell_text(value) for value in below[start : merged.get(start, following - 1) + 1]]
        while names and not names[-1] and start not in merged:
            names.pop()
        if len(names) > 1 and names[0]:
            yield _Group(start, start + len(names) - 1, cell_text(row[start]), tuple(map(fold, names)))


def _is_of_other(text: str) -> bool:
    kinds = kinds_said(time_words(text), "", text) - FREQUENCIES
    return bool(kinds or is_cumulative(text) or is_plan(text) or is_of_another_time(text) or is_sum_of_months(text))


def _is_own(text: str, source: Source) -> bool:
    plain = time_words(text)
    labels = find_labels(text, source.clock, _ANY_YEAR)
    for label in reversed(labels):
        plain = f"{plain[: label.start]} {plain[label.end :]}"
    return all(label.period.type == source.period_type for label in labels) and bool(
        not plain.strip() or _OWN.fullmatch(plain.strip())
    )
