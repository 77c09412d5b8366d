"""One cell → a value: numbers the Vietnamese way, dates, ranks, qualifiers, three nulls; never a guess."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NoReturn

from ioc_pipeline.domain.folding import fold, naked
from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.domain.workbooks import Value, number_text
from ioc_pipeline.parse import BadCell
from ioc_pipeline.parse.footnotes import plain, split_footnote
from ioc_pipeline.parse.legacy_text import repair_text
from ioc_pipeline.reference.tables import ColumnType, Locale

__all__ = ["BadCell", "Parsed", "parse_cell"]

NullReason = Literal["", "nil", "no_data", "not_applicable"]
Qualifier = Literal["", ">", ">=", "<", "<=", "~"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a cell says.

    `value` is None for a null, whose reason is nil ("-", nothing occurred), no_data ("…") or not_applicable ("x"), or
    "" for a cell of blanks. `of` is the second number of a rank (m of "n/m", or the value of "01 (0,727)") or of a
    ratio. `maturity` is estimate (ước) or preliminary (sơ bộ). `unit_measure` is the word after the number ("TTHC",
    "đồng"); `is_scaled` says that the cell named its own multiplier (nghìn, triệu, tỷ) or đồng, which is applied:
    the multiplier of the column must not be applied again. `footnote` is the mark beside a number: "¹", "②".
    """

    value: Decimal | date | datetime | str | None
    qualifier: Qualifier = ""
    null_reason: NullReason = ""
    of: Decimal | None = None
    maturity: Literal["", "estimate", "preliminary"] = ""
    unit_measure: str = ""
    is_scaled: bool = False
    footnote: str = ""


_FIRST_SERIAL, _LAST_SERIAL = 32874, 73050  # 1/1/1990 and 31/12/2099 as Excel counts days
_EXCEL_EPOCH = date(1899, 12, 30)
_LOSSLESS = 10**15  # digits a double keeps
_LARGEST = 10**24  # raw keeps decimal(38,12)

_NUMERIC: frozenset[ColumnType] = frozenset({"count", "number", "percent", "money"})
_PARTS: frozenset[ColumnType] = frozenset({"rank", "ratio"})

_ERROR_TEXT = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA)")
_NULLS: dict[str, NullReason] = {"x": "not_applicable", "kxd": "not_applicable", "khong xac dinh": "not_applicable"}
_NULLS |= dict.fromkeys(("khong phat sinh", "khong co", "khong"), "nil")
_NULLS |= dict.fromkeys(("chua co so lieu", "chua co", "chua co du lieu", "chua bao cao"), "no_data")
_DASHES = re.compile(r"[-–—−]{1,3}")
_DOTS = re.compile(r"…+|\.{2,}")

_SIGN_FIRST = re.compile(r"^[-−–](?=\s?\d)")
_QUALIFIERS: list[tuple[Qualifier, re.Pattern[str]]] = [
    (">=", re.compile(r"^(?:>=|≥|toi thieu|it nhat|khong duoi|tu(?=.*tro len$))\s*")),
    ("<=", re.compile(r"^(?:<=|≤|toi da|nhieu nhat|khong qua)\s*")),
    (">", re.compile(r"^(?:>|tren|hon)\s*")),
    ("<", re.compile(r"^(?:<|duoi)\s*")),
    ("~", re.compile(r"^(?:~|≈|khoang|gan|xap xi)\s*")),
]
_ESTIMATE = re.compile(r"^uoc(?: dat| tinh| khoang)?\b\s*|\s*\(uoc(?: tinh)?\)$")
_PRELIMINARY = re.compile(r"^so bo\b\s*|\s*\(so bo\)$")
_MULTIPLIERS = {"nghin": 10**3, "ngan": 10**3, "trieu": 10**6, "ty": 10**9, "ti": 10**9}
_DONG = frozenset({"dong", "d", "vnd", "₫"})
_UNIT_WORDS = re.compile(
    "tthc|thu tuc|ho so|nguoi|luot(?: nguoi)?|tai khoan|xa|phuong|thon|ban|ho(?: dan)?|don vi|co quan|van ban|nhiem vu"
    "|cuoc(?: hop)?|dich vu|tram|co so|doanh nghiep|diem|ha|tan|mm|k?m2?|chiec|cai|gio|phut|ngay|kwh?"
)
_AMOUNT = re.compile(r"(?P<number>[+-]?[\d.,\s]*\d)\s*(?P<rest>.*)", re.DOTALL)
_GROUPS = {
    "vi": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
    "en": re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
}
_OTHER: dict[Locale, Locale] = {"vi": "en", "en": "vi"}
_DECIMAL_SIGN = {"vi": ",", "en": "."}
_WRITTEN = {"vi": "1.234,5", "en": "1,234.5"}
_PADDED = re.compile(r"0\d{2,}(?![.,])|00")
_LETTER_FOR_DIGIT = re.compile(r"[OoIl](?=[\dOoIl.,])|(?<=[\d.,])[OoIl]")
_RANK = re.compile(r"(?:(?:xep )?(?:hang|thu)\s*)?(\d+)\s*(?:/|tren)\s*(\d+)")
_RANK_AND_VALUE = re.compile(r"(\d+)\s*\(([^()]+)\)")
_RATIO = re.compile(r"([\d., ]*\d)\s*/\s*([\d., ]*\d)")
_DAY = re.compile(
    r"(?:[^,\d]+,\s*)?(?:ngay\s+)?(\d{1,2})(?:\s*([/.-])\s*|\s+thang\s+)(\d{1,2})(?:\s*\2\s*|\s+nam\s+)(\d{4})"
    r"(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
_JSON_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")


def parse_cell(value: Value, column_type: ColumnType, locale: Locale, mark: str = "") -> Parsed:
    """Read one cell by the type its contract gives the column; nothing is guessed.

    Numbers are exact: a float is read by its shortest decimal, a percentage stays on the 0-100 scale, and an integral
    number is written without a point. `period` and `org_unit` give the repaired text (or the date stored), for their
    own modules to read; `code` keeps its zeros. Dates are day before month, with a time in UTC+7.

    Args:
        mark: what the workbook says besides the value: "%" (percent format: a stored number is multiplied by 100),
            "formula" (no value was saved), or an Excel error such as "#DIV/0!".

    Raises:
        BadCell: `excel-error`, `formula-without-value`, `date-in-number`, `ambiguous-number`, `bad-date`,
            `lossy-text`, else `bad-cell`.

    Source:
        Unicode CLDR, locale "vi"; the marks of the statistics office for nulls.
    """
    return _parse_memoised(value, column_type, locale, mark)


@lru_cache(maxsize=32768, typed=True)
def _parse_memoised(value: Value, column_type: ColumnType, locale: Locale, mark: str) -> Parsed:
    if type(value) is float and not mark and column_type in _NUMERIC:  # what most cells are
        return Parsed(_whole(_decimal(value)) if column_type == "count" else _decimal(value))
    if mark and mark != "%":
        raise BadCell("formula-without-value" if mark == "formula" else "excel-error")
    if isinstance(value, str):
        text = _clean(value)
        if column_type in _NUMERIC:
            return _number_text(text, column_type, locale)
        return _part_text(text, column_type, locale) if column_type in _PARTS else _text(text, column_type)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if column_type in _NUMERIC:
            return Parsed(_stored_number(value, column_type, mark))
        return Parsed(_stored_part(value, mark)) if column_type in _PARTS else _stored_elsewhere(value, column_type)
    if value is None:
        return Parsed(None)
    if column_type not in _NUMERIC and column_type not in _PARTS:
        return _stored_elsewhere(value, column_type)
    raise BadCell("bad-cell" if isinstance(value, bool) else "date-in-number", _expected(column_type, locale))


def _clean(text: str) -> str:
    """Repaired, with single blanks, without the apostrophe that Excel users type before a text."""
    repaired = " ".join(repair_text(text).split())
    return repaired[1:].lstrip() if repaired[:1] == "'" else repaired


# ---------- stored as numbers and dates


def _stored_number(value: float, column_type: ColumnType, mark: str) -> Decimal:
    number = _decimal(value)
    if mark:
        if column_type in ("count", "money"):
            raise BadCell("bad-cell", _expected(column_type, "vi"), "Bỏ định dạng phần trăm của ô, ghi đúng số lượng")
        return number * 100
    if column_type == "count":
        return _whole(number)
    return number


def _decimal(value: float) -> Decimal:
    if not -_LARGEST < value < _LARGEST:  # NaN compares as false
        raise BadCell("bad-cell", "một số hữu hạn, không quá 24 chữ số")
    return Decimal(int(value)) if value == int(value) else Decimal(number_text(value))


def _whole(number: Decimal) -> Decimal:
    if number < 0:
        raise BadCell("bad-cell", "một số đếm, không âm")
    whole = number.to_integral_value()
    if number != whole:
        raise BadCell("bad-cell", "một số nguyên, ví dụ 2.165", "Số đếm không có phần lẻ; kiểm tra lại số liệu gốc")
    return whole


def _stored_part(value: float, mark: str) -> Decimal:
    if mark:
        raise BadCell("bad-cell", "thứ hạng hoặc tỷ số viết như 27/63", "Định dạng ô là Văn bản (Text) rồi nhập lại")
    return _whole(_decimal(value))


def _stored_elsewhere(value: float | date | time, column_type: ColumnType) -> Parsed:
    """A number, date or logical value in a column of dates, periods, codes or words."""
    number = _decimal(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    is_whole = number is not None and number == number.to_integral_value() and abs(number) < _LOSSLESS
    if column_type == "date":
        if isinstance(value, datetime):
            return Parsed(value.date() if value.time() == time() else value.replace(tzinfo=LOCAL_TIME))
        if isinstance(value, date):
            return Parsed(value)
        if number is not None and is_whole and _FIRST_SERIAL <= number <= _LAST_SERIAL:
            return Parsed(_EXCEL_EPOCH + timedelta(days=int(number)))
        raise BadCell("bad-date")
    if column_type == "period":
        if isinstance(value, date):
            return Parsed(value.date() if isinstance(value, datetime) else value)
        if number is not None and is_whole and 1900 <= number <= 2100:
            return Parsed(str(number))
        raise BadCell("bad-cell", "một kỳ báo cáo viết như “Tháng 9/2025”")
    if number is not None and column_type == "text":
        return Parsed(format(number, "f").replace(".", ","))
    if number is not None and is_whole:
        return Parsed(str(number))
    if column_type == "text" and isinstance(value, date):
        return Parsed(f"{value.day}/{value.month}/{value.year}")
    raise BadCell("bad-cell", "", "Định dạng ô là Văn bản (Text) rồi nhập lại, để Excel không đổi mã thành số hay ngày")


# ---------- written as text


def _text(text: str, column_type: ColumnType) -> Parsed:
    if not text:
        return Parsed(None)
    if _ERROR_TEXT.fullmatch(text):
        raise BadCell("excel-error")
    if column_type in ("text", "org_unit"):
        return Parsed(text)
    if null_reason := _null_reason(text):
        return Parsed(None, null_reason=null_reason)
    return Parsed(_date_text(text) if column_type == "date" else text)


def _null_reason(text: str) -> NullReason:
    if _DASHES.fullmatch(text):
        return "nil"
    if _DOTS.fullmatch(text):
        return "no_data"
    return "" if text[0].isdigit() else _NULLS.get(fold(text), "")


def _date_text(text: str) -> date:
    try:
        if found := _JSON_DATE.fullmatch(text):
            return datetime.fromtimestamp(int(found[1]) / 1000, UTC).astimezone(LOCAL_TIME)
        if _ISO.fullmatch(text):
            if len(text) == 10:
                return date.fromisoformat(text)
            moment = datetime.fromisoformat(text)
            return moment.astimezone(LOCAL_TIME) if moment.tzinfo else moment.replace(tzinfo=LOCAL_TIME)
        if found := _DAY.fullmatch(plain(text)):
            day, _, month, year, *clock = found.groups()
            if clock[0] is None:
                return date(int(year), int(month), int(day))
            hour, minute, second = (int(part or 0) for part in clock)
            return datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=LOCAL_TIME)
    except (ValueError, OverflowError) as error:
        raise BadCell("bad-date", "một ngày có thật, viết ngày/tháng/năm, ví dụ 25/9/2025") from error
    raise BadCell("bad-date")


def _number_text(text: str, column_type: ColumnType, locale: Locale) -> Parsed:
    if not text:
        return Parsed(None)
    if _ERROR_TEXT.fullmatch(text):
        raise BadCell("excel-error")
    text, footnote = split_footnote(text)
    if null_reason := _null_reason(text):
        return Parsed(None, null_reason=null_reason, footnote=footnote)
    rest = plain(text)
    maturity: Literal["", "estimate", "preliminary"] = ""
    rest, times = _ESTIMATE.subn("", rest)
    if times:
        maturity = "estimate"
    rest, times = _PRELIMINARY.subn("", rest)
    if times:
        maturity = "preliminary"
    qualifier: Qualifier = ""
    for sign, pattern in _QUALIFIERS:
        rest, times = pattern.subn("", rest)
        if times:
            qualifier = sign
            break
    if qualifier == ">=":
        rest = rest.removesuffix("tro len").rstrip()
    number, unit_measure, is_scaled = _amount(rest, text, column_type, locale)
    if column_type == "count":
        number = _whole(number)
    return Parsed(number, qualifier, "", None, maturity, unit_measure, is_scaled, footnote)


def _amount(rest: str, text: str, column_type: ColumnType, locale: Locale) -> tuple[Decimal, str, bool]:
    """The number with its multiplier, the unit after it as it was written, and whether the cell scaled it itself."""
    is_negative = rest[:1] == "(" and rest[-1:] == ")"
    rest = _SIGN_FIRST.sub("-", rest[1:-1].strip() if is_negative else rest)
    found = _AMOUNT.fullmatch(rest)
    if not found or (is_negative and found["number"][0] in "+-"):
        _refuse(text, column_type, locale)
    number = _plain_number(found["number"], text, column_type, locale)
    unit = naked(found["rest"]).strip(" ()")  # m² is m2
    first, _, after = unit.partition(" ")
    multiplier = 1
    if first in _MULTIPLIERS:
        multiplier, unit = _MULTIPLIERS[first], after.strip()
    is_money = unit in _DONG
    if unit in ("%", "phan tram"):
        if column_type in ("count", "money") or multiplier != 1:
            _refuse(text, column_type, locale)
    elif unit and not is_money and not _UNIT_WORDS.fullmatch(unit):
        _refuse(text, column_type, locale)
    if (is_money and column_type in ("count", "percent")) or (column_type == "percent" and _UNIT_WORDS.fullmatch(unit)):
        _refuse(text, column_type, locale)
    written = "VND" if is_money else text.rstrip(" )")[-len(unit) :] if unit else ""
    number = number * multiplier
    if abs(number) >= _LARGEST:
        _refuse(text, column_type, locale)
    return -number if is_negative else number, written, multiplier != 1 or is_money


def _plain_number(written: str, text: str, column_type: ColumnType, locale: Locale) -> Decimal:
    sign, digits = (written[0], written[1:].strip()) if written[0] in "+-" else ("", written)
    if _PADDED.match(digits) or len(digits) > 40:
        _refuse(text, column_type, locale)
    if not _GROUPS[locale].fullmatch(digits):
        if _GROUPS[_OTHER[locale]].fullmatch(digits) or digits.count(".") + digits.count(",") > 0:
            _refuse_as_ambiguous(digits, column_type, locale)
        _refuse(text, column_type, locale)
    groups, _, decimals = digits.partition(_DECIMAL_SIGN[locale])
    is_once_grouped = not decimals and len(groups) <= 7 and groups[-4:-3] in (".", ",")
    may_be_groups = len(decimals) == 3 and (column_type == "count" or (column_type == "money" and _is_short(groups)))
    if may_be_groups or (column_type == "percent" and is_once_grouped):
        _refuse_as_ambiguous(digits, column_type, locale)
    plain = "".join(character for character in groups if character.isdigit())
    return Decimal(f"{sign}{plain}.{decimals}" if decimals else f"{sign}{plain}")


def _is_short(groups: str) -> bool:
    """Whether "57" of "57,250" could be thousands written the other way; "0" and "1.234" could not."""
    return len(groups) <= 3 and groups != "0"


def _part_text(text: str, column_type: ColumnType, locale: Locale) -> Parsed:
    """ "27/63", "01 (0,727)" or a rank alone."""
    if not text:
        return Parsed(None)
    if _ERROR_TEXT.fullmatch(text):
        raise BadCell("excel-error")
    if null_reason := _null_reason(text):
        return Parsed(None, null_reason=null_reason)
    text, footnote = split_footnote(text)
    naked_text = plain(text)
    if column_type == "rank":
        if found := _RANK.fullmatch(naked_text):
            place, among = Decimal(found[1]), Decimal(found[2])
            if not 1 <= place <= among:
                raise BadCell("bad-cell", "thứ hạng từ 1 đến tổng số đơn vị được xếp hạng, ví dụ 27/63")
            return Parsed(place, of=among, footnote=footnote)
        if found := _RANK_AND_VALUE.fullmatch(naked_text):
            of = _plain_number(found[2].strip(), text, "number", locale)
            return Parsed(Decimal(found[1]), of=of, footnote=footnote)
        if naked_text.isdecimal():
            return Parsed(Decimal(naked_text), footnote=footnote)
    elif found := _RATIO.fullmatch(naked_text):
        part, whole = (_plain_number(written, text, "number", locale) for written in found.groups())
        if whole > 0:
            return Parsed(part, of=whole, footnote=footnote)
    _refuse(text, column_type, locale)


# ---------- refusals


def _expected(column_type: ColumnType, locale: Locale) -> str:
    return {
        "count": f"một số nguyên không âm, ví dụ {'2.165' if locale == 'vi' else '2,165'}",
        "percent": f"một tỷ lệ phần trăm, ví dụ {'96,26' if locale == 'vi' else '96.26'}",
        "money": f"một số tiền viết theo kiểu {_WRITTEN[locale]}",
        "rank": "thứ hạng viết như 27/63",
        "ratio": "tỷ số viết như 6/8",
    }.get(column_type, f"một số viết theo kiểu {_WRITTEN[locale]}")


def _refuse(text: str, column_type: ColumnType, locale: Locale) -> NoReturn:
    if _LETTER_FOR_DIGIT.search(text) and not re.search(r"[^\dOoIl.,%\s+-]", text):
        fix = "Có chữ cái O hoặc l viết thay cho số 0 hoặc số 1: gõ lại số bằng phím số"
        raise BadCell("bad-cell", _expected(column_type, locale), fix)
    raise BadCell("bad-cell", _expected(column_type, locale))


def _refuse_as_ambiguous(digits: str, column_type: ColumnType, locale: Locale) -> NoReturn:
    """Say how to write either reading: whoever wrote it knows which one is meant."""
    parts = re.split(r"[.,]", digits)
    ways = []
    if len(parts) == 2 and column_type != "count":
        ways.append(f"nếu là số thập phân, hãy ghi {parts[0]}{_DECIMAL_SIGN[locale]}{parts[1]}")
    if all(len(part) == 3 for part in parts[1:]):
        ways.append(f"nếu là số nguyên, hãy ghi {''.join(parts)}")
    fix = "; ".join(ways) or "ghi lại số liệu gốc, dùng dấu chấm và dấu phẩy như ví dụ"
    raise BadCell("ambiguous-number", _expected(column_type, locale), fix.capitalize())
