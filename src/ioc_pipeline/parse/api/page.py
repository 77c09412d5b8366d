"""One page → its records by table, each at its place."""

from collections.abc import Hashable, Iterator, Sequence
from datetime import date

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.pages import Page, pointer
from ioc_pipeline.parse.api.gathered import PageRecords, Record, Told, key_fields
from ioc_pipeline.parse.api.identifiers import tell_personal_within
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.records import text_of
from ioc_pipeline.reference.responses import ListPage
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Table


def records_by_table(page: Page, said: ListPage, source: Source, envelope: Envelope, told: Told) -> list[PageRecords]:
    """The records of a page by the layout that holds at their time."""
    api, elements = source.api, said.records
    assert api is not None
    array = pointer(*(said.place.split(".") if said.place else ()))
    if elements is None:
        places = " hoặc ".join(f"“{place}”" if place else "chính câu trả lời" for place in api.records)
        told.problems.append(Problem("missing-records", expected=f"một danh sách ở {places}", page=page.name))
        return []
    tables = [table for table in in_force(source, envelope.received_on) if table.record]
    if page.period:
        tables += [table for table in in_force(source, page.period.end) if not table.record]
    if page.period and page.period.start > envelope.received_on:
        told.problems.append(Problem("future-period", array, page=page.name))
        return []
    chosen: dict[int, PageRecords] = {}
    for position, element in enumerate(elements):
        if type(element) is not dict:
            cell = f"{array}/{position}"
            told.problems.append(Problem("bad-record", array, cell, found=text_of(element), page=page.name))
            tell_personal_within(element, page, cell, told)
            continue
        record = flatten(element)
        table = next((each for each in tables if _fulfils(record, each)), None)
        if table is None:
            _tell_unmatched(record, array, position, page, tables, told)
            tell_personal_within(element, page, f"{array}/{position}", told)
            continue
        of_table = chosen.setdefault(id(table), PageRecords(table, page, array))
        of_table.positions.append(position)
        of_table.records.append(record)
    return list(chosen.values())


def keys_in(given: PageRecords) -> Iterator[tuple[Hashable, str]]:
    """What tells each record of a table from the others of its list, with its place."""
    names = key_fields(given.table)
    for position, record in zip(given.positions, given.records, strict=True):
        cell = f"{given.array}/{position}"
        values = [record.get(name) for name in names]
        own = tuple(value if isinstance(value, str) else text_of(value) for value in values) or (given.page.name, cell)
        yield (given.table.name, *own), cell


def in_force(source: Source, day: date) -> list[Table]:
    """The layouts that hold on a day: of records that of the response, of figures the last of their period."""
    return [table for table in source.tables if table.valid_from <= day <= table.valid_to]


def flatten(record: Record) -> Record:
    """Nested objects as names joined by dots; lists stay as they are."""
    if not any(type(value) is dict for value in record.values()):
        return record
    flat: Record = {}
    waiting: list[tuple[str, Record]] = [("", record)]
    while waiting:
        before, nested = waiting.pop()
        for name, value in nested.items():
            if type(value) is dict and value:
                waiting.append((f"{before}{name}.", value))
            else:
                flat[f"{before}{name}"] = value
    return flat


def _fulfils(record: Record, table: Table) -> bool:
    return all(isinstance(record.get(name), str) and record[name] == wanted for name, wanted in table.where.items())


def _tell_unmatched(record: Record, array: str, position: int, page: Page, tables: Sequence[Table], told: Told) -> None:
    """Once for each value of the field that tells the tables apart."""
    name = next((name for table in tables for name in table.where), "")
    found = text_of(record.get(name))
    if ("unmatched-record", found) not in told.fields:
        told.fields.add(("unmatched-record", found))
        wanted = ", ".join(dict.fromkeys(f"“{table.where[name]}”" for table in tables if name in table.where))
        cell = f"{array}/{position}{pointer(*name.split('.')) if name else ''}"
        expected = f"một trong: {wanted}" if wanted else ""
        told.problems.append(Problem("unmatched-record", array, cell, name, found, expected, page=page.name))
