"""Words that make a figure something else than one period's own: several periods, sums since the new year, plans."""

import re
from functools import lru_cache
from typing import Literal

from ioc_pipeline.domain.time_words import time_words, with_short_forms_written

_MONTH = r"(?:1[0-2]|0?[1-9])(?!\d)"
_NAMED_MONTH = r"(?:muoi hai|muoi mot|muoi|mot|gieng|hai|ba|bon|tu|nam|sau|bay|tam|chin|chap)(?![a-z])"
_ROMAN = r"(?:iv|i{1,3}|[1-4]|mot|nhat|hai|ba|bon|tu)(?![\da-z])"
_YEAR = r"(?:\s*(?:[/.-]|nam|,\s*nam)?\s*(?:19|20)\d\d(?!\d))?"
_AND = r"\s*(?:->|→|~|[-–—−,;+&]|va|den(?:\s+het)?|toi|to|and|until)\s*"
_FULL_YEAR = r"\s*(?:[/.-]|,?\s*nam)?\s*(?:19|20)\d\d(?!\d)"
_SPANS = [
    # "Tháng 7 - 9/2025", "tháng 7 và tháng 9"; after a year the second month must say that it is one
    re.compile(
        rf"(?<![a-z0-9])(?:(?:cac\s+)?thang|t\.?|months?)\s*(?:{_MONTH}|{_NAMED_MONTH})"
        rf"{_AND}(?:(?:thang|t\.?|month)\s*)?(?:{_MONTH}|(?<=thang )(?:{_NAMED_MONTH}))(?!\s*/\s*\d{{1,2}}/)(?!\s*ngay)"
        rf"(?:{_AND}(?:(?:thang|t\.?|month)\s*)?{_MONTH}(?!\s*/\s*\d{{1,2}}/))*"
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
    re.compile(r"^\(?(?:0?[1-9]|1[0-2])(?:\s*[-–—,;&+]\s*(?:0?[1-9]|1[0-2]))+\s*/\s*(?:19|20)\d\d\)?$"),  # "8,9/2025"
    re.compile(r"(?<![a-z])thang\s*(?:0?[1-9]|1[0-2])\s*/\s*(?:0?[1-9]|1[0-2])\s+nam"),
]
_YEARS = re.compile(
    rf"(?<![a-z])(?<!hoc )(?:nam|so lieu) (?:19|20)\d\d(?!\d){_AND}(?:nam )?(?:19|20)\d\d(?!\d)(?! hoc)"
)
_NOT_A_SPAN = re.compile(rf"^(?:thang|t\.?)\s*{_MONTH}\s*[-–]\s*(?:19|20)\d\d$")
OWN = "ky nay"  # stands where a text names the very period its figures are of
_TIME = rf"(?:{OWN}|thang|qu[yi]|k[yi] bao cao|nam\s*\d|t[\s.]?\d|q[\s.]?\d)"
_CUMULATIVE = re.compile(
    r"\b(?:luy ?ke|luy t(?:ich|ien)(?! tung phan)|tich luy|cong don|don tich|den nay|to date"
    r"|(?:tinh |ke )?tu dau (?:nam|nhiem ky|giai doan)|ke tu dau|(?:cong|tinh|ke|tong|hop) tu thang"
    r"|(?:tong(?: cong)?|cong|gop)(?: cua)? (?:cac|nhieu|may) (?:thang|qu[yi]|ky))\b"
    r"|\bso (?:lieu )?gop\b|\b(?<!dong )gop (?=\d|cac (?:thang|qu[yi])|ca\b|so lieu|thang|qu[yi])"
    rf"|\b(?<!tu {OWN} )den (?:thoi diem )?(?:het |cuoi |ngay cuoi )*(?=\(?{_TIME})"
)
_SUM_OF_MONTHS = re.compile(
    r"(?<![\d/.-])(?:(?:0?[2-9]|1[0-2])|hai|ba|bon|nam|sau|bay|tam|chin|muoi|muoi mot|muoi hai)"
    r"\s*(?:thang|qu[yi])\s*(?:dau|cuoi|qua\b|gan (?:day|nhat)|(?:cong|gop) lai"
    r"|nam\s*(?:19|20)|[/.-]?\s*(?:19|20)\d\d|/|$|\)|\()"
)
_AVERAGE = re.compile(
    r"\b(?:binh quan|trung binh)(?: (?:cua|cac|trong|mot|moi))*(?: \d{1,2})?\s+(?:thang|qu[yi]|nam)\b(?!\s+lao dong)"
)
_TARGET = (  # "chỉ tiêu" is an indicator too: "Chỉ tiêu thu"
    rf"chi tieu(?=\W*$| (?:duoc )?giao| ke hoach| phan dau| {OWN}| nam| thang| qu[yi]| [tq]\d)(?: duoc)?(?: giao)?"
)
PLAN_WORD = (
    rf"(?:ke hoach|du toan|du kien|du bao|muc tieu|nhu cau|phuong an|kich ban|{_TARGET}|giao dau nam|planned|plan"
    r"|targets?)"
)
_PLAN = re.compile(
    rf"^(?:so\s+)?(?:lieu\s+)?{PLAN_WORD}\b(?!\s*(?:so\s+\d|va\b|-|–|&|tai chinh|tong hop|dau tu|\d+\s*/))"
)
_PLAN_OF_PERIOD = re.compile(rf"\b{PLAN_WORD}\s+(?:(?:ky|cua)\s+)?(?:{OWN}|(?:thang|qu[yi]|tuan|nam|t|q)[\s.]?[\divx])")
_PERIOD_OF_PLAN = re.compile(rf"\b{OWN}[\W_]+(?:so (?:lieu )?)?{PLAN_WORD}(?: (?:duoc )?giao)?[\W_]*$")  # "(kế hoạch)"
_DONE = re.compile(r"\b(?:thuc hien|ket qua|hoan thanh|dat|so voi|so|theo|hien)\b")
_OF_ANOTHER_TIME = re.compile(
    r"\b(?:previous|prior|last|same) (?:year|month|quarter|period)\b"
    r"|\bcung k[yi]\b|\b(?:nam|k[yi]|thang|qu[yi]) (?:bao cao )?(?:lien )?(?:truoc|ngoai|goc)\b"
)
_COMPARISON = re.compile(
    r"\b(?:so voi|so sanh|ty le so)\b|(?:%|\bphan tram)\W*(?:so\b|(?:hoan thanh )?ke hoach|cung k[yi])|\btoc do tang\b"
    r"|\b(?:chenh lech|tang|giam)\b(?=.*\b(?:cung k[yi]|truoc|ke hoach|thang|qu[yi]|nam)\b)"
)
_TAKEN = re.compile(
    r"\b(?:(?<!chua )(?<!khong )bao gom|(?<!bao )gom|da cong|cong(?=\s+(?:ca|them|don)\b)|lay|dung|su dung|chep"
    r"|giu nguyen|nhu)\s+"
    rf"(?:(?:ca|cac|lai|tam|them|don|nguyen|theo|so|so lieu|bao cao|cua)\s+)*"
    rf"(?:cung k[yi]|(?:nam|k[yi]|thang|qu[yi])\s+(?:(?:lien )?(?:truoc|ngoai)\b|(?!{OWN})[\divx])|[tq]\.?\s?\d)"
)
_PART_OF_OWN = re.compile(  # "10 ngày đầu tháng 9", "tuần 2 tháng 9", "tháng cuối quý III"
    r"\b(?:(?:\d{1,2}|may|vai) (?:ngay|tuan|thang)(?: lam viec)? (?:dau|cuoi|giua)"
    r"|nua(?: (?:dau|cuoi|sau|thang|qu[yi]|nam))+|(?:thuong|trung|ha) tuan"
    r"|tuan(?: thu)? (?:\d|nhat|mot|hai|ba|bon|tu|dau|cuoi)|(?:thang|qu[yi])(?: thu)? (?:dau|cuoi|giua|nhat|hai|ba|tu))"
    rf"(?: tien| cung)?(?: cua| trong)? (?:{OWN}|(?:thang|qu[yi]|k[yi])(?= nay\W*$|\W*$))"
)
_WHOLE_YEAR = re.compile(r"\bca nam\b")
_ESTIMATE = re.compile(r"(?<!\w)ước(?: tính| thực hiện| đạt)?(?!\w)")
_PRELIMINARY = re.compile(r"(?<!\w)sơ bộ(?!\w)")
_PLAIN_ESTIMATE = re.compile(r"\buoc(?: tinh| thuc hien| dat)?\b")
_PLAIN_PRELIMINARY = re.compile(r"\bso bo\b")


@lru_cache(maxsize=8192)
def names_several_periods(text: str) -> str:
    """The part of a text that lists months, quarters or weeks, or runs from one to another; "" if none does."""
    plain = time_words(text)
    for pattern in _SPANS:
        for found in pattern.finditer(plain):
            if not _NOT_A_SPAN.match(found[0]):
                return found[0].strip()
    return ""


def names_several_years(text: str) -> bool:
    """Whether a text lists years or runs from one to another: "Năm 2023 - 2024", but no plan of years to come."""
    return bool(_YEARS.search(time_words(text)))


def is_cumulative(text: str) -> bool:
    """Whether a text says that figures are added up since the new year or longer: "lũy kế", "đến hết tháng 9"."""
    return bool(_CUMULATIVE.search(time_words(text)))


def is_sum_of_months(text: str) -> bool:
    """Whether a text speaks of so many months together: "6 tháng đầu năm", "9T/2025", "3 quý đầu năm"."""
    return bool(_SUM_OF_MONTHS.search(time_words(text)))


def is_average(text: str) -> bool:
    """Whether a text says that figures are the mean of several periods: "bình quân 9 tháng"."""
    return bool(_AVERAGE.search(time_words(text)))


def is_plan(text: str) -> bool:
    """Whether a header or line says that its figures are planned, not reached."""
    plain = time_words(text).strip("()[] ")
    of_period = _PLAN_OF_PERIOD.search(plain)
    if _PLAN.match(plain) or _PERIOD_OF_PLAN.search(plain):
        return True
    return bool(of_period and not _DONE.search(plain[: of_period.start()]))


def is_of_another_time(text: str) -> bool:
    """Whether a text names the year, month or period before: "cùng kỳ", "năm trước"."""
    return bool(_OF_ANOTHER_TIME.search(time_words(text)))


def is_comparison(text: str) -> bool:
    """Whether a header or line says that its figures compare: "so với cùng kỳ", "% kế hoạch"."""
    return bool(_COMPARISON.search(time_words(text)))


def is_taken_from_another_time(text: str) -> bool:
    """Whether a text says that other figures stand in for those of the period: "lấy số tháng trước"."""
    return bool(_TAKEN.search(time_words(text)))


def is_part_of_period(text: str) -> bool:
    """Whether a text, in which `OWN` stands for the period, names a part of it: "10 ngày đầu tháng 9", "… tháng"."""
    return bool(_PART_OF_OWN.search(text))


def is_of_whole_year(text: str) -> bool:
    """Whether a header or line says that its figures are of a whole year: "Ước cả năm"."""
    return bool(_WHOLE_YEAR.search(time_words(text)))


def maturity_word(text: str) -> Literal["", "estimate", "preliminary"]:
    """Whether a text calls its figures estimated or preliminary. Marks count: "sơ bộ" is not "số bộ"."""
    if text.isascii():
        plain = time_words(text)
        estimate, preliminary = _PLAIN_ESTIMATE.search(plain), _PLAIN_PRELIMINARY.search(plain)
    else:
        marked = with_short_forms_written(text).casefold()
        estimate, preliminary = _ESTIMATE.search(marked), _PRELIMINARY.search(marked)
    return "estimate" if estimate else "preliminary" if preliminary else ""
