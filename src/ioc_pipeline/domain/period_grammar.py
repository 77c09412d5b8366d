"""How people write periods, as patterns over folded text: lower case, no diacritics, single blanks."""

import re
from typing import Literal

from ioc_pipeline.domain.periods import Maturity

Relative = Literal["", "this_period", "previous_period", "same_period_last_year", "previous_year", "year_to_date"]

_NUMBERS = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "nhat": 1,
    "mot": 1, "gieng": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6,
    "bay": 7, "tam": 8, "chin": 9, "muoi": 10, "muoi mot": 11, "muoi hai": 12, "chap": 12,
}  # fmt: skip
YEAR = r"(?:19|20)\d\d(?!\d)"
_OF_YEAR = rf"(?:[\s./,_-]*(?:nam\s*)?(?P<year>{YEAR})|\s+nam\b(?!\s*\d))?(?!\s*(?:nam\s*)?(?:truoc|ngoai))"
_NUMBER_WORD = r"muoi hai|muoi mot|muoi|mot|gieng|hai|ba|bon|tu(?!\s*(?:ngay|\d{1,2}\s*/))|sau|bay|tam|chin|chap"
_MONTH_NUMBER = r"(?:1[0-2]|0?[1-9])(?!\d)"
DAY = (
    r"(?:ngay\s*)?(?:mung\s*)?(?P<day>\d{1,2})(?:\s*(?P<sign>[/.-])\s*|\s*thang\s*)(?P<month>\d{1,2})"
    r"\s*(?(sign)(?P=sign)|,?\s*nam)\s*(?P<year>\d{4})(?!\d)"
)
ISO_DAY = r"(?<!\d)(?P<iso>\d{4}-\d{2}-\d{2})(?!\d)"
DATE = re.compile(rf"(?<![\d/.-]){DAY}|{ISO_DAY}")
BLANK_DATE = re.compile(  # a template whose blanks nobody filled in: "ngày … tháng … năm 2025", "Tháng    năm 2025"
    r"ngay[\s\d.…_/]*thang[\s\d.…_/]*nam[\s\d.…_]*"
    r"|(?<!\d )(?<!\d)(?<!sau )(?<!chin )thang[\s.…_/]*nam(?!\s*nam|\s*/)[\s\d.…_]*"
)
BOUNDS = re.compile(
    r"(?:tu\s*(?:ngay\s*)?)?(?P<first>\d{1,2}(?:\s*[/.-]\s*|\s*thang\s*)\d{1,2}(?:(?:\s*[/.-]\s*|,?\s*nam\s*)\d{4})?)"
    r"\s*(?:den(?:\s*het)?(?:\s*ngay)?|-|–)\s*"
    r"(?P<last>\d{1,2}(?:\s*[/.-]\s*|\s*thang\s*)\d{1,2}(?:\s*[/.-]\s*|,?\s*nam\s*)\d{4})(?!\d)"
)
_NOT_A_LIST = r"(?!\s*(?:-|–|,|\+|&|den)\s*(?:thang\s*)?\d{1,2}(?!\d))"

GRAMMAR: list[tuple[str, re.Pattern[str]]] = [
    ("school_year", re.compile(rf"nam hoc\s*(?P<year>{YEAR})\s*[-–/]\s*(?P<last>{YEAR})")),
    ("range", re.compile(rf"(?:giai doan|thoi ky|ke hoach 5 nam)\s*(?P<year>{YEAR})\s*[-–]\s*(?P<last>{YEAR})")),
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
            rf"\s*thang(?!\s*cuoi)(?:\s*dau)?{_OF_YEAR}"
        ),
    ),
    ("second_half", re.compile(rf"(?<![\d/.-])(?:0?6|sau)\s*thang\s*cuoi{_OF_YEAR}")),
    ("quarter", re.compile(rf"qu[iy]\s*(?P<number>iv|i{{1,3}}|[1-4]|mot|nhat|hai|ba|bon|tu)(?![\da-z]){_OF_YEAR}")),
    ("quarter", re.compile(rf"(?<![a-z0-9])q[\s._-]?(?P<number>iv|i{{1,3}}|[1-4])(?![a-z\d]){_OF_YEAR}")),
    (
        "month",
        re.compile(rf"(?<![a-z0-9])(?:thang[\s._-]*|t[\s._-]?)(?P<number>{_MONTH_NUMBER}){_NOT_A_LIST}{_OF_YEAR}"),
    ),
    ("month", re.compile(rf"(?<![a-z0-9])thang\s+(?P<number>{_NUMBER_WORD}|nam(?=\s+nam|\s*/))(?![a-z]){_OF_YEAR}")),
    ("year", re.compile(rf"(?:ca\s+)?nam\s*(?P<year>{YEAR})")),
]
BARE: list[tuple[str, re.Pattern[str]]] = [
    (
        "month",
        re.compile(
            rf"(?<![\d/.a-z])(?<!so )(?<!\d-)(?P<number>{_MONTH_NUMBER})"
            rf"\s*[-./_]\s*(?P<year>{YEAR})(?!\s*/\s*[a-z])"
        ),
    ),
    ("month", re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[-./_](?P<number>0[1-9]|1[0-2])(?![\d])(?!\s*/\s*[a-z])")),
    ("month", re.compile(r"(?<!\d)(?P<number>0[1-9]|1[0-2])(?P<year>(?:19|20)\d\d)(?!\d)")),
    ("range", re.compile(rf"(?<!\d)(?P<year>{YEAR})\s*[-–]\s*(?P<last>{YEAR})")),
    ("year", re.compile(rf"(?<![\d/.])(?<!\d-)(?P<year>{YEAR})(?!\s*[/.-]\s*\d|\s*/\s*[a-z])")),
]
RELATIVE: list[tuple[Relative, re.Pattern[str]]] = [
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
_FIGURES = r"(?:so lieu |so )?"
MATURITY: list[tuple[Maturity, re.Pattern[str]]] = [
    (
        "estimate",
        re.compile(rf"^{_FIGURES}uoc(?: tinh| thuc hien| dat)?\b\s*|\s*\({_FIGURES}uoc(?: tinh| thuc hien)?\)$"),
    ),
    ("preliminary", re.compile(rf"^{_FIGURES}so bo\b\s*|\s*\({_FIGURES}so bo\)$")),
    ("official", re.compile(rf"^{_FIGURES}chinh thuc\b\s*|\s*\({_FIGURES}chinh thuc\)$")),
]
LEAD = re.compile(
    r"^(?:(?:k[yi](?: bao cao| so lieu)?|thoi gian(?: bao cao)?)\s*:\s*"
    r"|(?:(?:so lieu|so|bao cao|tong hop|ket qua|thuc hien|trong|cua|k[yi] bao cao|k[yi] so lieu)\s+)+"
    r"(?=(?:ca )?nam|thang|t[\s.]?\d|qu[iy]|q[\s.]?\d|tuan|ngay|\d))"
)


def to_number(text: str) -> int:
    """The number of a month, quarter or week: in figures, in Roman ones, in words."""
    return int(text) if text.isdigit() else _NUMBERS[text]
