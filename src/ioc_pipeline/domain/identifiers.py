"""Numbers and addresses of a person within a text: told by kind, taken out, never repeated."""

import re

# Prefixes of the 63 provinces in citizen numbers (Circular 59/2021/TT-BCA).
_PROVINCES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 "
    "044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 "
    "089 091 092 093 094 095 096"
).replace(" ", "|")
CITIZEN_NUMBER = rf"(?:{_PROVINCES})[0-3]\d{{8}}"  # province, century and sex, year of birth, six digits
_INSURANCE = r"[A-Z]{2}\d{13}"
_PHONE = (  # mobile numbers, written in one or in three groups; a dot or slash before or after belongs to a code
    r"(?:\+84|(?<![\d.])84|(?<![\d.,/-])0)"
    r"(?:[35789]\d{8}|[35789]\d{2}([ .-])\d{3}\1\d{3}|[35789]\d([ .-])\d{3}\2\d{4})(?!\d|[.,]\d)"
)
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IN_TEXT: list[tuple[str, re.Pattern[str]]] = [
    (
        "số định danh cá nhân",
        re.compile(
            rf"(?<!\d){CITIZEN_NUMBER}(?!\d)|(?<![\d.,])(?:{_PROVINCES})([ .-])[0-3]\d\d\1\d{{3}}\1\d{{3}}(?!\d)"
        ),
    ),
    ("số thẻ bảo hiểm y tế", re.compile(rf"(?<![A-Za-z0-9]){_INSURANCE}(?!\d)")),
    ("số điện thoại", re.compile(_PHONE)),
    ("địa chỉ thư điện tử", re.compile(_EMAIL)),
]
_SUSPECT = re.compile(r"@|\d[\d .-]{7}")


def kinds_in(text: str) -> list[str]:
    """Kinds of identifiers that a text holds, in Vietnamese, for messages."""
    return [kind for kind, pattern in _IN_TEXT if pattern.search(text)] if _SUSPECT.search(text) else []


def without_identifiers(text: str) -> str:
    """The text with "…" where an identifier stood: fit to be shown and stored."""
    if _SUSPECT.search(text):
        for _, pattern in _IN_TEXT:
            text = pattern.sub("…", text)
    return text
