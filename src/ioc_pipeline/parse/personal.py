"""Personal data, which an aggregate report must not hold: found, told, and never repeated.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP. The letterhead and the signature block are not looked at: names and phones
there are no data of the report.
"""

import re
from collections.abc import Iterable, Sequence

from ioc_pipeline.addresses import cell_address
from ioc_pipeline.errors import Problem
from ioc_pipeline.folding import fold
from ioc_pipeline.workbooks import Value

_SHARE = 0.8  # of a column's values; a few 12-digit figures among others are no identifiers
_FEWEST_NUMBERS = 3  # stored numbers lost their zeros, so one alone proves nothing

# Prefixes of the 63 provinces in citizen numbers (Circular 59/2021/TT-BCA).
_PROVINCES = (
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 "
    "044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 "
    "089 091 092 093 094 095 096"
).replace(" ", "|")
_CITIZEN = rf"(?:{_PROVINCES})[0-3]\d{{8}}"  # province, century and sex, year of birth, six digits
_CITIZEN_VALUE = re.compile(_CITIZEN)
_OLD_IDENTITY_VALUE = re.compile(r"\d{9}")
_INSURANCE = r"[A-Z]{2}\d{13}"
_PHONE = (  # mobile numbers, written in one or in three groups; a dot or slash before or after belongs to a code
    r"(?:\+84|(?<![\d.])84|(?<![\d.,/-])0)"
    r"(?:[35789]\d{8}|[35789]\d{2}([ .-])\d{3}\1\d{3}|[35789]\d([ .-])\d{3}\2\d{4})(?!\d|[.,]\d)"
)
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IN_TEXT: list[tuple[str, re.Pattern[str]]] = [
    ("số định danh cá nhân", re.compile(rf"(?<!\d){_CITIZEN}(?!\d)")),
    ("số thẻ bảo hiểm y tế", re.compile(rf"(?<![A-Za-z0-9]){_INSURANCE}(?!\d)")),
    ("số điện thoại", re.compile(_PHONE)),
    ("địa chỉ thư điện tử", re.compile(_EMAIL)),
]
_SUSPECT = re.compile(r"@|\d[\d .-]{7}")
_NAMED: list[tuple[str, re.Pattern[str], re.Pattern[str]]] = [
    (
        "số chứng minh nhân dân hoặc căn cước",
        re.compile(r"\b(?:cmnd|cmt|cccd|can cuoc|chung minh|dinh danh|ho chieu)\b"),
        re.compile(r"\d{9,12}"),
    ),
    ("số điện thoại", re.compile(r"\b(?:dien thoai|sdt|so dt|di dong|so lien he)\b"), re.compile(r"\+?\d{9,12}")),
]


def find_personal_data(names: Iterable[str], notes: Iterable[tuple[str, str, str]]) -> list[Problem]:
    """Identifiers, phones, e-mails and insurance numbers in names of file and sheets, and in comments.

    Args:
        notes: sheet name, A1 address and text of each.

    Returns:
        `personal-data` problems: one for each place and kind; what was found is in none of them, nor is a name that
        holds it.
    """
    problems = [
        Problem("personal-data", expected=f"tên tệp và tên trang tính không có {kind}")
        for name in names
        for kind in _kinds_in(name)
    ]
    problems += [
        Problem("personal-data", _safe(sheet), cell, expected=f"ghi chú không có {kind}")
        for sheet, cell, text in notes
        for kind in _kinds_in(text)
    ]
    return problems


def find_personal_data_in_column(
    sheet: str, header: str, position: int, values: Sequence[tuple[int, Value]]
) -> list[Problem]:
    """Personal data in one column of a table's body; at most one problem for each kind, at its first cell.

    Citizen numbers are told by their structure, when at least 80 % of the values have it, also as numbers that lost
    their leading zero; 9-digit identity numbers and bare phones only under a header that names them; anything inside
    a longer text at once.

    Args:
        position: 0-based column. values: 0-based row and value of each cell.

    Returns:
        `personal-data` problems without the value.
    """
    found: dict[str, int] = {}
    filled = shaped = numbers_shaped = first_shaped = 0
    for row, value in values:
        if value is None:
            continue
        filled += 1
        if isinstance(value, str):
            if len(value) < 6:
                continue
            text = value.strip()
            if _CITIZEN_VALUE.fullmatch(text):
                first_shaped = first_shaped if shaped else row
                shaped += 1
                continue
            if not (len(text) in (10, 11) and text.isdecimal() and text[0] != "0"):
                for kind in _kinds_in(text):
                    found.setdefault(kind, row)
                continue
            value = int(text)
        if type(value) in (float, int) and 10**9 <= value < 10**11 and _is_citizen_number(value):  # type: ignore[operator, arg-type]
            first_shaped = first_shaped if shaped else row
            shaped += 1
            numbers_shaped += 1
    if shaped and shaped >= _SHARE * filled and (numbers_shaped < shaped or numbers_shaped >= _FEWEST_NUMBERS):
        found.setdefault("số định danh cá nhân", first_shaped)
    folded = fold(header)
    for kind, named, shape in _NAMED:
        if named.search(folded):
            row_found = next(
                (row for row, value in values if value is not None and shape.fullmatch(_digits(value))), None
            )
            if row_found is not None:
                found.setdefault(kind, row_found)
    return [
        Problem("personal-data", _safe(sheet), cell_address(row, position), header, expected=f"cột không có {kind}")
        for kind, row in found.items()
    ]


def _kinds_in(text: str) -> list[str]:
    return [kind for kind, pattern in _IN_TEXT if pattern.search(text)] if _SUSPECT.search(text) else []


def _safe(sheet: str) -> str:
    return "" if _kinds_in(sheet) else sheet


def _is_citizen_number(value: float) -> bool:
    """A citizen number stored as a number; round amounts of money are none."""
    return value == int(value) and int(value) % 1000 != 0 and bool(_CITIZEN_VALUE.fullmatch(f"{int(value):012d}"))


def _digits(value: Value) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else ""
    return re.sub(r"[\s.-]", "", str(value)) if isinstance(value, str | int) else ""
