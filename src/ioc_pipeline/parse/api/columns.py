"""Columns of fields → values and units; a bad field is told at its place."""

from dataclasses import replace
from datetime import date

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.parse.api.gathered import BadRecords, Gathered
from ioc_pipeline.parse.cells import BadCell, Parsed
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.fields import Absent, read_fields
from ioc_pipeline.parse.row_units import unit_problem
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column

_UNREAD = Parsed(None)


def read_column(found: Gathered, column: Column, source: Source, bad: BadRecords) -> list[Parsed]:
    """One column; bad and missing fields are told, and read as no value."""
    fields = found.fields[column.name]
    read = read_fields(fields, column, source)
    values: list[Parsed] = []
    for row, parsed in enumerate(read):
        if isinstance(parsed, BadCell):
            place = found.place(row, column)
            bad.tell(row, replace(place, code=parsed.code, expected=parsed.expected, fix=parsed.fix))
            values.append(_UNREAD)
            continue
        if column.required and fields[row] is Absent.ABSENT:
            _, array, position = found.where(row)
            place = replace(found.place(row, column), code="missing-field", cell=f"{array}/{position}", found="")
            bad.tell(row, place)
        values.append(parsed)
    return values


def read_units(
    found: Gathered, column: Column, names: list[Parsed], days: list[date], envelope: Envelope, bad: BadRecords
) -> list[OrgUnit | None]:
    """The unit of each record on its day."""
    units: list[OrgUnit | None] = []
    known: dict[tuple[object, date], OrgUnit | None] = {}
    province_code = envelope.province_code if column.level in ("commune", "agency") else None
    for row, (name, day) in enumerate(zip(names, days, strict=True)):
        text = name.value
        key = (text, day)
        if key in known and (known[key] or text is None):
            units.append(known[key])
            continue
        unit: OrgUnit | None = None
        if text is not None:
            try:
                unit = envelope.org_units.find(str(text), on=day, level=column.level, province_code=province_code)
            except (UnknownUnit, AmbiguousUnit) as error:
                problem = unit_problem(error, str(text), column, envelope, day) or Problem("unknown-unit")
                place = found.place(row, column)
                bad.tell(row, replace(place, code=problem.code, expected=problem.expected, fix=problem.fix))
        known[key] = unit
        units.append(unit)
    return units
