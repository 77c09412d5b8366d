"""Whether everything a sheet says of units and scales is what its contract counts in."""

import re
from collections.abc import Iterator

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.headers import columns_under, units_beyond
from ioc_pipeline.parse.layout import HEADER_DISTANCE, Block
from ioc_pipeline.parse.rows import UnitMeasure
from ioc_pipeline.parse.texts import cell_text, is_number
from ioc_pipeline.parse.units_of_measure import (
    CURRENCIES,
    bracketed_units,
    is_unit,
    read_unit,
    stated_units,
    without_units,
)
from ioc_pipeline.reference.tables import NUMERIC, Column

_UNITS = re.compile(r"[,;]\s*")  # "tỷ đồng, %": one unit line for several columns
_ENDING = re.compile(r"\.\w{3,4}$")
_BEHIND_NUMBER = re.compile(r"(?<=\d)[_.\-]+(?=[^\W\d])")  # "Bieu_01_trieu_dong" speaks of no amount
_SIGN_FOR_BLANK = re.compile(r"(?<![\s\d])[_.\-]+|[_.\-]+(?![\s\d])")
_AS_COUNTED = "số liệu theo đúng đơn vị đếm, không tính theo nghìn, triệu hay tỷ"
_LONGEST_LINE = 40  # a longer text must say that it speaks of units
_SAYS_UNITS = re.compile(r"(?:don vi|dv) (?:tinh|do|tien)|dvt|tinh (?:theo|bang)|so lieu")


def unit_problems(block: Block, body: Body, names: list[str]) -> list[Problem]:
    """A form that says it counts in millions where its contract says billions would be a thousandfold wrong.

    Every text on the sheet that states a unit has its say: above, beside and below the table, in upper headers, in
    brackets, and the `names` of sheet and file. A contract without `unit_line` takes its figures as they are counted:
    no thousands, no millions. A unit in the brackets of a column's own header is about that column alone.
    """
    told: dict[str, Problem] = {}
    for address, text in _statements(block, body, names):
        units = stated_units(text)
        for unit in units:
            if _is_of_no_column(block, units) or not _is_the_contracts(block, unit):
                expected = block.table.unit_line
                told.setdefault(
                    fold(unit),
                    Problem(
                        "wrong-unit-measure",
                        block.sheet.name,
                        address,
                        found=unit,
                        expected=f"“{expected}”" if expected else _AS_COUNTED,
                    ),
                )
    return [*told.values(), *_header_problems(block)]


def _is_of_no_column(block: Block, units: tuple[str, ...]) -> bool:
    """ "Đơn vị tính: %" or "đồng", and nothing else, over a table that only counts."""
    counts_only = {column.type for column in block.table.columns if column.type in NUMERIC} == {"count"}
    return counts_only and all(read_unit(unit).name in {"%", *CURRENCIES} for unit in units)


def _is_the_contracts(block: Block, written: str) -> bool:
    unit = read_unit(written)
    if not block.table.unit_line:
        if unit.name in CURRENCIES - {"dong"}:
            return False
        return unit.multiplier == 1 or unit.multiplier in {column.multiplier for column in block.table.columns}
    own = [read_unit(part) for part in _UNITS.split(block.table.unit_line)]
    return unit in own or _is_short_for(unit, own)


def _is_short_for(unit: UnitMeasure, own: list[UnitMeasure]) -> bool:
    """ "ĐVT: tỷ" over a form in tỷ đồng."""
    return not unit.name and unit.multiplier in {each.multiplier for each in own if each.name == "dong"}


def _header_problems(block: Block) -> Iterator[Problem]:
    columns = {block.columns[column.name]: column for column in block.table.columns if column.name in block.columns}
    for position, column in columns.items():
        for unit in units_beyond(column, block.headers.get(position, "")):
            if column.type in NUMERIC and not _fits(block, column, unit):
                where = (block.sheet.name, cell_address(block.body_start - 1, position), block.headers[position])
                yield Problem("wrong-unit-measure", *where, found=unit, expected=_expected(block, column))


def _fits(block: Block, column: Column, written: str) -> bool:
    """Whether a column may be counted in a unit: its scale is the contract's, and a share is no count."""
    unit = read_unit(written)
    if (unit.name == "%") != (column.type == "percent"):
        return column.type in ("number", "rank", "ratio")
    if column.type == "money":
        money = [part for part in map(read_unit, _UNITS.split(block.table.unit_line or "")) if part.name == "dong"]
        return unit in money or _is_short_for(unit, money) if money else unit.multiplier == column.multiplier
    return unit.name not in CURRENCIES and unit.multiplier == column.multiplier


def _expected(block: Block, column: Column) -> str:
    if column.type == "percent":
        return "“%”"
    return f"“{block.table.unit_line}”" if column.type == "money" and block.table.unit_line else _AS_COUNTED


def _statements(block: Block, body: Body, names: list[str]) -> Iterator[tuple[str, str]]:
    """(address, text) of every text that may speak of units and is neither a header of a column nor a figure."""
    for name in names:
        yield "", _SIGN_FOR_BLANK.sub(" ", _BEHIND_NUMBER.sub(" - ", _ENDING.sub("", name)))
    for address, text in block.sheet.notes:
        yield address, cell_text(text)
    yield cell_address(max(block.title_row, 0), 0), _beyond_own_titles(block)
    rows = block.sheet.rows
    of_table = {position for name, position in block.columns.items() if _is_numeric(block, name)}
    header_top = block.body_start - block.header_height
    for number in range(max(0, block.title_row - HEADER_DISTANCE), header_top):
        for position, value in enumerate(rows[number]):
            if isinstance(value, str):
                yield cell_address(number, position), cell_text(value)
    known = set(block.columns.values())
    data, first = set(body.data), min(body.data, default=block.body_start)
    for number in range(header_top, body.end):
        for position, value in enumerate(rows[number]):
            if not isinstance(value, str) or (number in data and position in of_table):
                continue
            is_header = number < block.body_start
            if is_header and position in known:
                continue  # its own brackets are read with its column
            text = cell_text(value)
            is_of_another = number < first and known.isdisjoint(columns_under(block.sheet, number, position))
            if is_of_another and (_names_a_column(text) or _has_name_above(block, number, position)):
                continue  # a column that the form does not ask for: its unit is its own
            if number in data or is_header or _SAYS_UNITS.search(fold(text)) or len(text) < _LONGEST_LINE:
                yield cell_address(number, position), text
    yield from _lines_below(block, body)


def _beyond_own_titles(block: Block) -> str:
    """What a title says besides the contract's own: "… trên địa bàn các xã, triệu đồng"."""
    words = block.title.split()
    folded = [fold(word) for word in words]
    for own in (fold(title).split() for title in block.table.titles):
        for start in range(len(words) - len(own) + 1):
            if folded[start : start + len(own)] == own:
                return " ".join(words[:start] + words[start + len(own) :])
    return block.title


def _lines_below(block: Block, body: Body) -> Iterator[tuple[str, str]]:
    """Lines under the notes and signatures, as far as no figures of another table stand below them."""
    rows = block.sheet.rows
    visible = [
        number for number in range(body.end, min(block.body_end, len(rows))) if number not in block.sheet.hidden_rows
    ]
    first = body.end
    for number in visible:
        if any(is_number(value) for value in rows[number]):
            first = number + 1
    for number in visible:
        for position, value in enumerate(rows[number] if number >= first else ()):
            if isinstance(value, str) and len(value) < _LONGEST_LINE:
                yield cell_address(number, position), cell_text(value)


def _has_name_above(block: Block, number: int, position: int) -> bool:
    """Whether the name of a column stands over a cell of its header: "Dự toán" over "(triệu đồng)"."""
    above = block.sheet.rows[block.body_start - block.header_height : number]
    names = (row[position] for row in above)
    return any(isinstance(name, str) and not is_unit(name.strip("()[] ")) for name in names)


def _names_a_column(text: str) -> bool:
    """Whether a text states a unit only in the brackets behind a name: "Dự toán (đồng)", but not "(đồng)"."""
    return bool(bracketed_units(text)) and not is_unit(text) and not stated_units(without_units(text))


def _is_numeric(block: Block, name: str) -> bool:
    return any(column.name == name and column.type in NUMERIC for column in block.table.columns)
