"""Columns of plain numbers, stored or written → figures, all of a column at once: most cells need no look at each.

A number that `parse_cell` might refuse, scale or qualify is none of this: its column is read cell by cell.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ioc_pipeline.domain.workbooks import Value, number_text
from ioc_pipeline.parse.cells import Parsed, parse_cell
from ioc_pipeline.reference.tables import Column, ColumnType, Locale

_PLAIN: frozenset[ColumnType] = frozenset({"count", "number", "percent", "money"})
_EXACT = 2.0**53  # whole numbers below it are what they say
_MOST_DECIMALS = 12  # of raw
_DECIMAL = pa.decimal128(38, _MOST_DECIMALS)

_SIGNS: dict[Locale, tuple[str, str]] = {"vi": (".", ","), "en": (",", ".")}  # between thousands, before decimals


def _pattern(locale: Locale, column_type: ColumnType) -> str:
    """What `parse_cell` takes for a number in one way only, and raw keeps whole."""
    groups, decimal_sign = map(re.escape, _SIGNS[locale])
    whole = "0|[1-9][0-9]{0,14}"
    grouped = f"[1-9][0-9]{{0,2}}(?:{groups}[0-9]{{3}}){{1,4}}"
    if column_type == "count":
        return f"^(?:{whole}|{grouped})$"
    if column_type == "percent":  # "1.234" may be 1,234
        return f"^-?(?:{whole})(?:{decimal_sign}[0-9]{{1,{_MOST_DECIMALS}}})?$"
    if column_type == "money":  # "57,250" may be 57 thousand
        return f"^-?(?:{whole}|{grouped})(?:{decimal_sign}(?:[0-9]{{1,2}}|[0-9]{{4,{_MOST_DECIMALS}}}))?$"
    return f"^-?(?:{whole}|{grouped})(?:{decimal_sign}[0-9]{{1,{_MOST_DECIMALS}}})?$"


_WRITTEN = {(locale, column_type): _pattern(locale, column_type) for locale in _SIGNS for column_type in _PLAIN}

Floats = np.ndarray[Any, np.dtype[np.float64]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Figures(Sequence[Parsed]):
    """What the numbers of one column say, one a row: each as `parse_cell` reads it, made when it is asked for.

    `floats` has NaN, `decimals` and `texts` (the original text, "" for a blank) have what raw keeps, for the same rows.
    """

    cells: Sequence[Value]
    column_type: ColumnType
    locale: Locale
    floats: Floats
    decimals: pa.Array
    texts: pa.Array
    has_blanks: bool

    def __len__(self) -> int:
        return len(self.cells)

    @overload
    def __getitem__(self, row: int) -> Parsed: ...
    @overload
    def __getitem__(self, row: slice) -> "Figures": ...
    def __getitem__(self, row: int | slice) -> "Parsed | Figures":
        if isinstance(row, slice):
            start, stop, _ = row.indices(len(self))
            size = max(0, stop - start)
            return Figures(
                self.cells[row],
                self.column_type,
                self.locale,
                self.floats[row],
                self.decimals.slice(start, size),
                self.texts.slice(start, size),
                self.has_blanks,
            )
        return self._read(self.cells[row])

    def __iter__(self) -> Iterator[Parsed]:
        return map(self._read, self.cells)

    def _read(self, value: Value) -> Parsed:
        return BLANK if value in (None, "") else parse_cell(value, self.column_type, self.locale)


BLANK = Parsed(None, null_reason="no_data")


def stored_figures(
    columns: Sequence[Column], locale: Locale, texts: Mapping[str, Sequence[Value]]
) -> dict[str, Figures]:
    """Those of the columns that hold nothing but stored numbers and blanks, each of which is what it says.

    Args:
        columns: of one block, without those that have marks or shown texts. locale: of the source.
        texts: the cells of each column, as many in one as in another.
    """
    plain = [column for column in columns if _is_plain(column, texts[column.name])]
    if not plain:
        return {}
    size = len(texts[plain[0].name])
    flat = [value for column in plain for value in texts[column.name]]
    floats: Floats = np.array(flat, dtype=np.float64) + 0.0  # of -0.0 a person sees 0
    is_blank = np.isnan(floats)
    known = np.where(is_blank, 0.0, floats)
    is_whole = (np.trunc(known) == known) & (np.abs(known) < _EXACT)
    is_refused = ~is_whole | (known < 0)  # as a count
    fits = np.ones(len(plain), dtype=bool)
    for number, column in enumerate(plain):
        part = slice(number * size, (number + 1) * size)
        # A stored "not a number" is no blank: it is refused by itself.
        fits[number] = np.count_nonzero(is_blank[part]) == texts[column.name].count(None)
        if column.type == "count":
            fits[number] &= not is_refused[part].any()
    if is_whole.all():
        whole = pa.array(known.astype(np.int64), mask=is_blank)
        decimals, written = whole.cast(_DECIMAL), whole.cast(pa.string())
    else:
        written, is_long = _written(floats, is_blank)
        fits &= ~is_long.reshape(len(plain), size).any(axis=1)
        decimals = written.cast(_DECIMAL)
    written = written.fill_null("")
    return {
        column.name: Figures(
            texts[column.name],
            column.type,
            column.locale or locale,
            floats[start : start + size],
            decimals.slice(start, size),
            written.slice(start, size),
            bool(is_blank[start : start + size].any()),
        )
        for number, column in enumerate(plain)
        if fits[number]
        for start in (number * size,)
    }


def written_figures(
    columns: Sequence[Column], locale: Locale, texts: Mapping[str, Sequence[Value]]
) -> dict[str, Figures]:
    """Those of the columns that hold nothing but blanks and texts of a plain number; arguments as `stored_figures`."""
    found = {}
    for column in columns:
        cells = texts[column.name]
        if column.type not in _PLAIN or column.multiplier != 1 or not {str} <= set(map(type, cells)) <= {str, NoneType}:
            continue
        written = pa.array(cells, pa.string()).fill_null("")
        is_blank = pc.equal(written, "")
        has_blanks = pc.any(is_blank).as_py()
        its_locale = column.locale or locale
        is_number = pc.match_substring_regex(written, _WRITTEN[its_locale, column.type])
        if (has_blanks and column.blank == "error") or not pc.all(pc.or_(is_blank, is_number)).as_py():
            continue
        groups, decimal_sign = _SIGNS[its_locale]
        digits = pc.replace_substring(pc.replace_substring(written, groups, ""), decimal_sign, ".")
        digits = pc.if_else(is_blank, None, digits)
        floats: Floats = digits.cast(pa.float64()).to_numpy(zero_copy_only=False)
        decimals = digits.cast(_DECIMAL)
        found[column.name] = Figures(cells, column.type, its_locale, floats, decimals, written, has_blanks)
    return found


def _is_plain(column: Column, cells: Sequence[Value]) -> bool:
    if column.type not in _PLAIN or column.multiplier != 1 or not cells:
        return False
    kinds = set(map(type, cells))
    return kinds == {float} or (kinds == {float, type(None)} and column.blank != "error")


def _written(floats: Floats, is_blank: Bools) -> tuple[pa.Array, Bools]:
    """The text of each number as `number_text` gives it; null for a blank, and where raw cannot keep all of it.

    `floats` become what the texts say."""
    is_long = np.isinf(floats)
    written = pa.array(floats, mask=is_blank | is_long).cast(pa.string())
    # Arrow writes the shortest text that is the number; where that has 15 digits it is the one of 15 digits.
    is_short = pc.less_equal(pc.utf8_length(written), _MOST_DECIMALS + 2)
    is_sure = pc.fill_null(pc.and_(is_short, pc.invert(pc.match_substring(written, "e"))), True)
    unsure = np.flatnonzero(~is_sure.to_numpy(zero_copy_only=False))
    texts = written.to_numpy(zero_copy_only=False)
    for place in unsure:
        text = number_text(float(floats[place])) if abs(floats[place]) < _EXACT else ""
        is_long[place] = not text or len(text.partition(".")[2]) > _MOST_DECIMALS
        if not is_long[place]:
            texts[place], floats[place] = text, float(text)  # without the noise of 0.1 + 0.2
        else:
            texts[place] = None
    return pa.array(texts, pa.string()) if len(unsure) else written, is_long
