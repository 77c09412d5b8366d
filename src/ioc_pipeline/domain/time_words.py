"""Abbreviations and English words of time written out: what the grammar of periods and everything about kinds reads.

One language is enough for the rules behind it: "LK T9/2025" is "luy ke t9/2025", "First nine months of 2025" is
"9 thang dau nam 2025", "KH năm" is "ke hoach nam".
"""

import re
import unicodedata
from functools import lru_cache

from ioc_pipeline.domain.folding import naked

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3,
    "4th": 4, "last": 4,
}  # fmt: skip
_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may(?=[ .,/-]*(?:19|20)\\d\\d)", "june?", "july?",
    "aug(?:ust)?", "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_OF_TIME = (  # what follows an abbreviation that means something else without it: "KH năm", but not "KH&CN"
    r"(?=[\s.:]*(?:$|[()/]|T\.?\s?\d|Q\.?\s?[\dIV]|(?:19|20)\d\d|\d{1,2}\s?(?:T\b|tháng|[/.-]\s?(?:19|20)\d\d)|năm\b"
    r"|quý\b|tháng\b|kỳ\b|cả\b|lũy\b|đến\b|của\b|so\b|trong\b|giao\b|được\b|[Nn]ăm\b|[Qq]uý\b|[Tt]háng\b))"
)
_NOT_LETTER = r"(?<![\w&/-])"
_SHORT = [  # capitals count: "th" and "kh" in other words are none of these
    (re.compile(rf"{_NOT_LETTER}(?:Ư\.?T\.?H|UTH)\b\.?"), "ước thực hiện"),
    (re.compile(rf"{_NOT_LETTER}[Ưư]ớc TH\b"), "ước thực hiện"),
    (re.compile(rf"{_NOT_LETTER}L\.?[Kk](?:ế|\b)\.?"), "lũy kế"),
    (re.compile(rf"{_NOT_LETTER}L\.\s?kế\b"), "lũy kế"),
    (re.compile(rf"{_NOT_LETTER}KH{_OF_TIME}"), "kế hoạch"),
    (re.compile(r"^KH\b(?!\s*(?:&|-|CN\b|và\b))"), "kế hoạch"),
    (re.compile(rf"{_NOT_LETTER}TH{_OF_TIME}"), "thực hiện"),
    (re.compile(rf"{_NOT_LETTER}DT{_OF_TIME}(?=\s*\S)"), "dự toán"),
    (re.compile(rf"{_NOT_LETTER}SB{_OF_TIME}(?=\s*\S)"), "sơ bộ"),
    (re.compile(rf"{_NOT_LETTER}CKNT\b"), "cùng kỳ năm trước"),
    (re.compile(rf"{_NOT_LETTER}CK{_OF_TIME}(?=\s*\S)"), "cùng kỳ"),
    (re.compile(rf"{_NOT_LETTER}BQ\b"), "bình quân"),
    (
        re.compile(r"(?<![\d/.\-TQ])(\d{1,2})\s?T(?=[\s./-]*(?:(?:19|20)\d\d|đầu|cuối|năm|ĐẦU|CUỐI|NĂM)|[)\]\s]*$)"),
        r"\1 tháng ",
    ),
    (re.compile(r"\b(tháng|THÁNG|Tháng) (?:sau|SAU|Sau)\b"), r"\1 tới"),  # the next month, not "sáu"
    (re.compile(r"\b[Hh]1(?=[\s./-]*(?:19|20)\d\d)"), "6 tháng đầu năm "),
    (re.compile(r"\b[Hh]2(?=[\s./-]*(?:19|20)\d\d)"), "6 tháng cuối năm "),
]
_SHORT_YEAR = r"(?P<year>2\d)(?![\d/.%-]|,\d)"
_NUMBERED = [  # the forms with a number in them, in whatever letters
    (
        re.compile(rf"(?<![\w/.-])(T(?:háng|hang)?[\s.]?(?:1[0-2]|0?[1-9]))\s?[/'’-]\s?{_SHORT_YEAR}", re.I),
        r"\1/20\g<year>",
    ),
    (
        re.compile(rf"(?<![\w/.-])(Q(?:uý|uy|uí)?[\s.]?(?:IV|I{{1,3}}|[1-4]))\s?[/'’-]\s?{_SHORT_YEAR}", re.I),
        r"\1/20\g<year>",
    ),
    (re.compile(rf"(?<![\w/.-])(\d{{1,2}})\s?T[\s/'’-]?{_SHORT_YEAR}"), r"\1 tháng năm 20\g<year>"),
    (
        re.compile(rf"\b((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)\.?[-'’]\s?{_SHORT_YEAR}", re.I),
        r"\1 20\g<year>",
    ),
    (re.compile(r"(?<![\w.,-])(\d{1,2})\s?M(?=[\s./-]?20\d\d(?!\d))"), r"\1 tháng đầu năm "),
    (re.compile(r"(?<![\w.,-])([1-4])\s?Q[\s./-]?(?=20\d\d(?!\d))"), r"quý \1 năm "),
    (re.compile(r"(?<![\w.,-])(20\d\d)[\s./-]?Q([1-4])(?!\w)"), r"quý \2 năm \1"),
    (re.compile(r"(?<![\w.,-])(20\d\d)[\s./-]?M(1[0-2]|0?[1-9])(?!\w)"), r"tháng \2 năm \1"),
    (re.compile(r"(?<![\w-])(?:W|wk\.?\s?|week\s)(\d{1,2})(?![\d/.,])", re.IGNORECASE), r"tuần \1"),
    (re.compile(r"(?<!\w)(?:FY[\s-]?|niên độ\s+)(?=20\d\d(?!\d))", re.I), "năm "),
]
_RAISED = dict.fromkeys(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉①②③④⑤⑥⑦⑧⑨"))  # marks: "2025¹" is a year
_HAS_DIGIT = re.compile(r"\d")
_HAS_ENGLISH = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|month|quarter|year|half|week|daily|previous|prior|last|cumul|accum|accru|ytd|plan|target"
    r"|budget|forecast|estimat|prelim|provis|average|mean|period|up to|until|through|as (?:of|at)|to date|annual"
    r"|since|running)"
)
_ENGLISH = [
    (re.compile(r"\byear[ -]to[ -]date\b|\bytd\b|\b(?:cumul|accum|accru)\w*|\brunning (?:total|sum)s?\b"), "luy ke"),
    (re.compile(r"\bsince (?:the )?(?:beginning|start)(?: of (?:the )?year)?\b"), "tu dau nam"),
    (re.compile(r"\bsince\b"), "tu"),
    (
        re.compile(
            r"\b(?:corresponding|same) (?:period|month|quarter)(?: (?:of|in))?(?: (?:the )?(?:last|previous) year)?"
        ),
        "cung ky nam truoc",
    ),
    (re.compile(r"\b(?:last|previous|prior) year\b"), "nam truoc"),
    (re.compile(r"\b(?:last|previous|prior) month\b"), "thang truoc"),
    (re.compile(r"\b(?:last|previous|prior) quarter\b"), "quy truoc"),
    (re.compile(r"\b(?:last|previous|prior) (?:week|period)\b"), "ky truoc"),
    (re.compile(r"\breporting (?:period|month|quarter|year)\b\s*:?"), "ky bao cao:"),
    (re.compile(r"\b(?:planned|plans?|targets?|targeted|budget(?:ed)?|forecasts?)(?: (?:for|of|in))?\b"), "ke hoach"),
    (re.compile(r"\bestimat(?:es?|ed|ion)(?: (?:for|of|in))?\b"), "uoc tinh"),
    (re.compile(r"\b(?:preliminary|provisional)(?: (?:figures?|data))?(?: (?:for|of|in))?\b"), "so bo"),
    (re.compile(r"\b(?:average|mean)(?: (?:for|of|in|over))?\b"), "binh quan"),
    (re.compile(r"\b(?:the )?first half(?: (?:of|in))?(?: the year)?\b"), "6 thang dau nam"),
    (re.compile(r"\b(?:the )?(?:second|last) half(?: (?:of|in))?(?: the year)?\b"), "6 thang cuoi nam"),
    (re.compile(r"\b(?:up to|until|through|as (?:of|at)|(?:by|at) the end of|to the end of)\b"), "den"),
    (re.compile(r"\b(?:whole|full|entire)[ -]year\b"), "ca nam"),
    (re.compile(r"\b(?:half[ -]yearly|semi-?annual(?:ly)?)\b"), "hang 6 thang"),
    (re.compile(r"\b(?:annual(?:ly)?|yearly)\b"), "hang nam"),
    (re.compile(r"\bquarterly\b"), "hang quy"),
    (re.compile(r"\bmonthly\b"), "hang thang"),
    (re.compile(r"\bweekly\b"), "hang tuan"),
    (re.compile(r"\bdaily\b"), "hang ngay"),
    (re.compile(r"\bmonths?(?=\s*\d)"), "thang"),
    (re.compile(r"\bquarters?(?=\s*[\div])"), "quy"),
    (re.compile(r"\byear(?=\s*:?\s*(?:19|20)\d\d)"), "nam"),
]
_COUNTED_MONTHS = re.compile(
    rf"\b(?:the )?(?:(first|last) )?({'|'.join(_NUMBERS)}|\d{{1,2}})[ -]months?\b"
    r"(?: (?:of|in|to|ended|ending))?(?: the year)?"
)
_COUNTED_QUARTER = re.compile(r"\b(?:the )?(first|second|third|fourth|last|1st|2nd|3rd|4th) quarter\b(?: (?:of|in))?")
_MONTH = re.compile(rf"\b(?:{'|'.join(f'({month})' for month in _MONTHS)})\b\.?,?(?: of)?")
_DAY_BEFORE_MONTH = re.compile(r"(?<![\d/.-])(\d{1,2})(?:st|nd|rd|th)?[\s-]thang (\d{1,2})\s*[,-]?\s*((?:19|20)\d\d)\b")
_DAY_BEHIND_MONTH = re.compile(r"\bthang (\d{1,2})\s+(\d{1,2})(?:st|nd|rd|th)?,\s*((?:19|20)\d\d)\b")
_HALF_YEARS = [
    (re.compile(r"\bnua (?:dau nam|nam dau)\b(?: nam\b)?"), "6 thang dau nam"),
    (re.compile(r"\bnua (?:cuoi nam|nam cuoi|nam sau)\b(?: nam\b)?"), "6 thang cuoi nam"),
]
_LABELLED = re.compile(
    r"\b(thang|nam|qu[yi])\s*:\s*(?=(?:\d\d?|(?:19|20)\d\d|[ivx]+)(?![\d.]|,\d))"
)  # "Tháng: 9  Năm: 2025"


@lru_cache(maxsize=16384)
def time_words(text: str) -> str:
    """Folded for the grammar of time: lower case, no diacritics, single blanks, one language; punctuation stays."""
    text = with_short_forms_written(text)
    if _HAS_ENGLISH.search(lower := text.casefold()):
        text = _translated(lower)
    plain = _LABELLED.sub(r"\1 ", " ".join(naked(text).split()))
    if "nua" in plain:
        for pattern, words in _HALF_YEARS:
            plain = pattern.sub(words, plain)
    return plain


def with_short_forms_written(text: str) -> str:
    """Abbreviations written out, else as it was: "ƯTH tháng 9" is "ước thực hiện tháng 9"."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_RAISED)
    for pattern, words in _SHORT:
        text = pattern.sub(words, text)
    if _HAS_DIGIT.search(text):
        for pattern, words in _NUMBERED:
            text = pattern.sub(words, text)
    return text


def _translated(text: str) -> str:
    text = _COUNTED_MONTHS.sub(_months_written, text)
    text = _COUNTED_QUARTER.sub(lambda found: f"quy {_NUMBERS[found[1]]} nam ", text)
    for pattern, words in _ENGLISH:
        text = pattern.sub(words, text)
    text = _MONTH.sub(lambda found: f"thang {found.lastindex} ", text)
    return _DAY_BEFORE_MONTH.sub(r"\1/\2/\3", _DAY_BEHIND_MONTH.sub(r"\2/\1/\3", text))


def _months_written(found: re.Match[str]) -> str:
    number = _NUMBERS.get(found[2]) or int(found[2])
    return f"{number} thang {'cuoi' if found[1] == 'last' else 'dau'} nam "
