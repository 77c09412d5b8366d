"""From a published value back to the file, the sheet and the cell that it was read from."""

from dataclasses import dataclass
from datetime import date

import duckdb

from ioc_pipeline.serve.indicator import ValueKey
from ioc_pipeline.serve.result import Result, fetch

_WHICH = """
    (
        published.indicator_code = $indicator
        or dim_indicator.alias_code = $indicator
        or lower(dim_indicator.indicator_name_vi) = lower($indicator)
    )
    and (
        published.org_unit_code = $unit
        -- a name is its unit's of that time; a code may have named another one before
        or exists (
            from dim_org_unit as unit
            where
                lower(unit.org_unit_name) = lower($unit)
                and unit.org_unit_code = published.org_unit_code
                and if(
                    published.geography = 'restated', unit.valid_to_date = date '9999-12-31',
                    published.period_end_date between unit.valid_from_date and unit.valid_to_date
                )
        )
    )
    and published.period_end_date between $first_day and $last_day
"""

_VALUES = f"""
select
    published.indicator_code, published.org_unit_code, published.breakdown, published.geography,
    published.period_type, published.period_start_date, published.period_end_date
from mart_indicator_series as published
inner join dim_indicator using (indicator_code)
where {_WHICH}
order by
    published.period_end_date, published.period_start_date desc, published.indicator_code, published.org_unit_code,
    published.breakdown, published.geography
"""  # noqa: S608  # parts of ours

_TRACE = f"""
select
    published.indicator_code, published.org_unit_code, published.geography, published.period_start_date,
    published.period_end_date, published.role, published.element_code, published.breakdown,
    published.source_org_unit_code, published.exact_value as value, published.value_text, published.record_count,
    published.delivery_seq, published.file_name, published.sheet_name, published.cell
from mart_lineage as published
inner join dim_indicator using (indicator_code)
where {_WHICH}
order by all
"""  # noqa: S608  # parts of ours


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
    return fetch(marts, _TRACE, _asked(value))


def values(marts: duckdb.DuckDBPyConnection, value: PublishedValue) -> list[ValueKey]:
    """Every published value that is meant: a code and a month may name several, by breakdown and geography."""
    return [ValueKey(*row) for row in fetch(marts, _VALUES, _asked(value)).rows]


def _asked(value: PublishedValue) -> dict[str, object]:
    return {
        "indicator": value.indicator,
        "unit": value.unit,
        "first_day": value.first_day,
        "last_day": value.last_day,
    }
