"""Personal data, which an aggregate report must not hold: found, told, and never repeated.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP. The letterhead and the signature block are not looked at: names and phones
there are no data of the report.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.identifiers import CITIZEN_NUMBER, kinds_in, without_identifiers
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook

_SHARE = 0.8  # of a column's values; a few 12-digit figures among others are no identifiers
_FEWEST_NUMBERS = 3  # stored numbers lost their zeros, so one alone proves nothing

_DIGIT = re.compile(r"\d")
_OF_CITIZENS = ("số định danh cá nhân", "số thẻ bảo hiểm y tế")
_CITIZEN_VALUE = re.compile(CITIZEN_NUMBER)
_NAMED: list[tuple[str, re.Pattern[str], re.Pattern[str]]] = [
    (
        "số chứng minh nhân dân hoặc căn cước",
        re.compile(r"\b(?:cmnd|cmt|cccd|can cuoc|chung minh|dinh danh|ho chieu)\b"),
        re.compile(r"\d{9,12}"),
    ),
    ("số điện thoại", re.compile(r"\b(?:dien thoai|sdt|so dt|di dong|so lien he)\b"), re.compile(r"\+?\d{9,12}")),
]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PERSONAL_FIELD = re.compile(
    r"\b(?:citizen|cccd|cmnd|cmt|can cuoc|dinh danh|identity|id card|passport|ho chieu|phone|mobile|telephone|tel"
    r"|dien thoai|dienthoai|sodienthoai|sdt|e ?mail|applicants?(?! type)|full name|fullname|first name|last name"
    r"|ho ten|hoten|ho va ten|hovaten|nguoi nop|chu ho so|birth|birthday|dob|ngay sinh|ngaysinh|gioi tinh|gender"
    r"|bhyt|home address|noi o|cu tru)\b"
)


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
        for kind in kinds_in(name)
    ]
    problems += [
        Problem("personal-data", _safe(sheet), cell, expected=f"ghi chú không có {kind}")
        for sheet, cell, text in notes
        for kind in kinds_in(text)
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
    return [
        Problem("personal-data", _safe(sheet), cell_address(row, position), header, expected=f"cột không có {kind}")
        for kind, row in kinds_in_column(header, values).items()
    ]


def kinds_in_column(header: str, values: Sequence[tuple[int, Value]]) -> dict[str, int]:
    """Kinds of personal data in one column, as `find_personal_data_in_column` tells them, and the first row of each."""
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
                for kind in kinds_in(text):
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
    return found


def is_personal_field(name: str) -> bool:
    """Whether a field of an API is about a person by its name: applicantName, citizen_id, soDienThoai."""
    words = fold(_CAMEL.sub(" ", name).replace("_", " ").replace(".", " "))
    return _PERSONAL_FIELD.search(words) is not None


def find_personal_data_in_cells(sheet: str, numbers: Iterable[int], rows: Sequence[Sequence[Value]]) -> list[Problem]:
    """Identifiers in texts that stand by themselves: headers, totals, notes; at most one problem for each kind.

    Args:
        numbers: 0-based, of the `rows` to look at.
    """
    found: dict[str, str] = {}
    for number in numbers:
        for position, value in enumerate(rows[number]):
            for kind in kinds_in(value) if isinstance(value, str) else ():
                found.setdefault(kind, cell_address(number, position))
    return [Problem("personal-data", _safe(sheet), cell, expected=f"ô không có {kind}") for kind, cell in found.items()]


def find_personal_data_in_sheet(sheet: Sheet) -> list[Problem]:
    """Citizen numbers in a sheet that no contract reads: a list of people has no place beside a report either.

    A column counts by its values that have digits, whatever stands above them; contacts are no ground for return.
    """
    return about_citizens(
        problem
        for position in range(max(map(len, sheet.rows), default=0))
        for problem in find_personal_data_in_column(
            sheet.name,
            "",
            position,
            [(number, row[position]) for number, row in enumerate(sheet.rows) if _has_digits(row, position)],
        )
    )


def about_citizens(problems: Iterable[Problem]) -> list[Problem]:
    """Those of the problems that no office's contact data could cause."""
    return [problem for problem in problems if problem.expected.endswith(_OF_CITIZENS)]


def find_personal_data_in_workbook(workbook: Workbook, file_name: str) -> list[Problem]:
    """What can be told of a workbook whose tables were not found."""
    notes = [(sheet.name, cell, text) for sheet in workbook.sheets for cell, text in sheet.notes]
    told = find_personal_data([file_name, *(sheet.name for sheet in workbook.sheets)], notes)
    return told + [problem for sheet in workbook.sheets for problem in find_personal_data_in_sheet(sheet)]


def without_personal_data(problem: Problem) -> Problem:
    """The problem as it may be told and stored: a cell that was expected to hold a number may hold an identifier."""
    return replace(
        problem,
        sheet=without_identifiers(problem.sheet),
        cell=without_identifiers(problem.cell),
        record=without_identifiers(problem.record),
        column=without_identifiers(problem.column),
        found=without_identifiers(problem.found),
        expected=without_identifiers(problem.expected),
        fix=without_identifiers(problem.fix),
    )


def _has_digits(row: Sequence[Value], position: int) -> bool:
    value = row[position] if position < len(row) else None
    return isinstance(value, float | int) or (isinstance(value, str) and _DIGIT.search(value) is not None)


def _safe(sheet: str) -> str:
    return "" if kinds_in(sheet) else sheet


def _is_citizen_number(value: float) -> bool:
    """A citizen number stored as a number; round amounts of money are none."""
    return value == int(value) and int(value) % 1000 != 0 and bool(_CITIZEN_VALUE.fullmatch(f"{int(value):012d}"))


def _digits(value: Value) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else ""
    return re.sub(r"[\s.-]", "", str(value)) if isinstance(value, str | int) else ""
