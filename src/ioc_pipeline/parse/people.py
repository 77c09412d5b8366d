"""Who is named in a sheet: columns of people's names, alone no harm, and those with dates of birth beside them.

Names and dates of birth are basic personal data (Decree 356/2025/NĐ-CP); a name under a signature is none of the
report's.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.workbooks import Value

_FEWEST = 3  # rows without a header that says what they are
_LONGEST_HEADER = 60
_FAMILY_NAMES = (  # of Kinh, Thái, Mông, Mường, Tày, Nùng, Dao, Chăm, Khmer and others, the common ones
    "âu|bạc|bàn|bế|bùi|cà|cầm|cao|cha|châu|chảo|chu|cù|cư|đàm|đặng|đào|đèo|điêu|đinh|đỗ|đoàn|đới|đồng|dương|giàng|h'|hà"
    "|hạ|hạng|hầu|hồ|hoàng|hờ|hứa|huỳnh|kiều|kim|kha|khuất|la|lã|lại|lâm|lầu|lê|lèo|lò|lô|lộc|lương|lường|lưu|lý|lỳ|ma|mã"
    "|mai|mạc|mè|mùa|nghiêm|ngô|nguyễn|nguyên|nhâm|ninh|nông|ông|phạm|phan|phàng|phùng|quách|quàng|quan|sa|sầm|sìn|sùng"
    "|tạ|tăng|tao|tẩn|thạch|thái|thào|thân|thi|tiêu|tô|tòng|tống|trà|trần|triệu|trịnh|trương|từ|tráng|vàng|vi|vì|viên|võ"
    "|vừ|vũ|vương|xa|y"
)
_PERSON = re.compile(rf"\s*(?:{_FAMILY_NAMES})(?:\s+(?=[^\W_])\w['\w]*){{1,4}}\s*", re.IGNORECASE)
_PERSON_WITHIN = re.compile(rf"(?<!\w)(?:{_FAMILY_NAMES})(?:\s+[^\W\d_][\w']*){{2,3}}", re.IGNORECASE)
_NAMED_AFTER = re.compile(
    r"\b(?:xã|phường|thị trấn|đặc khu|quận|huyện|thị xã|thành phố|tỉnh|đường|phố|trường|bản|thôn|tổ|khu|ty|sở|ban)\s*$",
    re.IGNORECASE,
)
_NAME_HEADER = re.compile(
    r"(?:ho|ho va ten|ho ten|ho dem|full name)(?: (?:ten|chu dem|dem|nguoi|cua|cong dan|chu ho|hoc sinh|can bo|va).*)?"
)
_BIRTH_WORD = re.compile(r"sinh|birth|ntns|dob|trú|tru\b|quê|que quan|nơi ở|noi o|nhà riêng", re.IGNORECASE)
_BIRTH_HEADER = re.compile(
    r"(?:ngay|nam|ngay thang nam|ngay thang|thang nam|ngay nam)? ?sinh(?: (?:ngay|nam|cua).*)?|ntns"
    r"|date of birth|birth ?day|dob"
    r"|(?:noi |dia chi )?(?:dang ky )?(?:sinh|o|thuong tru|tam tru|cu tru|nha rieng)(?: (?:hien|cua|o|theo).*)?"
    r"|ho khau(?: thuong tru)?|que quan(?: .*)?"
)
_ADDRESS_HEADER = re.compile(r"dia chi(?: (?:lien he|nha|hien nay|ca nhan))?|address")
_OFFICE_WORD = re.compile(r"\b(?:chuc (?:vu|danh)|don vi|co quan|noi cong tac|position|office)\b")
_BIRTHDAY = re.compile(r"\s*\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*((?:19|20)\d\d)\s*")
_BORN_WITHIN = re.compile(
    r"\b(?:sinh(?: ngày| năm)?|ngày sinh|năm sinh|sn|ns|born)\s*:?\s*"
    r"(?:\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*)?(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_YEARS = range(1910, 2016)  # unlabelled dates of these years beside names are birthdays


@lru_cache(maxsize=16384)
def is_person(text: str) -> bool:
    """Whether a text looks like the full name of somebody in Vietnam: a family name and one to four more words."""
    return len(text) <= 50 and text[:1].isupper() and _PERSON.fullmatch(text) is not None


def names_somebody(text: str) -> bool:
    """Whether a name of three words or more stands in a text; a street or a ward that bears it does not count.

    Of two words most are places too: Mai Sơn, Yên Bình.
    """
    return any(
        all(word[:1].isupper() for word in match[0].split()[:3]) and not _NAMED_AFTER.search(text[: match.start()])
        for match in _PERSON_WITHIN.finditer(text)
    )


def has_people(column: Sequence[Value], header: str = "") -> bool:
    """Whether the values of a column are names of people, by its header or by most of its texts."""
    texts = [value for value in column if isinstance(value, str) and value.strip()]
    if texts and is_name_header(header):
        return True
    named = sum(map(is_person, texts))
    return named >= _FEWEST and named * 2 > len(texts)


def is_name_header(header: str) -> bool:
    """Whether a header says that names of people stand below it."""
    folded = fold(header)
    return folded.startswith(("ho ", "full name")) and _NAME_HEADER.fullmatch(folded) is not None


def find_born(rows: Sequence[Sequence[Value]], numbers: Sequence[int]) -> tuple[int, int] | None:
    """The first cell (row, column) of a date of birth or a home beside a name, among some rows of a sheet.

    None without any. A name and its year of birth may also stand in one cell.
    """
    headed: dict[int, int] = {}  # column of births → row of its header
    addresses: dict[int, int] = {}  # column of addresses, which are homes beside names that hold no office
    names: set[int] = set()
    persons: Counter[int] = Counter()
    days: dict[int, list[int]] = {}
    for number in numbers:
        for position, value in enumerate(rows[number]):
            if type(value) is float or value is None:  # what most cells are
                continue
            if isinstance(value, str):
                if len(value) <= _LONGEST_HEADER and _BIRTH_WORD.search(value) and _BIRTH_HEADER.fullmatch(fold(value)):
                    headed.setdefault(position, number)
                elif value[:1] in "ĐđDAa" and _ADDRESS_HEADER.fullmatch(fold(value)):
                    addresses.setdefault(position, number)
                elif is_person(value):
                    persons[position] += 1
                elif len(value) <= _LONGEST_HEADER and value[:1] in "HhFf" and is_name_header(value):
                    names.add(position)
                elif (day := _BIRTHDAY.fullmatch(value)) and int(day[1]) in _YEARS:
                    days.setdefault(position, []).append(number)
                elif _BORN_WITHIN.search(value) and names_somebody(value):
                    return number, position
            elif isinstance(value, date) and value.year in _YEARS:
                days.setdefault(position, []).append(number)
    if not persons and not names:
        return None
    if names:
        homes = (each for each in addresses.items() if not _OFFICE_WORD.search(fold(" ".join(map(str, rows[each[1]])))))
        headed |= dict(homes)
    people = names | {position for position, count in persons.items() if count >= _FEWEST}
    for position, header in headed.items():
        beside = names | set(persons)
        for number in numbers:
            row = rows[number]
            if number > header and _is_filled(row, position) and any(_is_filled(row, name) for name in beside):
                return number, position
    for position, dated in days.items():
        with_name = [number for number in dated if any(_is_filled(rows[number], name) for name in people)]
        if len(with_name) >= _FEWEST:
            return with_name[0], position
    return None


def _is_filled(row: Sequence[Value], position: int) -> bool:
    value = row[position] if position < len(row) else None
    return value is not None and value != ""
