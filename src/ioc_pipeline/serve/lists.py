"""Long lists with filters: who reported, how good it was, what contradicts, what was changed."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ioc_pipeline.serve.result import Result, fetch, records

_REPORTING = """
select
    status.source_title, status.reporting_unit_name, coalesce(labels.period_label_vi, '') as period_label_vi,
    status.period_start_date, status.period_end_date, status.due_date, status.status, status.accepted_at,
    status.late_working_days, status.received_count, status.error_count, status.left_out_count,
    status.blank_reason, status.waiver_reason,
    status.source_name, status.reporting_unit_code, status.department_code,
    departments.org_unit_name as department_name, status.period_type
from mart_reporting_status as status
left join dim_org_unit as departments
    on status.department_code = departments.org_unit_code and departments.valid_to_date = date '9999-12-31'
left join dim_period as labels
    on status.clock = labels.clock
    and status.period_type = labels.period_type
    and status.period_start_date = labels.period_start_date
    and status.period_end_date = labels.period_end_date
"""

_QUALITY = """
select
    quality.source_title, departments.org_unit_name as department_name, coalesce(labels.period_label_vi, '') as
    period_label_vi, quality.period_end_date, quality.correct_score, quality.complete_score, quality.clean_score,
    quality.live_score, quality.check_count, quality.failed_check_count, quality.due_report_count,
    quality.accepted_report_count, quality.on_time_report_count, quality.cell_count, quality.blank_cell_count,
    quality.warned_cell_count, quality.correct_blank_reason, quality.complete_blank_reason,
    quality.clean_blank_reason, quality.live_blank_reason, quality.source_name, quality.department_code,
    quality.period_type
from mart_data_quality as quality
left join dim_org_unit as departments
    on quality.department_code = departments.org_unit_code and departments.valid_to_date = date '9999-12-31'
left join (
    select distinct period_type, period_start_date, period_end_date, period_label_vi from dim_period
) as labels
    on quality.period_type = labels.period_type
    and quality.period_start_date = labels.period_start_date
    and quality.period_end_date = labels.period_end_date
"""

_CONFLICTS = """
select
    conflict.conflict_kind, conflict.indicator_name_vi, indicators.indicator_name_en,
    coalesce(units.org_unit_name, conflict.org_unit_code) as org_unit_name,
    conflict.period_start_date, conflict.period_end_date, conflict.first_qualifier,
    conflict.first_value, conflict.second_qualifier, conflict.second_value, conflict.difference, conflict.unit_measure,
    conflict.verdict, conflict.reason, conflict.first_source, conflict.first_place, conflict.second_source,
    conflict.second_place, conflict.claim_vi, conflict.indicator_code, conflict.element_code, conflict.org_unit_code
from mart_conflict as conflict
left join dim_indicator as indicators on conflict.indicator_code = indicators.indicator_code
left join dim_org_unit as units
    on conflict.org_unit_code = units.org_unit_code
    and conflict.period_end_date between units.valid_from_date and units.valid_to_date
"""

_REVISIONS = """
select
    revision.received_at, revision.indicator_name_vi, indicators.indicator_name_en,
    coalesce(units.org_unit_name, revision.org_unit_code) as org_unit_name,
    revision.period_end_date, revision.old_value, revision.old_null_reason, revision.new_value,
    revision.new_null_reason, revision.difference, revision.version_number, revision.file_name,
    coalesce(departments.org_unit_name, revision.department_code) as department_name, revision.sheet_name,
    revision.cell_address, revision.indicator_code, revision.element_code, revision.breakdown, revision.org_unit_code,
    revision.source_name, revision.department_code, revision.delivery_seq
from mart_revision as revision
left join dim_indicator as indicators on revision.indicator_code = indicators.indicator_code
left join dim_org_unit as units
    on revision.org_unit_code = units.org_unit_code
    and revision.period_end_date between units.valid_from_date and units.valid_to_date
left join dim_org_unit as departments
    on revision.department_code = departments.org_unit_code and departments.valid_to_date = date '9999-12-31'
"""

_SENDERS = """
select org_unit_code, org_unit_name
from dim_org_unit
where org_unit_level in ('agency', 'commune') and valid_to_date = date '9999-12-31'
"""

_TITLES = """
select source_name, max_by(source_title, period_end_date) as source_title
from mart_reporting_status
group by source_name
"""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: its query, its order, and the columns it can be filtered by, each with the column that names it."""

    query: str
    filters: Mapping[str, str]
    order: str


LISTINGS = {
    "reporting": Listing(
        _REPORTING,
        {
            "status": "status",
            "department_code": "department_name",
            "source_name": "source_title",
            "reporting_unit_code": "reporting_unit_name",
            "period_type": "period_type",
        },
        "status in ('not_yet_due', 'not_required'), period_end_date desc, late_working_days desc, source_title, "
        "reporting_unit_name",
    ),
    "quality": Listing(
        _QUALITY,
        {"department_code": "department_name", "source_name": "source_title", "period_type": "period_type"},
        "coalesce(correct_score, complete_score, live_score) is null, period_end_date desc, source_title",
    ),
    "conflicts": Listing(
        _CONFLICTS,
        {
            "verdict": "verdict",
            "conflict_kind": "conflict_kind",
            "indicator_code": "indicator_name_vi",
            "org_unit_code": "org_unit_name",
        },
        "verdict != 'conflict', period_end_date desc, indicator_name_vi, org_unit_name",
    ),
    "revisions": Listing(
        _REVISIONS,
        {
            "indicator_code": "indicator_name_vi",
            "department_code": "department_name",
            "org_unit_code": "org_unit_name",
        },
        "received_at desc, indicator_code, org_unit_code, breakdown",
    ),
}


def listed(
    marts: duckdb.DuckDBPyConnection,
    listing: Listing,
    asked: Mapping[str, str],
    *,
    first: int = 0,
    most: int | None = None,
) -> Result:
    """Rows that have what is `asked` of the listing's filters, from the one with number `first` on."""
    where, chosen = _conditions(listing, asked)
    limit = f"limit {most:d} offset {first:d}" if most is not None else ""
    query = f"select * from ({listing.query}) where {where} order by {listing.order} {limit}"  # noqa: S608  # ours
    return fetch(marts, query, chosen)


def counted(marts: duckdb.DuckDBPyConnection, listing: Listing, asked: Mapping[str, str]) -> int:
    """How many rows have what is asked."""
    where, chosen = _conditions(listing, asked)
    [row] = records(marts, f"select count(*) as found from ({listing.query}) where {where}", chosen)  # noqa: S608
    return int(row["found"])


def _conditions(listing: Listing, asked: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    chosen = {name: asked[name] for name in listing.filters if asked.get(name)}
    return " and ".join(f"{name} = ${name}" for name in chosen) or "true", chosen


def choices(marts: duckdb.DuckDBPyConnection, listing: Listing, name: str, language: str) -> list[tuple[str, str]]:
    """What one filter of the listing can ask for: each code with its name, in `language` (vi, en) where it has both."""
    names = listing.filters[name].replace("_vi", f"_{language}")
    query = f"""
        select {name} as code, coalesce(any_value({names}), {name}) as name
        from ({listing.query}) where {name} != '' group by 1 order by 2
    """  # noqa: S608  # ours
    return [(row["code"], row["name"]) for row in records(marts, query)]


def unit_names(marts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The name of each unit of today that may send something, by its code."""
    return {row["org_unit_code"]: row["org_unit_name"] for row in records(marts, _SENDERS)}


def source_titles(marts: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The newest title of each form or API that reports are owed by, by its name."""
    return {row["source_name"]: row["source_title"] for row in records(marts, _TITLES)}
