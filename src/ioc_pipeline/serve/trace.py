"""From a published value back to the file, the sheet and the cell that it was read from."""

from dataclasses import dataclass
from datetime import date

import duckdb

from ioc_pipeline.serve.result import Result, fetch

_TRACE = """
select
    lineage.indicator_code, lineage.org_unit_code, lineage.geography, lineage.period_start_date,
    lineage.period_end_date, lineage.role, lineage.element_code, lineage.breakdown,
    lineage.source_org_unit_code, lineage.value, lineage.value_text, lineage.record_count,
    lineage.delivery_seq, lineage.file_name, lineage.sheet_name, lineage.cell
from mart_lineage as lineage
inner join dim_indicator using (indicator_code)
where
    (
        lineage.indicator_code = $indicator
        or dim_indicator.alias_code = $indicator
        or lower(dim_indicator.indicator_name_vi) = lower($indicator)
    )
    and (
        lineage.org_unit_code = $unit
        -- a name is its unit's of that time; a code may have named another one before
        or exists (
            from dim_org_unit as unit
            where
                lower(unit.org_unit_name) = lower($unit)
                and unit.org_unit_code = lineage.org_unit_code
                and if(
                    lineage.geography = 'restated', unit.valid_to_date = date '9999-12-31',
                    lineage.period_end_date between unit.valid_from_date and unit.valid_to_date
                )
        )
    )
    and lineage.period_end_date between $first_day and $last_day
order by all
"""


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """Which value a person asks about: its period ends from `first_day` to `last_day`.

    `indicator` is a code, an alias or a Vietnamese name, `unit` a code or the unit's name at that time.
    """

    indicator: str
    unit: str
    first_day: date
    last_day: date


def trace(marts: duckdb.DuckDBPyConnection, value: PublishedValue) -> Result:
    """One row per term of the value and cell it was read from; no row if no such value is published."""
    asked = {
        "indicator": value.indicator,
        "unit": value.unit,
        "first_day": value.first_day,
        "last_day": value.last_day,
    }
    return fetch(marts, _TRACE, asked)
