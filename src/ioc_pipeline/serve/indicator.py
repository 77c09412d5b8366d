"""One indicator: what it is, its values over time, and those of all units in one period."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from ioc_pipeline.serve.result import records

Rows = list[dict[str, Any]]

# Values of one code and another first day are of another unit: they belong to another line.
_SERIES = """
with

named as (

    select
        series.*,
        max(series.org_unit_series_from_date) over () as newest_series_from_date

    from mart_indicator_series as series

    where
        series.indicator_code = $indicator
        and series.org_unit_code = $unit
        and series.breakdown = $breakdown

)

select
    period_type, period_start_date, period_end_date, period_label_vi, clock, org_unit_name,
    max(value) filter (geography = 'as_reported') as reported_value,
    max(value) filter (geography = 'restated') as restated_value,
    coalesce(max(null_reason) filter (geography = 'as_reported'), '') as reported_null_reason,
    coalesce(max(null_reason) filter (geography = 'restated'), '') as restated_null_reason,
    coalesce(max(restatement) filter (geography = 'restated'), '') as restatement,
    coalesce(max(restatement_basis) filter (geography = 'restated'), '') as restatement_basis,
    max(value_qualifier) as value_qualifier,
    max(maturity) as maturity,
    max(units_present_count) as units_present_count,
    max(units_expected_count) as units_expected_count
from named
where geography = 'restated' or org_unit_series_from_date = newest_series_from_date
group by all
order by period_end_date, period_start_date desc
"""

_INDICATOR = "select * from dim_indicator where indicator_code = $indicator"

_TARGET = """
select target_value, target_direction, target_legal_source, is_example_target, target_status
from mart_indicator_latest
where indicator_code = $indicator and org_unit_code = $unit and breakdown = $breakdown and target_value is not null
"""

_BREAKDOWNS = """
select distinct breakdown
from mart_indicator_series
where indicator_code = $indicator and org_unit_code = $unit
order by breakdown
"""

_UNITS = """
select
    series.org_unit_code, series.org_unit_name, series.org_unit_level, series.value, series.value_qualifier,
    series.null_reason, series.maturity, series.units_present_count, series.units_expected_count,
    series.period_label_vi, series.restatement,
    case when series.value is not null and indicators.direction != 'none' then
        rank() over (
            partition by series.org_unit_level, series.value is null
            order by case indicators.direction when 'down' then series.exact_value else -series.exact_value end
        )
    end as place
from mart_indicator_series as series
inner join dim_indicator as indicators on series.indicator_code = indicators.indicator_code
where
    series.indicator_code = $indicator
    and series.breakdown = $breakdown
    and series.geography = $geography
    and series.period_type = $period_type
    and series.period_start_date = $period_start
    and series.period_end_date = $period_end
    and (series.province_code = $province or series.org_unit_level in ('province', 'country'))
order by
    case series.org_unit_level when 'country' then 0 when 'province' then 1 when 'agency' then 2 else 3 end,
    series.org_unit_level, place nulls last, series.org_unit_name
"""


@dataclass(frozen=True, slots=True)
class ValueKey:
    """What names one published value; `geography` is as_reported or restated over the merger."""

    indicator: str
    unit: str
    breakdown: str
    geography: str
    period_type: str
    period_start: date
    period_end: date


def indicator(marts: duckdb.DuckDBPyConnection, code: str) -> dict[str, Any] | None:
    """The catalogue's row, None for an unknown code."""
    found = records(marts, _INDICATOR, {"indicator": code})
    return found[0] if found else None


def series(marts: duckdb.DuckDBPyConnection, code: str, unit: str, breakdown: str) -> Rows:
    """One row a period, oldest first, with the value as reported and the one of today's units."""
    return records(marts, _SERIES, {"indicator": code, "unit": unit, "breakdown": breakdown})


def target(marts: duckdb.DuckDBPyConnection, code: str, unit: str, breakdown: str) -> dict[str, Any] | None:
    """What the newest value is measured against, None without a target."""
    found = records(marts, _TARGET, {"indicator": code, "unit": unit, "breakdown": breakdown})
    return found[0] if found else None


def breakdowns(marts: duckdb.DuckDBPyConnection, code: str, unit: str) -> list[str]:
    """The breakdowns in which the unit has values; "" is the whole."""
    return [row["breakdown"] for row in records(marts, _BREAKDOWNS, {"indicator": code, "unit": unit})]


def units_of_period(marts: duckdb.DuckDBPyConnection, key: ValueKey, province: str) -> Rows:
    """Every unit's value in the period, the province first, then each level by rank."""
    asked = {
        "indicator": key.indicator,
        "breakdown": key.breakdown,
        "geography": key.geography,
        "period_type": key.period_type,
        "period_start": key.period_start,
        "period_end": key.period_end,
        "province": province,
    }
    return records(marts, _UNITS, asked)
