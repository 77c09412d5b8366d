"""What the marts say at a glance: what `make demo` asks them, as tables for a terminal."""

from collections.abc import Iterator

import duckdb

from ioc_pipeline.serve.result import Result, fetch

_INDICATORS = """
select
    latest.indicator_name_vi as "Chỉ số",
    format('{:.' || latest.decimals || 'f}', latest.value) as "Giá trị",
    latest.unit_measure as "Đơn vị",
    format('{:.' || latest.decimals || 'f}', latest.target_value)
        || case when latest.is_example_target then ' (ví dụ)' else '' end as "Mục tiêu",
    latest.target_status as "Tình trạng",
    latest.period_label_vi as "Kỳ",
    min(
        -- the pages of an API lie in a folder of its run, whose name is long and says nothing here
        regexp_replace(lineage.file_name, '/\\d{8}T\\d{6}Z-[0-9a-f]+', '') || ' · '
        || concat_ws('!', nullif(lineage.sheet_name, ''), nullif(lineage.cell, ''))
    )
        || case when count(*) > 1 then ' +' || (count(*) - 1) else '' end as "Ô nguồn"
from mart_indicator_latest as latest
left join mart_lineage as lineage
    on latest.indicator_code = lineage.indicator_code
    and latest.org_unit_code = lineage.org_unit_code
    and latest.breakdown = lineage.indicator_breakdown
    and latest.period_type = lineage.period_type
    and latest.period_start_date = lineage.period_start_date
where latest.org_unit_code = $province
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
                latest.value is null, latest.org_unit_code != $province,
                latest.indicator_code not in (
                    select conflict.indicator_code
                    from mart_conflict as conflict
                    where conflict.conflict_kind = 'published_figure'
                ),
                latest.target_value is null or latest.is_example_target,
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
    coalesce(format('{:.' || chosen.decimals || 'f}', chosen.value), chosen.null_reason) as "Giá trị",
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
    coalesce(
        periods.period_label_vi, strftime(conflict.period_start_date, '%d/%m/%Y') || ' - '
        || strftime(conflict.period_end_date, '%d/%m/%Y')
    ) as "Kỳ",
    conflict.first_qualifier || rtrim(rtrim(conflict.exact_first_value::varchar, '0'), '.') as "Công bố",
    coalesce(
        conflict.second_qualifier || format('{:.' || indicators.decimals || 'f}', conflict.second_value),
        conflict.reason
    ) as "Kho dữ liệu",
    conflict.verdict as "Kết luận",
    split_part(conflict.first_place, ':', 1) as "Công bố tại"
from mart_conflict as conflict
inner join dim_indicator as indicators on conflict.indicator_code = indicators.indicator_code
left join dim_org_unit as units
    on conflict.org_unit_code = units.org_unit_code
    and conflict.period_end_date between units.valid_from_date and units.valid_to_date
left join dim_period as periods
    on conflict.period_type = periods.period_type
    and conflict.period_start_date = periods.period_start_date
    and conflict.period_end_date = periods.period_end_date
where
    conflict.conflict_kind = 'published_figure'
    and (
        units.province_code = $province
        or units.province_code in (
            select predecessor_code from mart_predecessor
            where org_unit_code = $province and org_unit_level = 'province'
        )
    )
order by
    case conflict.verdict when 'conflict' then 1 when 'not_comparable' then 3 else 2 end, 1, 2,
    conflict.period_end_date, 4, 7
"""


def tables(marts: duckdb.DuckDBPyConnection, province_code: str) -> Iterator[tuple[str, Result]]:
    """Each table after its title: a province's newest indicators, one of each system, its published figures."""
    province = {"province": province_code}
    yield "Chỉ số mới nhất của tỉnh · newest indicators of the province", fetch(marts, _INDICATORS, province)
    yield "Mỗi hệ thống một chỉ số · one indicator of each system", fetch(marts, _SYSTEMS, province)
    press = "Số liệu báo chí bên số liệu của kho · figures of the press beside those of the marts"
    found = fetch(marts, _PUBLISHED_FIGURES, province)
    if found.rows:  # of most provinces nothing was published that we know of
        yield press, found


def as_text(table: Result) -> str:
    """A table for a terminal: columns of equal width, header first, empty where there is no value."""
    rows = [list(table.header), *(["" if value is None else str(value) for value in row] for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
