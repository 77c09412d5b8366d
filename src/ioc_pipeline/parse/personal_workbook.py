"""Personal data anywhere in a workbook: in and outside its tables, in names and notes, in parts that nobody sees.

In the rows of a table one identifier is enough. Elsewhere (letterhead, signatures, sheets that no contract reads) the
telephone of an official is no data of the report, and a list of telephones is. Source: Law 91/2025/QH15, Decree
356/2025/NĐ-CP.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import (
    ACCOUNT,
    CITIZEN,
    CONTACTS,
    EMAIL,
    PHONE,
    Kinds,
    found_in,
    kind_of_number,
    kinds_in,
    kinds_in_name,
    named_in,
)
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.people import find_born, has_people
from ioc_pipeline.parse.personal import are_citizen_numbers, at_cells, kinds_in_column, safe_name
from ioc_pipeline.parse.values import values_at
from ioc_pipeline.reference.tables import NUMERIC

_LIST_OF_CONTACTS = 3  # one below the other
_MANY_CONTACTS = 6  # anywhere outside the tables of a sheet
_BARE_NUMBERS = 5  # without any header, outside tables
_HEADER_ROWS = 3
_LONGEST_LABEL = 60
_BORN = "họ tên kèm ngày sinh hoặc nơi ở của cá nhân"
_DIGITS = re.compile(r"\d(?:\D{0,3}\d){7}|@|[A-Za-z]\d{7}")  # eight: a stored text may have lost a zero
_INSPECT = "Trong Excel chọn File > Info > Check for Issues > Inspect Document, xóa phần đó rồi lưu và gửi lại"


def find_personal_data_in_workbook(
    workbook: Workbook, file_name: str, tables: Sequence[tuple[Block, Body]] = ()
) -> list[Problem]:
    """Everything personal in a workbook; `tables` are the blocks that were read of it.

    Returns:
        `personal-data` problems: one for each place and kind; what was found is in none of them, nor is a name that
        holds it.
    """
    problems = [
        Problem("personal-data", expected=f"tên tệp và tên trang tính không có {kind}")
        for kinds in [kinds_in_name(file_name), *(kinds_in(sheet.name) for sheet in workbook.sheets)]
        for kind in kinds
    ]
    for sheet in workbook.sheets:
        problems += [
            Problem("personal-data", safe_name(sheet.name), cell, expected=f"ghi chú không có {kind}")
            for cell, text in sheet.notes
            for kind in kinds_in(text)
        ]
        of_sheet = [(block, body) for block, body in tables if block.sheet is sheet]
        for block, body in of_sheet:
            problems += _in_table(block, body)
        for numbers in _outside(sheet, of_sheet):
            problems += _in_region(sheet, numbers)
    return problems + _in_unseen_parts(workbook)


def _in_table(block: Block, body: Body) -> list[Problem]:
    sheet, rows = block.sheet, block.sheet.rows
    numbers = sorted({*body.data, *body.unread})
    width = max((len(rows[number]) for number in numbers), default=0)
    figures = {
        block.columns[column.name]
        for column in block.table.columns
        if column.type in NUMERIC and column.name in block.columns
    }
    columns = {position: values_at(block, numbers, position) for position in range(width)}
    people = any(
        has_people(values, block.headers.get(position, ""))
        for position, values in columns.items()
        if position not in figures and any(isinstance(value, str) for value in values)
    )
    problems = []
    for position, values in columns.items():
        header = block.headers.get(position, "")
        kinds = kinds_in_column(
            header, zip(numbers, values, strict=True), has_people=people, is_figure=position in figures
        )
        problems += [at_cells(sheet.name, found, position, kind, header) for kind, found in kinds.items()]
    of_data = set(numbers)
    told: set[str] = set()
    for number in range(block.body_start, _end_of_data(block, body)):
        for position, value in enumerate(rows[number]) if number not in of_data else ():
            for kind in kinds_in(value) if isinstance(value, str) else ():
                if kind not in told:
                    told.add(kind)
                    problems.append(at_cells(sheet.name, [number], position, kind))
    if born := find_born(rows, range(max(block.title_row, 0), body.end)):
        problems.append(at_cells(sheet.name, [born[0]], born[1], _BORN))
    return problems


def _end_of_data(block: Block, body: Body) -> int:
    """The row after the last of data: what follows it in a body is a list of its own, a remark or a signature."""
    return max((*body.data, *body.unread), default=block.body_start - 1) + 1


def _outside(sheet: Sheet, tables: Sequence[tuple[Block, Body]]) -> Iterator[range]:
    """The rows of a sheet that are in no table, part by part."""
    start = 0
    for first, end in sorted((block.body_start, _end_of_data(block, body)) for block, body in tables):
        if first > start:
            yield range(start, first)
        start = max(start, end)
    if start < len(sheet.rows):
        yield range(start, len(sheet.rows))


def _in_region(sheet: Sheet, numbers: range) -> list[Problem]:
    """Lists of people, and numbers of citizens, where no table was read."""
    rows = sheet.rows
    hits: dict[int, list[tuple[int, Value]]] = {}
    for number in numbers:
        for position, value in enumerate(rows[number]):
            if isinstance(value, str):
                if len(value) >= 8 and _DIGITS.search(value):
                    hits.setdefault(position, []).append((number, value))
            elif type(value) in (float, int) and 10**7 <= value < 10**15:  # type: ignore[operator]
                hits.setdefault(position, []).append((number, value))
    problems: list[Problem] = []
    contacts: set[str] = set()
    for position, values in hits.items():
        header = _header_above(rows, values[0][0], position)
        people = any(
            has_people([rows[row][other] for row, _ in values if other < len(rows[row])])
            for other in range(max(0, position - 4), position + 5)
            if other != position
        )
        kinds = kinds_in_column(header, values, has_people=people)
        for row, value in values:
            for kind in _kinds_by_label(rows[row], position, value):
                if row not in kinds.setdefault(kind, []):
                    kinds[kind].append(row)
        is_bare = not header and len(values) >= _BARE_NUMBERS and all(type(value) is not str for _, value in values)
        if is_bare and numbers.start and are_citizen_numbers([(row, int(value)) for row, value in values]):  # type: ignore[arg-type]
            kinds.setdefault(CITIZEN, [row for row, _ in values])
        for kind, found in kinds.items():
            if kind in CONTACTS:
                of_column = _distinct(values, header, kind)
                contacts |= of_column
                if len(of_column) >= _LIST_OF_CONTACTS or len(contacts) >= _MANY_CONTACTS:
                    problems.append(at_cells(sheet.name, found, position, f"danh sách {kind}", header))
            else:
                problems.append(at_cells(sheet.name, found, position, kind, header))
    if born := find_born(rows, numbers):
        problems.append(at_cells(sheet.name, [born[0]], born[1], _BORN))
    return problems


def _distinct(values: Iterable[tuple[int, Value]], header: str, kind: str) -> set[str]:
    named = named_in(header)
    found = set()
    for _, value in values:
        if isinstance(value, str):
            found |= {one.value for one in found_in(value, named) if one.kind == kind}
        elif type(value) in (float, int) and kind_of_number(int(value), named) == kind:  # type: ignore[arg-type]
            found.add(str(int(value)))  # type: ignore[arg-type]
    return found


def _header_above(rows: Sequence[Sequence[Value]], row: int, position: int) -> str:
    """The texts over a column, past its numbers; an empty row ends what belongs together."""
    texts: list[str] = []
    for number in range(row - 1, -1, -1):
        values = rows[number]
        value = values[position] if position < len(values) else None
        if isinstance(value, str) and value.strip():
            texts.append(value)
            if len(texts) == _HEADER_ROWS:
                break
        elif texts or not any(each is not None for each in values):
            break
    return " ".join(reversed(texts))


def _kinds_by_label(row: Sequence[Value], position: int, value: Value) -> list[str]:
    """Kinds that the text to the left of a cell names: "CMND:" and then the number."""
    before = [each for each in row[max(0, position - 3) : position] if each is not None]
    label = before[-1] if before else None
    if not isinstance(label, str) or len(label) > _LONGEST_LABEL:
        return []
    named: Kinds = named_in(label) - {PHONE, EMAIL, ACCOUNT}  # an office gives those of itself
    if not named:
        return []
    if isinstance(value, str) and not value.strip().isdecimal():
        return kinds_in(value, named)
    kind = kind_of_number(int(value), named)  # type: ignore[arg-type]  # a CSV has lost its zeros too
    return [kind] if kind else []


def _in_unseen_parts(workbook: Workbook) -> list[Problem]:
    """Identifiers in parts of the file that are no cells; a text that a cell shows is judged there."""
    if not workbook.unseen:
        return []
    shown = {
        found.value
        for sheet in workbook.sheets
        for text in (
            *(value for row in sheet.rows for value in row if isinstance(value, str)),
            *(note for _, note in sheet.notes),
        )
        for found in found_in(text)
    }
    told = {
        (place, found.kind)
        for place, text in workbook.unseen
        for found in found_in(text)
        if found.value not in shown and found.kind != EMAIL  # writers leave their address in every file they save
    }
    return [Problem("personal-data", expected=f"{place} không có {kind}", fix=_INSPECT) for place, kind in sorted(told)]
