"""Whether a form agrees with itself: its totals, and the org units it must hold."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.parse.body import Body
from ioc_pipeline.parse.cells import Parsed
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.layout import Block
from ioc_pipeline.parse.tables import ParsedTable, Rows, original_text
from ioc_pipeline.parse.values import read_column, value_at
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import ADDITIVE, NUMERIC, Column

NAMED_UNITS = 10  # how many missing units a message names before it only counts
_NOISE = Decimal("1e-15")  # of what was added: a double keeps as many digits


def unreadable_totals(parts: Sequence[tuple[Block, Rows, Body]], source: Source) -> list[Problem]:
    """Cells of total rows that hold no figure, whatever they should add up to."""
    return [
        problem
        for block, rows, body in parts
        for total in body.totals
        for column in block.table.columns
        if column.type in NUMERIC and column.name in rows.values
        for problem in _stated(block, source, column, total.number)[1]
    ]


def check_totals(parts: Sequence[tuple[Block, Rows, Body]], source: Source) -> list[Problem]:
    """Each total row against the rows it adds up: counts exactly, money within the rounding of its parts.

    A grand total is right when it fits the rows above it or all of them, also in the blocks where the table goes on.
    What only rounding explains is one warning for each block.
    """
    problems: list[Problem] = []
    rounded: dict[int, list[Problem]] = {}
    for block, rows, body in parts:
        for total in body.totals:
            for column in block.table.columns:
                if column.type in ADDITIVE and column.name in rows.values:
                    whole = [others for _, others, _ in parts if others.periods[:1] == rows.periods[:1]]
                    figures = rows.values[column.name]
                    added = [figures[start:stop] for start, stop in (*total.others, (total.start, total.stop))]
                    if total.is_grand and (len(whole) > 1 or total.stop < len(rows.numbers)):
                        added.append([parsed for others in whole for parsed in others.values.get(column.name, [])])
                    found = _check_total(block, source, column, total.number, added)
                    problems += [problem for problem in found if problem.severity == "critical"]
                    rounded.setdefault(id(block), []).extend(p for p in found if p.severity == "warning")
    return problems + [_told_together(found) for found in rounded.values() if found]


def _told_together(rounded: list[Problem]) -> Problem:
    """One warning for all rounded totals of a block, at the first of them."""
    more = f" (và {len(rounded) - 1} ô cộng khác)" if len(rounded) > 1 else ""
    return replace(rounded[0], expected=rounded[0].expected + more)


def _check_total(
    block: Block, source: Source, column: Column, number: int, added: Iterable[Sequence[Parsed]]
) -> list[Problem]:
    """One cell of a total row; `added` are the rows it may add up, of which one must fit, at least when rounded."""
    position = block.columns[column.name]
    stated, _ = _stated(block, source, column, number)
    if not isinstance(stated.value, Decimal):
        return []
    expected = rounded = ""
    for values in added:
        numbers = [parsed.value for parsed in values if isinstance(parsed.value, Decimal)]
        total = sum(numbers, Decimal(0))
        difference = abs(stated.value - total)
        if not values or difference <= _noise(column, [*numbers, stated.value]):
            return []
        expected = f"{total:f}".replace(".", ",")
        if difference <= _rounding(column, [*numbers, stated.value]):
            rounded = expected
    where = (block.sheet.name, cell_address(number, position), block.headers.get(position, ""))
    found = original_text(value_at(block, number, position))
    if rounded:
        return [Problem("rounded-total", *where, found=found, expected=rounded, severity="warning")]
    return [Problem("total-mismatch", *where, found=found, expected=expected)]


def _stated(block: Block, source: Source, column: Column, number: int) -> tuple[Parsed, list[Problem]]:
    """What one cell of a total row says; nothing has to stand there."""
    position = block.columns[column.name]
    (stated,), bad = read_column(block, source, column.model_copy(update={"blank": "no_data"}), position, [number])
    return stated, bad


def _rounding(column: Column, numbers: Sequence[Decimal]) -> Decimal:
    """Largest difference that rounding alone explains: half of the last written place for each part and the total."""
    if column.type == "count":
        return Decimal(0)
    places = max(-int(number.normalize().as_tuple().exponent) for number in numbers)
    return Decimal(len(numbers)) * Decimal(1).scaleb(-max(places, 0)) / 2


def _noise(column: Column, numbers: Sequence[Decimal]) -> Decimal:
    """What a spreadsheet's own arithmetic leaves of numbers that cancel each other: 0.3 - 0.1 - 0.2 is -2.8e-17."""
    return Decimal(0) if column.type == "count" else _NOISE * sum(map(abs, numbers))


def check_keys(read: ParsedTable, envelope: Envelope, *, are_all_named: bool) -> list[Problem]:
    """One row per unit and period (and record key), and all units that a full form must hold."""
    problems: list[Problem] = []
    seen: dict[tuple[object, ...], str] = {}
    present: dict[Period, set[str]] = {}
    unit_column = next((column for column in read.table.columns if column.type == "org_unit"), None)
    for rows in read.blocks:
        keys = [rows.values[name] for name in read.table.record_key if name in rows.values]
        if len(rows.periods) != len(rows.units):
            return []  # a period that could not be read has been told already
        addresses = rows.addresses(unit_column.name if unit_column else next(iter(rows.letters)))
        for index, (unit, period) in enumerate(zip(rows.units, rows.periods, strict=True)):
            key = (unit.code, period, *(column[index].value for column in keys))
            address = addresses[index]
            if key in seen:
                problems.append(
                    Problem(
                        "duplicate-row",
                        rows.sheet_name,
                        address,
                        found=unit.full_name,
                        expected=f"trùng với ô {seen[key]}",
                        page=rows.page,
                    )
                )
            seen.setdefault(key, address)
            present.setdefault(period, set()).add(unit.code)
    # A name that could not be told is one of the missing units; it has been told itself.
    if unit_column and read.table.expects_all_units and read.table.replaces == "scope" and are_all_named:
        for period, codes in present.items():
            members = envelope.org_units.members(
                level=str(unit_column.level), province_code=envelope.province_code, on=period.end
            )
            missing = [unit.full_name for unit in members if unit.code not in codes]
            if missing:
                named = ", ".join(missing[:NAMED_UNITS]) + ("…" if len(missing) > NAMED_UNITS else "")
                problems.append(
                    Problem(
                        "missing-units",
                        read.blocks[0].sheet_name,
                        found=f"{len(codes)}/{len(members)} đơn vị; thiếu {named}",
                        expected=f"đủ {len(members)} đơn vị",
                        page=next(rows.page for rows in read.blocks if period in rows.periods),
                    )
                )
    return problems
