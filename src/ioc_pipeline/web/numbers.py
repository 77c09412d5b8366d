"""Numbers, days and periods as people write them: 1.234,5 and 27/11/2026 in Vietnamese, 1,234.5 in English."""

import re
from datetime import date, datetime
from decimal import Decimal

from ioc_pipeline.domain.figures import MINUS, number
from ioc_pipeline.domain.local_time import as_local

_QUALIFIERS = {">=": "≥", "<=": "≤"}

_PERIODS_EN = (
    (re.compile(r"Tháng (\d+)/(\d+)"), r"Month \1/\2"),
    (re.compile(r"Quý (I{1,3}|IV)/(\d+)"), r"Quarter \1/\2"),
    (re.compile(r"6 tháng đầu năm (\d+)"), r"First half of \1"),
    (re.compile(r"6 tháng cuối năm (\d+)"), r"Second half of \1"),
    (re.compile(r"9 tháng năm (\d+)"), r"Nine months of \1"),
    (re.compile(r"Năm (\d+)"), r"Year \1"),
    (re.compile(r"Tuần (\d+)/(\d+)"), r"Week \1/\2"),
    (re.compile(r"Ngày (\d+)/(\d+)/(\d+)"), r"\1/\2/\3"),
)


def change(value: Decimal | float | None, decimals: int | None, language: str) -> str:
    """A difference with its sign; a plain 0 where there is none."""
    if value is None:
        return ""
    text = number(value, decimals, language)
    return text if text.startswith(MINUS) or not text.strip("0.,") else f"+{text}"


def qualifier(text: str) -> str:
    """What stands before a figure that is a bound or about: ≥ for >=."""
    return _QUALIFIERS.get(text, text)


def day(value: date | None) -> str:
    return "" if value is None else value.strftime("%d/%m/%Y")


def moment(value: datetime | None) -> str:
    """A time of the province, from one kept in UTC."""
    return "" if value is None else as_local(value).strftime("%H:%M %d/%m/%Y")


def period(label_vi: str, language: str) -> str:
    """The label of a period; the marts have it in Vietnamese."""
    if language == "en":
        for pattern, label_en in _PERIODS_EN:
            if pattern.fullmatch(label_vi):
                return pattern.sub(label_en, label_vi)
    return label_vi
