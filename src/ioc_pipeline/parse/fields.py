"""One field of an API's record → a value: numbers exactly as they were written, times in UTC; never a guess."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from typing import NoReturn

from ioc_pipeline.domain.pages import Json, Number
from ioc_pipeline.parse.cells import BadCell, Parsed, parse_cell
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Column

MAX_TEXT = 32_767  # characters, as in a cell
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)
_LAST_PLACE = Decimal("1E-12")  # raw keeps decimal(38,12)
_LARGEST_COUNT = 10**18  # fits a bigint
_LONGEST_NUMBER = 80
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})")
# 0001, 1970 and 9999 are what programs write for "none": as a date it would begin or end all reporting
_YEARS = range(2000, 2100)
_A_YEAR = f"một ngày từ năm {_YEARS[0]} đến năm {_YEARS[-1]}"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Absent(Enum):
    """In the place of a value: the record has no such field."""

    ABSENT = "absent"


Field = Json | datetime | Absent
"""What a record says in one field; a time is that of the response itself."""


def read_fields(values: Sequence[Field], column: Column, source: Source) -> list[Parsed | BadCell]:
    """Read one column of records. Equal values are read once and share one object.

    A bad value gives its reason in place of a value: `bad-field` or `blank-field`.
    """
    kinds = {type(value) for value in values} - {type(None)}
    if len(kinds) < 2 and not kinds & {list, dict}:  # nearly always; "1" and the number 1 would be taken for equal
        read = {value: _try(value, column, source) for value in set(values)}
        return [read[value] for value in values]
    known: dict[tuple[type, Field], Parsed | BadCell] = {}
    parsed: list[Parsed | BadCell] = []
    for value in values:
        if isinstance(value, list | dict):
            parsed.append(BadCell("bad-field", "một giá trị, không phải danh sách hay đối tượng"))
            continue
        key = (type(value), value)
        if key not in known:
            known[key] = _try(value, column, source)
        parsed.append(known[key])
    return parsed


def _try(value: Field, column: Column, source: Source) -> Parsed | BadCell:
    try:
        return _read(value, column, source)
    except BadCell as error:
        return error


def _read(value: Field, column: Column, source: Source) -> Parsed:
    if column.type == "timestamp" and isinstance(value, str) and _TIMESTAMP.fullmatch(value):  # what most values are
        return Parsed(_timestamp(value))
    if value is Absent.ABSENT:
        return Parsed(None, null_reason="no_data")
    if isinstance(value, datetime):
        return Parsed(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return _blank(column)
    if column.type in NUMERIC:
        parsed = _numeric(value, column, source)
        if parsed.value is None:  # "-", "…" of an API that writes its numbers as text
            return parsed if column.blank == "no_data" else _blank(column)
        return parsed
    if not isinstance(value, str) or (isinstance(value, Number) and column.type != "org_unit"):
        raise BadCell("bad-field", "một chuỗi ký tự (string)")
    if len(value) > MAX_TEXT:
        raise BadCell("bad-field", f"một chuỗi không quá {MAX_TEXT} ký tự")
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if column.type == "timestamp":
        raise BadCell("bad-field", "thời điểm theo ISO 8601 có múi giờ, ví dụ 2025-09-25T08:30:00+07:00")
    return Parsed(_date(text) if column.type == "date" else text)


def _blank(column: Column) -> Parsed:
    if column.blank == "error":
        raise BadCell("blank-field")
    return Parsed(None, null_reason="no_data")


def _numeric(value: Json, column: Column, source: Source) -> Parsed:
    if isinstance(value, bool) and column.type == "count":
        return Parsed(Decimal(int(value)))
    if isinstance(value, Number):
        number = _whole(_exact(value)) if column.type in ("count", "rank", "ratio") else _exact(value)
        return Parsed(_times(number, column))
    if isinstance(value, str) and source.api and source.api.numbers == "text":
        try:
            parsed = parse_cell(value, column.type, column.locale or source.locale)
        except BadCell as error:
            raise BadCell("bad-field", error.expected or _expected(column), error.fix) from None
        if isinstance(parsed.value, Decimal) and not parsed.is_scaled:
            return replace(parsed, value=_times(_placed(parsed.value), column))
        return parsed
    raise BadCell("bad-field", _expected(column))


def _expected(column: Column) -> str:
    whole = column.type in ("count", "rank", "ratio")
    return "một số nguyên không âm (number)" if whole else "một số (number), không phải chuỗi ký tự"


def _exact(written: Number) -> Decimal:
    if len(written) > _LONGEST_NUMBER:
        _too_large()
    try:
        number = Decimal(written)
    except ArithmeticError:  # an exponent that no decimal has
        _too_large()
    if not number:
        return Decimal(0)
    if number.adjusted() >= 24:
        _too_large()
    return number


def _placed(number: Decimal) -> Decimal:
    """The number to its twelfth decimal, the last that raw keeps; noise of doubles beyond it is rounded away."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -12:
        return number.quantize(_LAST_PLACE, context=_EXACT)
    return number


def _too_large() -> NoReturn:
    raise BadCell("bad-field", "một số không quá 24 chữ số phần nguyên")


def _whole(number: Decimal) -> Decimal:
    if number < 0 or number >= _LARGEST_COUNT or number != number.to_integral_value(context=_EXACT):
        raise BadCell("bad-field", "một số nguyên không âm")
    return number.quantize(Decimal(1), context=_EXACT)


def _times(number: Decimal, column: Column) -> Decimal:
    """In the element's unit of measure; multiplied without the 28 digits that Decimal keeps by itself."""
    return _placed(_EXACT.multiply(number, Decimal(column.multiplier)) if column.multiplier != 1 else number)


def _timestamp(text: str) -> datetime:
    """A moment in UTC."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadCell("bad-field", "một thời điểm có thật, ví dụ 2025-09-25T08:30:00+07:00") from error
    if moment.year not in _YEARS:
        raise BadCell("bad-field", f"{_A_YEAR}; không có thì ghi null")
    return moment


def _date(text: str) -> date:
    if not _ISO_DATE.fullmatch(text):
        raise BadCell("bad-field", "một ngày theo ISO 8601, ví dụ 2025-09-25")
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadCell("bad-field", "một ngày có thật, ví dụ 2025-09-25") from error
    if day.year not in _YEARS:
        raise BadCell("bad-field", f"{_A_YEAR}; không có thì ghi null")
    return day
