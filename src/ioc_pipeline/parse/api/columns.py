"""Columns of fields → values and units; a bad field is told at its place."""

from dataclasses import replace
from datetime import date

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.parse.api.gathered import Gathered, Told
from ioc_pipeline.parse.cells import BadCell, Parsed
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.fields import read_fields
from ioc_pipeline.parse.row_units import unit_problem
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column

PROBLEMS_OF_A_COLUMN = 1000  # nobody mends more at once, and a wholly wrong column is one mistake
_UNREAD = Parsed(None)


def read_column(found: Gathered, column: Column, source: Source, told: Told) -> list[Parsed]:
    """One column; bad fields are told, and read as no value."""
    read = read_fields(found.fields[column.name], column, source)
    values: list[Parsed] = []
    room = PROBLEMS_OF_A_COLUMN
    for row, parsed in enumerate(read):
        if isinstance(parsed, BadCell):
            if room:
                room -= 1
                expected, fix = parsed.expected, parsed.fix
                told.problems.append(replace(found.place(row, column), code=parsed.code, expected=expected, fix=fix))
            values.append(_UNREAD)
        else:
            values.append(parsed)
    return values


def read_units(
    found: Gathered, column: Column, names: list[Parsed], days: list[date], envelope: Envelope, told: Told
) -> list[OrgUnit | None]:
    """The unit of each record on its day."""
    units: list[OrgUnit | None] = []
    known: dict[tuple[object, date], OrgUnit | None] = {}
    province_code = envelope.province_code if column.level in ("commune", "agency") else None
    room = PROBLEMS_OF_A_COLUMN
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
                if room:
                    room -= 1
                    problem = unit_problem(error, str(text), column, envelope, day) or Problem("unknown-unit")
                    place = found.place(row, column)
                    told.problems.append(replace(place, code=problem.code, expected=problem.expected, fix=problem.fix))
        known[key] = unit
        units.append(unit)
    return units
