"""What a row of a form is: data, or one of the many rows around it; and the units of measure that a line names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ioc_pipeline.domain.folding import fold, naked

RowClass = Literal[
    "blank", "letterhead", "form_number", "reporter_line", "receiver_line", "period_line", "unit_line", "date_line",
    "title", "header", "column_numbers", "section", "of_which", "breakdown", "data", "subtotal", "total", "footnote",
    "signature", "nil_report",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitMeasure:
    """A written unit taken apart: "Nghìn ha" is 1000 × "ha"; "Triệu đồng" is 1000000 × "đồng"."""

    name: str
    multiplier: int


_EXACT: dict[str, RowClass] = {"stt": "header", "tt": "header", "so tt": "header", "so thu tu": "header"}
_EXACT |= dict.fromkeys(
    ("tong", "tong so", "tong cong", "cong", "ca nuoc", "toan quoc", "toan tinh", "cong toan tinh", "tong toan tinh",
     "tong cong toan tinh", "tong so toan tinh", "tong chung", "total", "whole country"),
    "total",
)  # fmt: skip
_EXACT |= dict.fromkeys(("trong do", "tr do", "trong so do", "of which", "in which", "o w"), "of_which")
_EXACT |= dict.fromkeys(("chia ra", "chia theo", "phan theo", "bao gom"), "breakdown")
_EXACT |= {"khong phat sinh": "nil_report", "ghi chu": "header"}

_SIGNATURE = (
    r"(?:nguoi|can bo) (?:lap(?: bieu| bang| bao cao)?|tong hop)(?: |$)"
    r"|(?:kt|tl|tm|tuq|q) (?:chu tich|giam doc|truong|cuc|thu truong|uy ban|ubnd|chanh)"
    r"|(?:pho )?(?:giam doc|chu tich|cuc truong|chi cuc truong|chanh van phong|truong phong|truong ban)(?: |$)"
    r"|thu truong|noi nhan|ky ten|ky ghi ro|ky va ghi|ky dong dau|da ky|xac nhan cua|ke toan truong|lanh dao don vi"
)
_LETTERHEAD = (
    r"cong hoa xa hoi chu nghia|doc lap tu do hanh phuc|(?:ubnd|uy ban nhan dan) (?:tinh|thanh pho)(?: |$)|kinh gui"
    r"|so \d* ?(?:bc|ubnd|skhcn|kh|tb)|ban hanh kem theo"
)
_FIRST_WORDS: list[tuple[RowClass, re.Pattern[str]]] = [
    ("nil_report", re.compile(r"(?:trong ky )?khong phat sinh(?: |$)")),
    ("letterhead", re.compile(_LETTERHEAD)),
    ("form_number", re.compile(r"(?:bieu(?: mau)?|mau)(?: bieu)? so (?=[\dn])|mau so |bieu \d")),
    ("receiver_line", re.compile(r"don vi nhan(?: bao cao)? ?(?!\d)")),
    ("reporter_line", re.compile(r"don vi(?: gui)? bao cao|co quan bao cao|don vi lap")),
    ("period_line", re.compile(r"ky (?:bao cao|so lieu)|thoi gian bao cao|tu ngay .* den|tu \d+ \d+ .*den")),
    ("unit_line", re.compile(r"(?:don vi tinh|dvt|don vi do)(?: |$)")),
    ("date_line", re.compile(r"(?:[a-z]+ ){0,4}ngay (?:\d+ )?thang (?:\d+ )?nam")),
    ("signature", re.compile(_SIGNATURE)),
    ("footnote", re.compile(r"ghi chu |nguon |chu thich|luu y|note |source ")),
    ("of_which", re.compile(r"trong (?:so )?do |tr do |of which |in which |o w ")),
    ("breakdown", re.compile(r"(?:chia|phan) (?:theo|ra) ")),
    (
        "subtotal",
        re.compile(r"(?:tong )?cong (?:khoi|nhom|muc|phan|cac|[ivx]+$|[a-e]$)|tong (?:khoi|nhom|muc|phan|[ivx]+$)"),
    ),
    ("total", re.compile(r"(?:tong cong|tong so|tong)(?: [ivxab\d]+)+$|tong cong (?!ty )")),
    ("title", re.compile(r"(?:bao cao|bang|tinh hinh|ket qua|danh sach|thong ke|phu luc|bieu tong hop) ")),
]
_FOOTNOTE_SIGN = re.compile(r"\(\*+\)|\*|[¹²³†]")
_NEEDS_COLON = frozenset({"ghi chu ", "nguon "})
_ROMAN = re.compile(r"(?:X{0,2}(?:IX|IV|V?I{0,3}))[.)]?")
_LETTER = re.compile(r"[A-HĐ][.)]?")
_SECTION_TITLE = re.compile(r"(?:(?:[IV]+|X[IV]+|I?X)[.)]|[A-EĐ][.)/])\s+\S|[IV]{1,4}\s*[-–]\s*\S")
_UNIT_PREFIX = re.compile(r"X\.\s")  # xã, not ten
_SECTION_WORD = re.compile(r"(?:KHỐI|NHÓM|CÁC)\s")
_FIGURE = re.compile(r"[-+−(]?\s*[\d][\d.,\s]*%?\)?|[-–—…x]|\.{2,}")
_COLUMN_NUMBER = re.compile(
    r"(?P<bare>\d{1,2})(?:\s*=.*)?|(?:c[ộo]t\s*)?[(\[]?(?P<marked>\d{1,2})[)\].]?(?:\s*=.*)?|[(\[]?([A-Ha-h])[)\].]?",
    re.IGNORECASE,
)

_SOURCE_NOTE = re.compile(r"\W*(?:nguon|source)(?: [a-z]+){0,3}\s*:(?!\s*(?:thang|qu[yi]|nam|tuan)\s*[\divx])")
_UNIT_LINE = re.compile(
    r"\b(?:(?:don vi tinh|dvt|don vi do)\s*:?"
    r"|don vi\s*:(?=\s*(?:nghin|ngan|trieu|t[yi](?! le)|tram|chuc|1\.?0{3})\b))\s*"
)
_MULTIPLIERS = {"nghin": 1000, "ngan": 1000, "trieu": 10**6, "ty": 10**9, "ti": 10**9, "tram": 100, "chuc": 10}


def classify_row(texts: Sequence[str]) -> RowClass:
    """What a row is, from the texts of its cells that are not empty, left to right, numbers written out.

    A number row (serial number first) is judged by what follows the number. Headers are found by the contract; here
    they are only told from totals: a row of words is none. `date_line` is "Nơi lập, ngày … tháng … năm …", above a
    table part of the letterhead, below it part of the signatures.
    """
    if not texts:
        return "blank"
    first = texts[0]
    if len(texts) > 1 and _is_column_numbers(texts):
        return "column_numbers"
    if first.isdecimal() and len(texts) > 1:
        if len(texts) > 2 and not texts[1].isdecimal():
            marker = _marker(texts[1])
            return marker if marker in ("total", "subtotal") else "data"
        return "data"
    marker = _marker(first)
    if marker is None and len(texts) <= 4:
        marker = next((found for text in texts[1:] if (found := _marker(text)) in _ANYWHERE), None)
    if marker in ("section", "column_numbers"):
        return "section"
    if marker is None:
        return "data"
    if len(texts) > 1 and marker in _WITH_FIGURES and not any(_FIGURE.fullmatch(text) for text in texts[1:]):
        return "header"
    if marker in _WITHOUT_FIGURES and any(_FIGURE.fullmatch(text) for text in texts[1:]):
        return "data"
    return marker


_ANYWHERE = frozenset({"letterhead", "date_line", "signature", "form_number", "unit_line", "period_line", "nil_report"})
_WITH_FIGURES = frozenset({"total", "subtotal", "of_which", "breakdown"})
_WITHOUT_FIGURES = frozenset({"letterhead", "signature", "title", "nil_report", "date_line"})


@lru_cache(maxsize=16384)
def _marker(text: str) -> RowClass | None:
    """What one cell says about its row; None for a cell that says nothing."""
    stripped = text.strip()
    if _FOOTNOTE_SIGN.match(stripped):
        return "footnote"
    if stripped and (_ROMAN.fullmatch(stripped) or _LETTER.fullmatch(stripped)):
        return "section"
    if stripped[:1] in "(0123456789" and _COLUMN_NUMBER.fullmatch(stripped):
        return "column_numbers"
    folded = fold(stripped)
    if folded in _EXACT:
        return "footnote" if folded == "ghi chu" and ":" in stripped else _EXACT[folded]
    for row_class, pattern in _FIRST_WORDS:
        found = pattern.match(folded)
        if found and (found[0] not in _NEEDS_COLON or ":" in stripped):
            return row_class
    if _SECTION_TITLE.match(stripped) and not _UNIT_PREFIX.match(stripped):
        return "section"
    return "section" if _SECTION_WORD.match(stripped) and stripped.isupper() else None


def is_source_note(text: str) -> bool:
    """Whether a text says where figures were taken from: the year of "Nguồn: Niên giám 2024" is not the figures'."""
    return bool(_SOURCE_NOTE.match(naked(text)))


def _is_column_numbers(texts: Sequence[str]) -> bool:
    """ "A B 1 2 3" or "(1) (2) (3)=(2)/(1)": each number is the one before plus one; marked ones may leave some out."""
    last = 0
    for text in texts:
        found = _COLUMN_NUMBER.fullmatch(text.strip())
        if not found:
            return False
        if figure := found["bare"] or found["marked"]:
            number = int(figure)
            if number <= last or (found["bare"] and number != last + 1 and (last or number > 2)):
                return False
            last = number
    return last >= 2 or (len(texts) > 2 and not last)


def read_unit_lines(text: str) -> list[str]:
    """The units a line names, wherever they stand in it: "Biểu 05 (ĐVT: Nghìn ha)" gives "Nghìn ha".

    "Đơn vị: …" is mostly a reporter; it is a unit when it begins with a multiplier.
    """
    stripped = " ".join(text.split())
    plain = naked(stripped)
    written = stripped if len(plain) == len(stripped) else plain
    return [written[found.end() :].split(")")[0].strip() for found in _UNIT_LINE.finditer(plain)]


def read_unit_measure(text: str) -> UnitMeasure:
    """Take the multiplier hidden in a written unit out of it: "Nghìn ha" → 1000 × "ha"; "1000 tấn" → 1000 × "tấn"."""
    first, _, rest = text.strip().partition(" ")
    if first.isdecimal() and rest:
        return UnitMeasure(rest.strip(), int(first))
    multiplier = _MULTIPLIERS.get(fold(first), 1)
    if multiplier == 1 or not rest or fold(rest).startswith("le"):  # "tỷ lệ %" is a share, not a thousand million
        return UnitMeasure(text.strip(), 1)
    inner = read_unit_measure(rest)
    return UnitMeasure(inner.name, multiplier * inner.multiplier)
