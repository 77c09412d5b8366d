"""Words that make a figure something else than one period's own: several periods, sums since the new year, plans."""

import re
from functools import lru_cache

from ioc_pipeline.domain.folding import naked

_MONTH = r"(?:1[0-2]|0?[1-9])(?!\d)"
_NAMED_MONTH = r"(?:muoi hai|muoi mot|muoi|mot|gieng|hai|ba|bon|tu|nam|sau|bay|tam|chin|chap)(?![a-z])"
_ROMAN = r"(?:iv|i{1,3}|[1-4]|mot|nhat|hai|ba|bon|tu)(?![\da-z])"
_YEAR = r"(?:\s*(?:[/.-]|nam|,\s*nam)?\s*(?:19|20)\d\d(?!\d))?"
_AND = r"\s*(?:->|→|~|[-–—−,;+&]|va|den(?:\s+het)?|toi|to|and|until)\s*"
_ENGLISH_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_FULL_YEAR = r"\s*(?:[/.-]|,?\s*nam)?\s*(?:19|20)\d\d(?!\d)"
_SPANS = [
    # "Tháng 7 - 9/2025", "tháng 7 và tháng 9"; after a year the second month must say that it is one
    re.compile(
        rf"(?<![a-z0-9])(?:(?:cac\s+)?thang|t\.?|months?)\s*(?:{_MONTH}|{_NAMED_MONTH})"
        rf"{_AND}(?:(?:thang|t\.?|month)\s*)?(?:{_MONTH}|(?<=thang )(?:{_NAMED_MONTH}))(?!\s*/\s*\d{{1,2}}/)(?!\s*ngay)"
    ),
    re.compile(
        rf"(?<![a-z0-9])(?:thang|t\.?)\s*(?:{_MONTH}|{_NAMED_MONTH}){_FULL_YEAR}{_AND}"
        rf"(?:(?:thang|t\.)\s*(?:{_MONTH}|{_NAMED_MONTH})|{_MONTH}{_FULL_YEAR})"
    ),
    re.compile(
        rf"(?<![a-z0-9])(?:qu[iy]|q\.?|quarters?)\s*{_ROMAN}{_YEAR}{_AND}(?:(?:qu[iy]|q\.?|quarter)\s*)?{_ROMAN}"
    ),
    re.compile(
        rf"(?<![a-z])tuan\s*(?:thu\s*)?\d{{1,2}}{_YEAR}{_AND}(?:tuan\s*)?(?:thu\s*)?\d{{1,2}}(?!\d|\s*/\s*\d\d?/)"
    ),
    re.compile(r"^\(?(?:0?[1-9]|1[0-2])\s*[-–—]\s*(?:0?[1-9]|1[0-2])\s*/\s*(?:19|20)\d\d\)?$"),  # "08-09/2025"
    re.compile(r"(?<![a-z])thang\s*(?:0?[1-9]|1[0-2])\s*/\s*(?:0?[1-9]|1[0-2])\s+nam"),
    re.compile(rf"(?<![a-z]){_ENGLISH_MONTH}{_YEAR}{_AND}{_ENGLISH_MONTH}(?![a-z])"),
]
_NOT_A_SPAN = re.compile(rf"^(?:thang|t\.?)\s*{_MONTH}\s*[-–]\s*(?:19|20)\d\d$")
_CUMULATIVE = re.compile(
    r"\b(?:luy ?ke|luy tich|cong don|tu dau nam|ke tu dau|cumulative|year[ -]to[ -]date|ytd|accumulated)\b"
)
_SUM_OF_MONTHS = re.compile(
    r"(?<![\d/.-])(?:(?:0?[2-9]|1[0-2])|hai|ba|bon|nam|sau|bay|tam|chin|muoi|muoi mot|muoi hai)"
    r"\s*thang\s*(?:dau|cuoi|qua|nam\s*(?:19|20))"
    r"|\bfirst\s+\w+\s+months\b"
)
_PLAN = re.compile(
    r"^(?:so\s+)?(?:ke hoach|kh|du toan|chi tieu(?: duoc)? giao|du kien|muc tieu|plan(?:ned)?|target|budget)\b"
)
_PLAN_OF_PERIOD = re.compile(
    r"(?<!thuc hien )(?<!theo )(?<!so voi )(?<!so )(?<!hien )\b(?:ke hoach|du toan|du kien)\s+"
    r"(?:(?:ky|cua)\s+)?(?:thang|quy|qui|tuan)\s*[\divx]"
)


@lru_cache(maxsize=8192)
def names_several_periods(text: str) -> str:
    """The part of a text that lists months, quarters or weeks, or runs from one to another; "" if none does."""
    plain = " ".join(naked(text).split())
    for pattern in _SPANS:
        for found in pattern.finditer(plain):
            if not _NOT_A_SPAN.match(found[0]):
                return found[0].strip()
    return ""


def is_cumulative(text: str) -> bool:
    """Whether a text says that figures are added up since the new year or longer."""
    return bool(_CUMULATIVE.search(" ".join(naked(text).split())))


def is_sum_of_months(text: str) -> bool:
    """Whether a text speaks of so many months together: "6 tháng đầu năm", "9 tháng năm 2025"."""
    return bool(_SUM_OF_MONTHS.search(" ".join(naked(text).split())))


def is_plan(text: str) -> bool:
    """Whether a header or line says that its figures are planned, not reached."""
    plain = " ".join(naked(text).split()).strip("()[] ")
    return bool(_PLAN.match(plain) or _PLAN_OF_PERIOD.search(plain))
