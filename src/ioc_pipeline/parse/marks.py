"""What stands around a label without being part of it: footnote marks after it, and its number in a list before it."""

import re
from functools import lru_cache

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉①②③④⑤⑥⑦⑧⑨⑩ᵃᵇᶜ"
_MARK = re.compile(
    rf"\s*(?:(?<![ckd]m)(?<!\bm)[{_RAISED}]+|[*†‡§]+"
    rf"|\((?:\d{{1,2}}|\*+|[{_RAISED}]+|[a-e])\)|\[(?:\d{{1,2}}|\*+|[a-e])\])$"
)
_ORDINAL = re.compile(
    r"(?:\(?\d{1,3}[.)/]|\d{1,3}\s*[-–]|\(?[a-hđ]\)|[a-hđ]\.(?=\s)|[IVX]{1,5}[.)]|[-–+•●*])\s*(?=[^\W\d])"
)


@lru_cache(maxsize=16384)
def without_marks(text: str) -> str:
    """A label without the footnote marks at its end: "Tháng 9/2025¹", "Năm 2025 (1)", "Tổng cộng*"; "km²" stays."""
    while found := _MARK.search(text):
        if not found.start():
            break
        text = text[: found.start()]
    return text.rstrip()


@lru_cache(maxsize=16384)
def without_ordinal(text: str) -> str:
    """A name without its number in a list: "1. Phường Tô Hiệu", "2) Xã Vân Hồ", "a) …", "- …"."""
    text = text.lstrip()
    return text[found.end() :] if (found := _ORDINAL.match(text)) else text
