"""What stands around a label without being part of it: footnote marks after it, and its number in a list before it."""

import re
from functools import lru_cache

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸ᵃᵇᶜ"
_SIGN = rf"(?:\d{{1,2}}|\*+\d?|[{_RAISED}]+|i{{1,3}}|iv|[a-e])"
_REFERENCE = r"(?i:xem )?(?i:ghi chú|chú thích|lưu ý)(?: số)?(?: \d{1,2})?"
_IN_BRACKETS = rf"(?:{_SIGN}(?:\s*[,;]\s*{_SIGN})*|{_REFERENCE})"
_MARK = (
    rf"(?:(?<![ckd]m)(?<!\bm)⁽?[{_RAISED}](?:[,;\s]*[{_RAISED}])*⁾?|[*†‡§]+"
    rf"|[(（]{_IN_BRACKETS}[)）]|\[{_IN_BRACKETS}\])"
)
_LAST = re.compile(rf"\s*{_MARK}$")
_HALF_BRACKETED = re.compile(r"(?<=[^\W\d])\s\d{1,2}\)$")  # "Đang hoạt động 1)"
_ORDINAL = (
    r"(?:\(?\d{1,3}(?:\.\d{1,3})*[.)/]|\d{1,3}\s*[-–](?!\d)|\[\d{1,2}\]|\(?[a-hđ]\)|[a-hđ]\.(?=\s)"
    rf"|[IVX]{{1,5}}[.)]|[-–+•●*]|[{_RAISED}])\s*(?=[^\W\d]|\d[A-Z])"
)
_FIRST_ORDINAL = re.compile(_ORDINAL)
_INNER = re.compile(rf"\s*{_MARK}|(?:(?<=\s)|^){_ORDINAL}")


@lru_cache(maxsize=16384)
def without_marks(text: str) -> str:
    """A label without the footnote marks at its end: "Tháng 9/2025¹", "Năm 2025 (1)", "Tổng cộng*"; "km²" stays."""
    if "(" not in text:
        text = _HALF_BRACKETED.sub("", text)
    while found := _LAST.search(text):
        if not found.start():
            break
        text = text[: found.start()]
    return text.rstrip()


@lru_cache(maxsize=16384)
def without_ordinal(text: str) -> str:
    """A name without its number in a list: "1. Phường Tô Hiệu", "2) Xã Vân Hồ", "a) …", "- …"."""
    text = text.lstrip()
    return text[found.end() :] if (found := _FIRST_ORDINAL.match(text)) else text


@lru_cache(maxsize=16384)
def without_inner_marks(text: str) -> str:
    """A header of several lines without the marks and numbers on any of them: "A. Thu 1. Tổng số¹ (tỷ đồng)"."""
    return " ".join(_INNER.sub(" ", text).split())
