"""What the marts say at a glance: the questions of `make demo`, and their answers as a table for a terminal."""

import csv
import io

_INDICATORS = """
select
    latest.indicator_name_vi as "Chỉ số",
    format('{{:.' || latest.decimals || 'f}}', latest.value::double) as "Giá trị",
    latest.unit_measure as "Đơn vị",
    format('{{:.' || latest.decimals || 'f}}', latest.target_value::double)
        || case when latest.is_example_target then ' (ví dụ)' else '' end as "Mục tiêu",
    latest.target_status as "Tình trạng",
    latest.period_label_vi as "Kỳ",
    min(lineage.file_name || ' · ' || coalesce(nullif(lineage.sheet_name, '') || '!', '') || lineage.cell)
        || case when count(*) > 1 then ' +' || (count(*) - 1) else '' end as "Ô nguồn"
from mart_indicator_latest as latest
left join mart_lineage as lineage
    on latest.indicator_code = lineage.indicator_code
    and latest.org_unit_code = lineage.org_unit_code
    and latest.breakdown = lineage.indicator_breakdown
    and latest.period_type = lineage.period_type
    and latest.period_start_date = lineage.period_start_date
where latest.org_unit_code = '{province}'
group by all
order by 1, 6
"""

_SYSTEMS = """
with

chosen as (

    select
        latest.*,
        row_number() over (
            partition by latest.system_code
            order by
                latest.value is null, latest.org_unit_code != '{province}', latest.target_value is null,
                latest.period_end_date desc, latest.indicator_code, latest.org_unit_code, latest.breakdown
        ) as place

    from mart_indicator_latest as latest

),

sources as (

    select
        indicator_code,
        org_unit_code,
        indicator_breakdown,
        period_start_date,
        string_agg(distinct source_name, ', ' order by source_name) as source_names

    from mart_lineage

    group by all

)

select
    chosen.system_code || ' ' || chosen.system_name_vi as "Hệ thống",
    chosen.indicator_name_vi as "Chỉ số",
    chosen.org_unit_name as "Nơi",
    coalesce(format('{{:.' || chosen.decimals || 'f}}', chosen.value::double), chosen.null_reason) as "Giá trị",
    chosen.unit_measure as "Đơn vị",
    chosen.period_label_vi as "Kỳ",
    sources.source_names as "Nguồn"
from chosen
left join sources
    on chosen.indicator_code = sources.indicator_code
    and chosen.org_unit_code = sources.org_unit_code
    and chosen.breakdown = sources.indicator_breakdown
    and chosen.period_start_date = sources.period_start_date
where chosen.place = 1
order by chosen.system_code
"""

_PUBLISHED_FIGURES = """
select
    conflict.indicator_name_vi as "Số đã công bố",
    units.org_unit_name as "Nơi",
    conflict.period_type || ' → ' || conflict.period_end_date as "Kỳ",
    conflict.first_qualifier || conflict.first_value::double as "Báo chí",
    coalesce(conflict.second_qualifier || round(conflict.second_value::double, 2), conflict.reason) as "Kho dữ liệu",
    conflict.verdict as "Kết luận"
from mart_conflict as conflict
left join dim_org_unit as units
    on conflict.org_unit_code = units.org_unit_code
    and conflict.period_end_date between units.valid_from_date and units.valid_to_date
where conflict.conflict_kind = 'published_figure'
order by case conflict.verdict when 'conflict' then 1 when 'not_comparable' then 3 else 2 end, 1, 3, 4
"""


def queries(province_code: str) -> dict[str, str]:
    """SQL over the published marts: a province's newest indicators, one of each system, and published figures."""
    texts = {"indicators": _INDICATORS, "systems": _SYSTEMS, "published-figures": _PUBLISHED_FIGURES}
    return {name: text.format(province=province_code) for name, text in texts.items()}


def as_table(comma_separated: str) -> str:
    """The rows of a CSV in columns of equal width, header first."""
    rows = list(csv.reader(io.StringIO(comma_separated)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
