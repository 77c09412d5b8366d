"""Gathered columns → records, each once, in its newest version."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.record_keys import record_key
from ioc_pipeline.parse.api.columns import read_column, read_units
from ioc_pipeline.parse.api.gathered import BadRecords, Gathered, Told
from ioc_pipeline.parse.api.twins import tell_contradictions
from ioc_pipeline.parse.cells import Parsed
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.fields import Absent
from ioc_pipeline.parse.records import RecordTable, Single, latest_possible
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column, Table


def read_records(found: Gathered, source: Source, envelope: Envelope, told: Told) -> RecordTable:
    """Every record once; the few bad ones that the contract allows are left out, and told among the warnings."""
    bad = BadRecords()
    table = found.table
    read = RecordTable(
        source, table, envelope.reporting_unit_code, found.pages, found.arrays, found.page_of, found.positions
    )
    columns = {column.name: read_column(found, column, source, bad) for column in table.columns}
    unit_column = next((column for column in table.columns if column.type == "org_unit"), None)
    if unit_column:
        names = columns.pop(unit_column.name)
        days = _days(table, columns, envelope.received_on, len(names))
        read.units = read_units(found, unit_column, names, days, envelope, bad)
        tell_contradictions(found, unit_column, read.units, days, envelope, bad)
    else:
        read.units = [None] * len(found.positions)
    read.values = {name: [_single(value) for value in values] for name, values in columns.items()}
    read.texts = dict(found.fields)
    keys = [read.values.get(name) or found.fields[name] for name in table.record_key]
    read.keys = [
        record_key("" if isinstance(part, Absent) else part for part in row) for row in zip(*keys, strict=True)
    ]
    _check_changed_at(found, read, source, bad)
    if bad.rows and read.may_leave_out(len(bad.rows)):
        told.warnings += [replace(problem, is_left_out=True) for problem in bad.problems]
        read.leave_out(bad.rows)
    else:
        told.problems += bad.returned()
    _keep_newest(read, source)
    return read


def _single(parsed: Parsed) -> Single:
    return parsed.value


def _days(table: Table, columns: dict[str, list[Parsed]], otherwise: date, count: int) -> list[date]:
    """The day of each record, on which its unit bore its name: by the first date or time of the contract it has."""
    dated = [columns[column.name] for column in table.columns if column.type in ("timestamp", "date")]
    days = [otherwise] * count
    for values in reversed(dated):
        for row, parsed in enumerate(values):
            value = parsed.value
            if isinstance(value, datetime):
                days[row] = local_day(value)
            elif isinstance(value, date):
                days[row] = value
    return days


def _watermark_column(read: RecordTable, source: Source) -> Column | None:
    watermark = source.api.watermark if source.api else None
    return next((each for each in read.table.columns if watermark and each.field == watermark.field), None)


def _check_changed_at(found: Gathered, read: RecordTable, source: Source, bad: BadRecords) -> None:
    """A record changed in the future would move the watermark there, and what changes until then would be missed."""
    column = _watermark_column(read, source)
    if column is None:
        return
    latest = [latest_possible(page) for page in read.pages]
    for row, value in enumerate(read.values[column.name]):
        if isinstance(value, datetime) and value > latest[read.page_of[row]]:
            bad.tell(row, replace(found.place(row, column), code="future-time"))


def _keep_newest(read: RecordTable, source: Source) -> None:
    """One version of each record: pages overlap, and records move between them while they are asked for."""
    newest: dict[str, int] = {}
    column = _watermark_column(read, source)
    times: Sequence[Any] = read.values[column.name] if column else [None] * len(read.keys)
    for row, key in enumerate(read.keys):
        before = newest.get(key)
        if before is None or times[row] is None or times[before] is None or times[row] >= times[before]:
            newest[key] = row
    if len(newest) < len(read.keys):
        read.keep(sorted(newest.values()))
