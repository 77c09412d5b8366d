"""What a text that says nothing else calls the figures around it: planned, compared, of another time, how often."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from ioc_pipeline.domain.time_words import time_words
from ioc_pipeline.parse.marks import without_ordinal
from ioc_pipeline.parse.spans import OWN, PLAN_WORD

Kind = Literal[
    "plan", "another_time", "comparison", "average",
    "day", "week", "month", "quarter", "half_year", "nine_months", "year",
]  # fmt: skip
FREQUENCIES: frozenset[Kind] = frozenset({"day", "week", "month", "quarter", "half_year", "nine_months", "year"})
_EVERY = r"(?:(?:hang|moi|dinh ky|mot|theo|cua|tung)\s+)*"
_MARKED = {"day": "ngày", "week": "tuần", "month": "tháng", "quarter": "quý", "year": "năm"}  # "quỹ" and "nam" are not
_KINDS: dict[Kind, str] = {
    "plan": rf"{PLAN_WORD}|(?:duoc )?giao|phan dau|du thao|draft",
    "another_time": r"cung k[yi]|(?:nam|k[yi]|thang|qu[yi]|tuan) (?:bao cao )?(?:lien )?(?:truoc|ngoai)",
    "comparison": r"so voi|so sanh|chenh lech|tang|giam|phan tram|%",
    "average": r"binh quan|trung binh",
    "day": rf"{_EVERY}ngay",
    "week": rf"{_EVERY}tuan",
    "month": rf"{_EVERY}thang",
    "quarter": rf"{_EVERY}qu[yi]",
    "half_year": rf"{_EVERY}(?:6|sau) thang|{_EVERY}nua nam",
    "nine_months": rf"{_EVERY}(?:9|chin) thang",
    "year": rf"{_EVERY}nam|ca nam",
}
_REGULARLY = {
    kind: rf"\b(?:hang|dinh ky|ca) {words}"
    for kind, words in {"day": "ngay", "week": "tuan", "month": "thang", "quarter": "quy", "year": "nam"}.items()
}
_FIGURES = (
    r"(?:so|lieu|so lieu|du lieu|bao cao|bieu|bang|thong ke|tong hop|gia tri|cot|ty le|figures?|data|reports?"
    r"|statistics)"
)
_FILLER = (
    rf"(?:{_FIGURES}|cac|day|la|toan bo|tat ca|nhung|tren|trong|nay|cua|tinh|theo|duoc|dieu chinh|bo sung|ubnd|dat|va"
    r"|ke|ghi chu|luu y"
    r"|note|mau|ky|thuc hien|are|of|the|for)"
)
_LABEL = r"(?:(?:19|20)\d\d|(?:thang|qu[yi]|nam|tuan|t|q)\s*[\divx/.-]*\d[\divx/.-]*|qu[yi]\s*[ivx]+)"
_TOKENS: list[tuple[str, str]] = [
    *((kind, words) for kind, words in _KINDS.items() if kind not in FREQUENCIES),
    ("label", rf"{OWN}|{_LABEL}"),
    *((kind, words) for kind, words in _KINDS.items() if kind in FREQUENCIES),
    ("figures", _FIGURES),
    ("filler", _FILLER),
    ("word", r"[a-z\d]+"),
]
_TOKEN = re.compile("|".join(f"(?P<{name}>{words})(?![a-z\\d])" for name, words in _TOKENS))
_WORDS = re.compile(r"[a-z\d]+")
_PART = re.compile(r"[(\[]([^()\[\]]+)[)\]]|\s[-–—:;]\s*([^()\[\]]+)$")
_NOTE = re.compile(r"^\W*(?:(?:ghi chu|chu thich|luu y|note)[\s:*]*|[(\[](?:\d{1,2}|\*+)[)\]]\s*|\*+\s*)")
_DONE = re.compile(r"\b(?:thuc hien|ket qua|hoan thanh|dat|so voi|so sanh|theo|trong)\b")


_OF_TIME = re.compile(
    r"thang|qu[yi]|nam|tuan|ngay|k[yi]|thoi|diem|gian|dau|cuoi|giua|nua|qua|gan|nhat|day|nay|truoc|den|toi|het|tu|ke"
    r"|tong|cong|gop|lai|hop|luy|tich|don|binh|quan|trung|tinh|ca|cac|giai|doan|mot|hai|ba|bon|sau|bay|tam|chin|muoi|gieng|chap"
    r"|va|so|lieu|bieu|bao|cao|gom|cua|trong|data|figures|for|of|the|[tq]?\d+|[ivx]+|q[iv]+"
)


@lru_cache(maxsize=8192)
def says_nothing_but_time(plain: str) -> bool:
    """Whether a text in the words of time speaks of nothing else: "Từ đầu năm", "Số liệu các tháng 8, 9"."""
    return all(map(_OF_TIME.fullmatch, _WORDS.findall(plain)))


@lru_cache(maxsize=8192)
def kinds_said(text: str, own: str, written: str) -> frozenset[Kind]:
    """What a text, a part in brackets or one behind a dash calls figures, if it speaks of nothing else.

    `written` is the text with its marks, for "quỹ" is no "quý". `own` are folded words of the contract that may stand
    among them: "KẾ HOẠCH THU NGÂN SÁCH" over a form of the revenue says "plan", "PHÒNG KẾ HOẠCH" and "Thực hiện kế
    hoạch" say nothing. How often a report comes counts where a word for figures stands beside it: "Số liệu quý",
    "Báo cáo năm", but not "Năm".
    """
    plain = without_ordinal(_NOTE.sub("", time_words(text)))
    said = frozenset[Kind]().union(*(_kinds_of(part, frozenset(own.split())) for part in parts_of(plain)))
    written = unicodedata.normalize("NFC", written).casefold()
    return frozenset(
        kind
        for kind in said
        if kind not in _MARKED
        or re.search(rf"{_MARKED[kind]}(?!\s*[\d:])", written)  # "năm 2025" is a label
        or re.search(_REGULARLY[kind], plain)
    )


def parts_of(plain: str) -> list[str]:
    """A text, and what stands in its brackets or behind its dash."""
    return [plain, *(found[1] or found[2] for found in _PART.finditer(plain))]


@lru_cache(maxsize=256)
def kinds_within(own: str) -> frozenset[Kind]:
    """Every kind that a contract's own words name: in a form of that name it is meant so."""
    return frozenset(kind for kind, words in _KINDS.items() if re.search(rf"(?<![a-z\d])(?:{words})(?![a-z\d])", own))


def _kinds_of(part: str, own: frozenset[str]) -> frozenset[Kind]:
    """The kinds in a text of nothing but kinds, words for figures and time, and the form's own words; else none."""
    found: set[str] = set()
    speaks_of_figures = False
    for token in _TOKEN.finditer(part):
        group = str(token.lastgroup)
        if group == "word" and token[0] not in own:
            return frozenset()
        if group == "figures":
            speaks_of_figures = True
        elif group in _KINDS:
            found.add(group)
    if not speaks_of_figures:
        if not found & FREQUENCIES:
            found.discard("average")  # "Trung bình" is a mark too
        found -= FREQUENCIES
    if "comparison" not in found and _DONE.search(part):
        found.discard("plan")
    return frozenset(kind for kind in _KINDS if kind in found)
