"""Personal data, which an aggregate report must not hold: told by column, and never repeated.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP: numbers that identify a person, telephone numbers and addresses of people,
names with dates of birth. Sums in đồng have the same digits as citizen numbers without their zeros; the words of the
header, the kind of the column and who stands beside it decide.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.deliveries import Release
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.identifiers import (
    ACCOUNT,
    CITIZEN,
    IDENTITY,
    is_citizen_number,
    kind_of_number,
    kinds_in,
    may_identify,
    named_in,
    without_identifiers,
)
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.people import names_somebody

_SHARE = 0.8  # of the twelve-digit texts of a column; a few such codes among others are no identifiers
_FEWEST_NUMBERS = 3  # stored numbers lost their zeros, so one alone proves nothing
_LETTERS_OF_A_FIGURE = 20  # "khoảng 1.234 triệu đồng" has 17
_FEWEST_DIGITS, _MOST_DIGITS = 10**7, 10**15
_CODE_HEADER = re.compile(
    r"(?:ma|id|so|so hieu|ma so|ma dinh danh|so dinh danh|giay to)"
    r"(?: (?:so|cua|ca nhan|nguoi|cong dan|can bo|cong chuc|vien chuc|nhan vien|hoc sinh|doi tuong|ho|chu ho)(?: .*)?)?"
)
_SAYS_NOTHING = re.compile(r"(?:(?:ghi chu|thong tin|note)?(?: ?khac)?)(?: ?\d)?")
_OLD_IDENTITY = 9  # digits

_WORDS_EXPECTED = frozenset({"unknown-unit", "bad-date", "other-table", "cell-without-role"})
_LONG = re.compile(r"\d{8,}")

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PERSONAL_FIELD = re.compile(
    r"\b(?:citizen|cccd|cmnd|cmt|can cuoc|dinh danh|identity|id card|passport|ho chieu|phone|mobile|telephone|tel"
    r"|dien thoai|dienthoai|sodienthoai|sdt|e ?mail|applicants?(?! type)|full name|fullname|first name|last name"
    r"|ho ten|hoten|ho va ten|hovaten|nguoi nop|chu ho so|birth|birthday|dob|ngay sinh|ngaysinh|gioi tinh|gender"
    r"|bhyt|home address|noi o|cu tru)\b"
)


def kinds_in_column(
    header: str, values: Iterable[tuple[int, Value]], *, has_people: bool = False, is_figure: bool = False
) -> dict[str, list[int]]:
    """Kinds of personal data in one column, and the rows of each.

    Citizen numbers written out are told by their structure. Stored as numbers they have lost their zeros: they count
    under a header of codes or beside people's names, never as figures of a contract. Nine digits and the like mean
    something only under a header that names them, or beside people's names under one of codes or none. Anything
    within a longer text counts at once.

    Args:
        header: the words above the column. values: 0-based row and value of each cell.
        has_people: whether names of people stand in the same rows. is_figure: whether a contract reads figures here.
    """
    named = named_in(header)
    if not has_people:
        named -= {ACCOUNT}
    if is_figure and not named:  # what a number alone could be told by is not asked
        values = [(row, value) for row, value in values if type(value) is str]
        if not values:
            return {}
    found: dict[str, list[int]] = {}
    codes: list[tuple[int, bool]] = []
    numbers: list[tuple[int, int]] = []
    nines: list[int] = []
    for row, value in values:
        if isinstance(value, str):
            if len(value) < 8:
                continue
            text = value.strip()
            if len(text) == _OLD_IDENTITY and text[0] == "0" and text.isdecimal():
                nines.append(row)
            if not (text.isascii() and text.isdecimal()):
                for kind in kinds_in(text, named):
                    found.setdefault(kind, []).append(row)
                continue
            if len(text) == 12:
                codes.append((row, is_citizen_number(text)))
                continue
            if text[0] == "0" or len(text) < 8:
                for kind in kinds_in(text, named):
                    found.setdefault(kind, []).append(row)
                continue
            value = int(text)
        if type(value) in (float, int) and _FEWEST_DIGITS <= value < _MOST_DIGITS and value == int(value):  # type: ignore[operator, arg-type]
            numbers.append((row, int(value)))  # type: ignore[arg-type]
    of_citizens = [row for row, is_citizen in codes if is_citizen]
    if of_citizens and len(of_citizens) >= _SHARE * len(codes):
        found.setdefault(CITIZEN, []).extend([of_citizens[0], *(row for row, _ in codes)])
    elif codes and IDENTITY in named:
        found.setdefault(IDENTITY, []).extend(row for row, _ in codes)
    if named:
        for row, number in numbers:
            if named_kind := kind_of_number(number, named):
                found.setdefault(named_kind, []).append(row)
    folded = fold(header)
    if has_people and not is_figure and (_CODE_HEADER.fullmatch(folded) or _SAYS_NOTHING.fullmatch(folded)):
        written = len(nines) + len(numbers) + len(codes)
        nines += [row for row, number in numbers if number % 1000 and len(str(number)) <= _OLD_IDENTITY]
        if len(nines) >= max(_FEWEST_NUMBERS, _SHARE * written):
            found.setdefault(IDENTITY, sorted(nines))
    if not is_figure and (has_people or _CODE_HEADER.fullmatch(folded)) and are_citizen_numbers(numbers):
        found.setdefault(CITIZEN, [row for row, _ in numbers])
    return found


def are_citizen_numbers(numbers: Sequence[tuple[int, int]]) -> bool:
    """Whether numbers, by row, have the structure of citizen numbers without their zeros; round sums have it too."""
    fitting = [number for _, number in numbers if number % 1000 and is_citizen_number(f"{number:012d}")]
    return len(fitting) >= _FEWEST_NUMBERS and len(fitting) >= _SHARE * len(numbers)


def at_cells(sheet: str, rows: Sequence[int], position: int, kind: str, header: str = "") -> Problem:
    """That personal data of this kind stand in cells of one column (0-based): the first of them, and how many more."""
    place = safe_name(sheet), cell_address(rows[0], position), without_identifiers(header)
    more = len(set(rows)) - 1
    others = f" (còn {more} ô nữa trong cột này)" if more else ""
    return Problem("personal-data", *place, expected=f"ô, cột không có {kind}{others}")


def as_decided(personal: Iterable[Problem], release: Release | None) -> list[Problem]:
    """What was found, or if somebody has released it a warning at each place that names the decision and its reason."""
    if release is None:
        return list(personal)
    decided = f"quyết định số {release.delivery_seq} của {release.by}: {release.reason}"
    return [
        replace(problem, code="personal-data-released", severity="warning", expected=decided, fix="")
        for problem in personal
    ]


def safe_name(sheet: str) -> str:
    """A sheet's name where it may be repeated, else nothing."""
    return "" if kinds_in(sheet) else sheet


def shaped_as_figure(text: str) -> str:
    """What may be repeated of a text that stands where a figure belongs: one with digits and few letters, else nothing.

    A person who reads the answer finds the cell by its place; a name or a remark has no business in it.
    """
    letters = sum(sign.isalpha() for sign in text)
    has_digit = any(sign.isdecimal() for sign in text)
    return text if has_digit and letters <= _LETTERS_OF_A_FIGURE and not kinds_in(text) else ""


def is_personal_field(name: str) -> bool:
    """Whether a field of an API is about a person by its name: applicantName, citizen_id, soDienThoai."""
    words = fold(_CAMEL.sub(" ", name).replace("_", " ").replace(".", " "))
    return _PERSONAL_FIELD.search(words) is not None


def without_personal_data(problem: Problem) -> Problem:
    """The problem as it may be told and stored: a cell that was expected to hold a number may hold an identifier.

    Where a name of a place or a day belongs, or a header, no long number does; of what may be somebody's the place
    says enough.
    """
    found, column = without_identifiers(problem.found), without_identifiers(problem.column)
    fix = without_identifiers(problem.fix)
    if names_somebody(found) or may_identify(found) or (problem.code in _WORDS_EXPECTED and _LONG.search(found)):
        found, fix = "", "" if problem.found in problem.fix else fix
    return replace(
        problem,
        sheet=without_identifiers(problem.sheet),
        cell=without_identifiers(problem.cell),
        record=without_identifiers(problem.record),
        column="" if may_identify(column) else _LONG.sub("…", column),
        found=found,
        expected=without_identifiers(problem.expected),
        fix=fix,
    )
