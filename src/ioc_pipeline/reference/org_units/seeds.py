"""org_units.csv, agencies.csv, org_unit_aliases.csv and aliases.csv → units and their other names."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.org_units.unit import LEVELS, Name, OrgUnit
from ioc_pipeline.reference.seeds import read_rows

_UNIT_COLUMNS = [
    "org_unit_code",
    "level",
    "full_name",
    "name",
    "unit_type",
    "parent_code",
    "province_code",
    "valid_from_date",
    "valid_to_date",
]
_AGENCY_COLUMNS = [
    "org_unit_code",
    "full_name",
    "name",
    "parent_code",
    "province_code",
    "kind",
    "valid_from_date",
    "valid_to_date",
]
_ALIAS_COLUMNS = ["alias", "org_unit_code", "valid_from_date", "valid_to_date", "note"]


def read_units(path: Path) -> Iterator[OrgUnit]:
    for line, row in read_rows(path, _UNIT_COLUMNS):
        code, level, full_name, name, unit_type, parent_code, province_code, first, last = row
        if level not in LEVELS:
            raise ContractError(f"{path.name} line {line}: level is '{level}', expected one of {', '.join(LEVELS)}")
        yield OrgUnit(
            code, level, full_name, name, unit_type, parent_code, province_code, *_validity(path, line, first, last)
        )


def read_agencies(seeds: Declared) -> Iterator[OrgUnit]:
    """The agencies alone, without the cost of the units of the whole country."""
    path = seeds / "agencies.csv"
    for line, row in read_rows(path, _AGENCY_COLUMNS):
        code, full_name, name, parent_code, province_code, kind, first, last = row
        validity = _validity(path, line, first, last)
        yield OrgUnit(code, "agency", full_name, name, kind, parent_code, province_code, *validity)


def read_aliases(seeds: Declared, units: Iterable[OrgUnit]) -> Iterator[Name]:
    """The aliases of all provinces, then the province's own where it has any.

    An alias counts in each identity period of its unit that its own dates touch.
    """
    by_code: dict[str, list[OrgUnit]] = {}
    for unit in units:
        by_code.setdefault(unit.code, []).append(unit)
    for path in (seeds / "org_unit_aliases.csv", *seeds.glob("aliases.csv")):
        for line, (alias, code, first, last, _) in read_rows(path, _ALIAS_COLUMNS):
            valid_from, valid_to = _validity(path, line, first or date.min.isoformat(), last)
            touched = [
                Name(alias, unit, max(unit.valid_from, valid_from), _earlier(unit.valid_to, valid_to))
                for unit in by_code.get(code, ())
                if unit.valid_from <= (valid_to or date.max) and valid_from <= (unit.valid_to or date.max)
            ]
            if not touched:
                raise ContractError(
                    f"{path.name} line {line}: no unit has the code '{code}' between the dates given; "
                    "a code keeps its leading zeros, e.g. 03646"
                )
            yield from touched


def _validity(path: Path, line: int, first: str, last: str) -> tuple[date, date | None]:
    try:
        return _day(first), _day(last) if last else None
    except ValueError:
        raise ContractError(
            f"{path.name} line {line}: dates are '{first}' and '{last}', expected YYYY-MM-DD; the last may be empty"
        ) from None


@lru_cache(maxsize=256)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def _earlier(first: date | None, second: date | None) -> date | None:
    return min((day for day in (first, second) if day), default=None)
