"""A unit and its names, each with the days on which it counts."""

from dataclasses import dataclass
from datetime import date

LEVELS = ("country", "province", "district", "commune", "agency")
MERGED_ON = date(2025, 7, 1)
"""When provinces and communes became fewer and districts none: Resolution 202/2025/QH15, and those of the provinces."""


@dataclass(frozen=True, slots=True)
class OrgUnit:
    """A country, province, district, commune or agency while it was one and the same.

    `code` is a key only together with a date: most commune codes named another unit before 2025-07-01.
    `valid_to` is the last day, None while the unit exists. `unit_type` is "Xã", "Phường", …; an agency has its kind.
    `province_code` is '' for the country and for national agencies.
    """

    code: str
    level: str
    full_name: str
    name: str
    unit_type: str
    parent_code: str
    province_code: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of a unit and the days on which it may be called so (an alias can be shorter-lived)."""

    spelling: str
    unit: OrgUnit
    valid_from: date
    valid_to: date | None


def covers(name: OrgUnit | Name, on: date) -> bool:
    """Whether the unit existed, or the name was its name, on that day."""
    return name.valid_from <= on and (name.valid_to is None or on <= name.valid_to)


def is_within(unit: OrgUnit, province_code: str | None) -> bool:
    """Whether a unit is in reach of a province; provinces and the country are in reach of all."""
    return province_code is None or unit.level in ("country", "province") or unit.province_code in ("", province_code)
