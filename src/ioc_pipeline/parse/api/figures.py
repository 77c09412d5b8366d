"""Gathered columns → figures: one block of rows a page, for the period that the page was asked for."""

from dataclasses import replace
from decimal import Decimal

from ioc_pipeline.domain.pages import Page
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.parse.agreement import check_keys
from ioc_pipeline.parse.api.columns import read_column, read_units
from ioc_pipeline.parse.api.gathered import BadRecords, Gathered, Told
from ioc_pipeline.parse.api.twins import tell_contradictions
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.records import pointers, text_of
from ioc_pipeline.parse.tables import ParsedTable, Rows
from ioc_pipeline.reference.sources import Source


def read_figures(found: Gathered, source: Source, envelope: Envelope, told: Told) -> ParsedTable:
    """A table of figures: one block of rows per page, each for the period that its page was asked for."""
    table = found.table
    bad = BadRecords()
    unit_column = next((column for column in table.columns if column.type == "org_unit"), None)
    columns = {column.name: read_column(found, column, source, bad) for column in table.columns}
    periods = [_period_of(page) for page in found.pages]
    if unit_column:
        days = [periods[page].end for page in found.page_of]
        units = read_units(found, unit_column, columns.pop(unit_column.name), days, envelope, bad)
        tell_contradictions(found, unit_column, units, days, envelope, bad)
    else:
        code = envelope.province_code if table.org_unit == "province" else envelope.reporting_unit_code
        units = [envelope.org_units.get(code, periods[page].end) for page in found.page_of]
    rows_of: list[list[int]] = [[] for _ in found.pages]
    seen: dict[tuple[object, ...], tuple[object, ...]] = {}
    for row, page in enumerate(found.page_of):
        content = tuple(text_of(values[row]) for values in found.fields.values())
        unit = units[row]
        key = (unit.code if unit else None, periods[page], *(columns[name][row].value for name in table.record_key))
        if unit is None or seen.get(key) == content:
            continue  # told, or the same again in another page
        seen.setdefault(key, content)
        rows_of[page].append(row)
    counted: dict[Period, int] = {}
    for page, rows in enumerate(rows_of):
        counted[periods[page]] = counted.get(periods[page], 0) + len(rows)
    read = ParsedTable(source, table, envelope.reporting_unit_code, [])
    for index, chosen in enumerate(rows_of):
        among = Decimal(counted[periods[index]])
        block = Rows(found.arrays[index], source.maturity, found.pages[index].delivery_seq, found.pages[index].name)
        block.letters = {column.name: pointers(table).get(column.name, "") for column in table.columns}
        block.headers = {column.name: column.field or "" for column in table.columns}
        block.numbers = [found.positions[row] for row in chosen]
        block.units = [unit for row in chosen if (unit := units[row])]
        block.periods = [periods[index]] * len(chosen)
        for column in table.columns:
            block.texts[column.name] = [text_of(found.fields[column.name][row]) for row in chosen]
            if column.name in columns:
                values = [columns[column.name][row] for row in chosen]
                if column.type == "rank":
                    values = [
                        replace(each, of=among) if each.value is not None and each.of is None else each
                        for each in values
                    ]
                block.values[column.name] = values
        read.blocks.append(block)
    told.problems += bad.returned()
    told.problems += check_keys(read, envelope, are_all_named=not bad.rows)
    return read


def _period_of(page: Page) -> Period:
    if page.period is None:
        raise ValueError(f"{page.name}: a table of figures needs the period of its request")
    return page.period
