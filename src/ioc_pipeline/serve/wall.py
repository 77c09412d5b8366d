"""What the wall shows: tiles of one unit, and the panels beside them."""

from typing import Any

import duckdb

from ioc_pipeline.serve.result import records

_TILES = """
with

chosen as (

    select * from mart_indicator_latest

    where
        breakdown = ''
        and (
            org_unit_code = $unit
            and (
                $department = ''
                or indicator_code in (select indicator_code from dim_indicator where owner_code = $department)
            )
            or $department != '' and org_unit_code = $department
        )

),

trends as (

    select
        series.indicator_code,
        series.org_unit_code,
        series.period_type,
        list(series.value order by series.period_end_date) as trend

    from mart_indicator_series as series

    where
        series.geography = 'restated'
        and series.breakdown = ''
        and series.org_unit_code in ($unit, $department)
        and series.value is not null

    group by all

)

select
    chosen.*,
    trends.trend[-13:] as trend
from chosen
left join trends
    on chosen.indicator_code = trends.indicator_code
    and chosen.org_unit_code = trends.org_unit_code
    and chosen.period_type = trends.period_type
order by chosen.system_code, chosen.target_value is null, chosen.indicator_code, chosen.org_unit_code
"""

_INDEX_766 = """
select
    latest.indicator_code,
    latest.indicator_name_vi,
    latest.indicator_name_en,
    latest.value,
    latest.decimals,
    latest.change_from_previous,
    latest.period_label_vi
from mart_indicator_latest as latest
where
    latest.org_unit_code = $unit
    and latest.indicator_code like 'gov\\_index766\\_%' escape '\\'
    and latest.unit_measure = 'points'
    and latest.indicator_code not in ('gov_index766_total_points', 'gov_index766_parts_points')
order by latest.indicator_code
"""

_RANK_766 = """
select rank_number, ranked_count, places_gained, org_unit_name, value
from mart_ranking
where ranking_code = 'index766' and org_unit_code = $unit
order by period_end_date desc
limit 1
"""

_RAIN = """
select
    station_name, org_unit_code, org_unit_name, depth_mm, value_qualifier, null_reason, level_code,
    is_above_threshold_now, last_reading_at,
    (select min(above_mm) from dim_rain_threshold where is_alert) as alert_above_mm
from mart_rainfall
where period_type = 'rain_day' and is_running and ($commune = '' or org_unit_code = $commune)
order by depth_mm desc nulls last, station_name
"""

_TASKS = """
select
    org_unit_code, org_unit_name, period_label_vi, due_count, done_late_count, overdue_not_done_count,
    longest_overdue_days
from mart_tasks
where
    not is_running
    and period_end_date = (select max(newest.period_end_date) from mart_tasks as newest where not newest.is_running)
    and ($department = '' or org_unit_code = $department)
    and overdue_not_done_count > 0
order by overdue_not_done_count desc, longest_overdue_days desc, org_unit_name
"""

# A rain day without an extract stays late for ever and nobody can mend it: it is in the report, not on the wall.
_LATE = """
select
    reporting_unit_code, reporting_unit_name, source_name, source_title, count(*) as period_count,
    max(late_working_days) as late_working_days,
    bool_or(status = 'returned') as is_returned
from mart_reporting_status
where
    status in ('late', 'returned')
    and period_type != 'day'
    and ($department = '' or department_code = $department)
    and ($commune = '' or reporting_unit_code = $commune)
group by all
order by late_working_days desc, reporting_unit_name, source_title
"""

_COMPLETENESS = """
with

periods as (

    select
        source_name,
        any_value(source_title) as source_title,
        system_code,
        period_type,
        period_start_date,
        period_end_date,
        count(*) filter (status in ('accepted_on_time', 'accepted_late', 'corrected')) as accepted_count,
        count(*) as owed_count,
        dense_rank() over (partition by source_name, period_type order by period_end_date desc) as periods_back

    from mart_reporting_status

    where
        status not in ('not_required', 'not_yet_due')
        and ($department = '' or department_code = $department)
        and ($commune = '' or reporting_unit_code = $commune)

    group by source_name, system_code, period_type, period_start_date, period_end_date

)

select
    periods.source_name,
    periods.source_title,
    periods.system_code,
    periods.period_type,
    list({
        'period_end_date': periods.period_end_date,
        'period_label_vi': coalesce(labels.period_label_vi, strftime(periods.period_end_date, '%d/%m/%Y')),
        'accepted_count': periods.accepted_count,
        'owed_count': periods.owed_count
    } order by periods.period_end_date desc) as periods
from periods
left join (select distinct period_type, period_start_date, period_end_date, period_label_vi from dim_period) as labels
    on periods.period_type = labels.period_type
    and periods.period_start_date = labels.period_start_date
    and periods.period_end_date = labels.period_end_date
where periods.periods_back <= $back
group by periods.source_name, periods.source_title, periods.system_code, periods.period_type
order by
    sum(periods.accepted_count) filter (periods.periods_back = 1)
    / sum(periods.owed_count) filter (periods.periods_back = 1),
    periods.system_code, periods.source_title
"""

_CONFLICTS = """
select
    conflict.conflict_kind, conflict.indicator_code, conflict.indicator_name_vi, indicators.indicator_name_en,
    conflict.element_code, conflict.first_value, conflict.first_qualifier, conflict.second_value,
    conflict.second_qualifier, conflict.unit_measure, conflict.difference, conflict.period_end_date,
    conflict.org_unit_code, coalesce(units.org_unit_name, conflict.org_unit_code) as org_unit_name
from mart_conflict as conflict
left join dim_indicator as indicators on conflict.indicator_code = indicators.indicator_code
left join dim_org_unit as units
    on conflict.org_unit_code = units.org_unit_code
    and conflict.period_end_date between units.valid_from_date and units.valid_to_date
where
    conflict.verdict = 'conflict'
    and ($commune = '' or conflict.org_unit_code = $commune)
    and ($department = '' or indicators.owner_code = $department)
order by conflict.period_end_date desc, conflict.conflict_kind, conflict.indicator_code
"""

_UNIT = """
select org_unit_code, org_unit_name, org_unit_level
from dim_org_unit
where org_unit_code = $code and valid_to_date = date '9999-12-31'
"""

_MAPPABLE = """
select latest.indicator_code, latest.indicator_name_vi, latest.indicator_name_en
from mart_indicator_latest as latest
where latest.org_unit_level = 'commune' and latest.province_code = $province and latest.breakdown = ''
    and latest.direction != 'none'
group by all
having count(latest.value) > 1
order by max(latest.period_end_date) < (select max(as_of) from _publication) - interval 800 day,
    count(latest.value) desc, bool_or(latest.direction = 'up') desc, count(distinct latest.value) desc,
    latest.indicator_code
"""

_COMMUNES = """
select
    units.org_unit_code, units.org_unit_name, units.short_name, latest.value, latest.null_reason, latest.decimals,
    latest.unit_measure, latest.direction, latest.rank_number, latest.ranked_count, latest.rank_blank_reason,
    latest.period_label_vi,
    latest.period_type, latest.period_start_date, latest.period_end_date, latest.indicator_name_vi,
    latest.indicator_name_en, latest.value_qualifier
from dim_org_unit as units
left join mart_indicator_latest as latest
    on units.org_unit_code = latest.org_unit_code
    and latest.indicator_code = $indicator
    and latest.breakdown = ''
where
    units.province_code = $province
    and units.org_unit_level = 'commune'
    and units.valid_to_date = date '9999-12-31'
order by units.org_unit_code
"""

Rows = list[dict[str, Any]]


def unit(marts: duckdb.DuckDBPyConnection, code: str) -> dict[str, Any] | None:
    """The unit of today that this code names."""
    found = records(marts, _UNIT, {"code": code})
    return found[0] if found else None


def tiles(marts: duckdb.DuckDBPyConnection, unit_code: str, department: str) -> Rows:
    """The newest value of each indicator of a unit, of a department only those it answers for; `trend` oldest first."""
    return records(marts, _TILES, {"unit": unit_code, "department": department})


def index_766(marts: duckdb.DuckDBPyConnection, unit_code: str) -> tuple[Rows, dict[str, Any] | None]:
    """The six parts of the index on serving citizens (Decision 766/QĐ-TTg), and its newest total and rank."""
    rank = records(marts, _RANK_766, {"unit": unit_code})
    return records(marts, _INDEX_766, {"unit": unit_code}), rank[0] if rank else None


def rain(marts: duckdb.DuckDBPyConnection, commune: str) -> Rows:
    """Each station's running rain day, the wettest first."""
    return records(marts, _RAIN, {"commune": commune})


def overdue_tasks(marts: duckdb.DuckDBPyConnection, department: str) -> Rows:
    """Agencies with tasks overdue and not done in the newest month that is over."""
    return records(marts, _TASKS, {"department": department})


def late(marts: duckdb.DuckDBPyConnection, department: str, commune: str) -> Rows:
    """Who owes which form, for how many periods and how many working days at most."""
    return records(marts, _LATE, {"department": department, "commune": commune})


def completeness(marts: duckdb.DuckDBPyConnection, department: str, commune: str, back: int) -> Rows:
    """Of each form its last periods, newest first: how many of the reports owed were accepted."""
    return records(marts, _COMPLETENESS, {"department": department, "commune": commune, "back": back})


def conflicts(marts: duckdb.DuckDBPyConnection, department: str, commune: str) -> Rows:
    """Facts with two figures that contradict each other."""
    return records(marts, _CONFLICTS, {"department": department, "commune": commune})


def mappable_indicators(marts: duckdb.DuckDBPyConnection, province: str) -> Rows:
    """Indicators that communes can be compared by, the one most of them have first."""
    return records(marts, _MAPPABLE, {"province": province})


def communes(marts: duckdb.DuckDBPyConnection, province: str, indicator: str) -> Rows:
    """Every commune of today with its newest value of one indicator."""
    return records(marts, _COMMUNES, {"province": province, "indicator": indicator})
