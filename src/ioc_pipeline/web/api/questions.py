"""What a program may ask: one model of parameters for each resource, and the published table that answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_ROWS = 1000

Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class Asked(BaseModel):
    """What every resource takes. Other parameters are refused, so that a mistyped filter is never passed over."""

    model_config = ConfigDict(extra="forbid")

    as_of_version: Word | None = Field(None, description="A kept version of the marts; without it the current one.")
    format: Literal["json", "csv"] = Field("json", description="csv is safe to open in a spreadsheet.")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Rows of one answer.")
    offset: int = Field(0, ge=0, lt=1_000_000_000, description="Rows to pass over; `next` gives it.")


class Dated(Asked):
    """Rows of periods."""

    ends_from: date | None = Field(None, description="First day that the period may end on.")
    ends_to: date | None = Field(None, description="Last day that the period may end on.")


class Indicators(Asked):
    """The catalogue."""

    indicator_code: Word | None = None
    system_code: Word | None = None


class Units(Asked):
    """Administrative units with the days between which each had its name."""

    org_unit_code: Word | None = None
    org_unit_level: Word | None = None
    province_code: Word | None = None


class Codes(Asked):
    """The words for every code: status, reason, qualifier, unit of measure."""

    code_set: Word | None = None


class Values(Dated):
    """Values of indicators over time."""

    indicator_code: Word | None = None
    org_unit_code: Word | None = None
    breakdown: Word | None = Field(None, description="Dimension members; empty for the whole.")
    geography: Literal["as_reported", "restated"] | None = None
    period_type: Word | None = None
    org_unit_level: Word | None = None
    system_code: Word | None = None


class Latest(Asked):
    """The newest value of each indicator and unit, with its target and its changes."""

    indicator_code: Word | None = None
    org_unit_code: Word | None = None
    breakdown: Word | None = None
    system_code: Word | None = None


class Reporting(Dated):
    """Who owes which report, and what became of it."""

    source_name: Word | None = None
    department_code: Word | None = None
    reporting_unit_code: Word | None = None
    status: Word | None = None


class Lineage(Dated):
    """The cells that a value is made of. An indicator is needed: all cells together are the whole warehouse."""

    indicator_code: Word
    org_unit_code: Word | None = None
    geography: Literal["as_reported", "restated"] | None = None
    period_type: Word | None = None
    delivery_seq: int | None = Field(None, ge=0, lt=2**63)


class Revisions(Dated):
    """What a published value said before."""

    indicator_code: Word | None = None
    org_unit_code: Word | None = None


class Conflicts(Dated):
    """Where two sources, two articles or a sum and its total disagree."""

    indicator_code: Word | None = None
    org_unit_code: Word | None = None
    verdict: Word | None = None


RESOURCES: dict[str, tuple[str, type[Asked]]] = {
    "indicators": ("dim_indicator", Indicators),
    "units": ("dim_org_unit", Units),
    "codes": ("dim_code", Codes),
    "values": ("mart_indicator_series", Values),
    "latest": ("mart_indicator_latest", Latest),
    "reporting": ("mart_reporting_status", Reporting),
    "lineage": ("mart_lineage", Lineage),
    "revisions": ("mart_revision", Revisions),
    "conflicts": ("mart_conflict", Conflicts),
}
"""Each resource by its name in the address: its table, and what may be asked of it."""
