"""Headers in two languages: "Tổng số - Total", "Xã, phường / Commune", "Tổng số (Total)", one line under the other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import dropwhile, takewhile

from ioc_pipeline.domain.workbooks import Sheet, Value
from ioc_pipeline.parse.spans import is_cumulative, is_of_another_time, is_plan
from ioc_pipeline.parse.units_of_measure import bracketed_units

_BETWEEN = re.compile(r"\s*[\r\n]+\s*\(?|\s+[-–—|]\s*|\s*/\s*|\s*\(")
_WORD = re.compile(r"[A-Za-z]+")
_SYLLABLE = re.compile(  # what a syllable of Vietnamese may be without its marks: hardly any longer English word is one
    r"(?:ngh?|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[iuoy]?[aeiouy]{1,2}(?:ch|ng|nh|[cmnpt])?", re.IGNORECASE
)
_SHORTEST_WORD = 4
_FEWEST = 2


def in_own_language(sheet: Sheet, first: int, last: int) -> Sheet | None:
    """The sheet with the translations in its rows from `first` to `last` (0-based, exclusive) left out.

    None unless at least half of what is written there is translated: in a header of one language an English word in
    brackets is no translation, it says which figures these are ("Tổng số (online)").
    """
    # A period may be spread over cells above the header: "Tháng" | 9 | "năm" | 2025.
    below = dropwhile(lambda number: _has_figure(sheet.rows[number]), range(first, min(last, len(sheet.rows))))
    lines = [*takewhile(lambda number: not _has_figure(sheet.rows[number]), below)]
    texts = list(_texts(sheet, lines))
    # Its line breaks stay: in a CSV they say how many blank rows follow.
    own = {text: found + "\n" * text.count("\n") for text in texts if (found := _own_part(text))}
    if len(own) < _FEWEST or 2 * sum(text in own for text in texts) < len(texts):
        return None
    rows = list(sheet.rows)
    for number in lines:
        rows[number] = [own.get(value, value) if isinstance(value, str) else value for value in rows[number]]
    return replace(sheet, rows=rows)


def _has_figure(row: Sequence[Value]) -> bool:
    return any(value.strip().isdecimal() if isinstance(value, str) else value is not None for value in row)


def _texts(sheet: Sheet, lines: Sequence[int]) -> Iterator[str]:
    """The words in the rows that may be a header's: those of two and more texts."""
    for number in lines:
        cells: list[Value] = [value for value in sheet.rows[number] if value is not None]
        if len(cells) > 1:
            yield from (text for text in map(str, cells) if _WORD.search(text))


def _own_part(text: str) -> str:
    """A text without the translation behind it, whose unit is kept; "" if it has none."""
    for found in _BETWEEN.finditer(text):
        own, foreign = text[: found.start()], text[found.end() :].strip("() \r\n")
        if own and _is_translation(foreign):
            return " ".join([own, *(f"({unit})" for unit in bracketed_units(text[found.end() :]))])
    return ""


def _is_translation(text: str) -> bool:
    """Whether a text is English, not Vietnamese without its marks, and says nothing of plans or of other periods."""
    if not text.isascii() or not text[:1].isalpha() or is_plan(text) or is_cumulative(text) or is_of_another_time(text):
        return False
    words = _WORD.findall(text)
    return text.casefold().rstrip(".") in ("no", "year") or any(
        len(word) >= _SHORTEST_WORD and not word.isupper() and not _SYLLABLE.fullmatch(word) for word in words
    )
