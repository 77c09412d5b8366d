-- Each figure that is believed, for its own unit, and for its province where the element may be added up in space.

with

candidates as (

    select * from {{ ref('int_measure_candidate') }}

    where
        source_rank = 1
        and {{ is_touched(['period_year', 'element_code']) }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

-- with the unit as it was then: a code names a unit only together with a date
believed as (

    select
        candidates.element_code,
        candidates.breakdown,
        candidates.source_name,
        candidates.table_name,
        candidates.reporting_unit_code,
        candidates.org_unit_code as source_org_unit_code,
        candidates.record_key,
        candidates.clock,
        candidates.period_type as source_period_type,
        candidates.period_start_date as source_period_start_date,
        candidates.period_end_date as source_period_end_date,
        candidates.period_year,
        candidates.measured_value,
        candidates.value_text,
        candidates.value_qualifier,
        candidates.null_reason,
        candidates.maturity,
        candidates.delivery_seq,
        candidates.load_seq,
        candidates.sheet_name,
        candidates.cell_address,
        candidates.record_count,
        candidates.space_aggregation,
        candidates.time_aggregation,
        candidates.weight_element,
        candidates.unit_measure,
        org_units.org_unit_level as source_org_unit_level,
        org_units.series_from_date as source_org_unit_series_from_date,
        org_units.province_code

    from candidates

    inner join org_units
        on
            candidates.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'candidates.period_end_date') }}

),

for_own_unit as (

    select
        believed.*,
        believed.source_org_unit_code as org_unit_code,
        believed.source_org_unit_level as org_unit_level,
        believed.source_org_unit_series_from_date as org_unit_series_from_date,
        0 as space_rank

    from believed

),

for_province as (

    select
        believed.*,
        provinces.org_unit_code,
        provinces.org_unit_level,
        provinces.series_from_date as org_unit_series_from_date,
        case believed.source_org_unit_level when 'commune' then 1 when 'district' then 2 else 3 end as space_rank

    from believed

    inner join org_units as provinces
        on
            believed.province_code = provinces.org_unit_code
            and provinces.org_unit_level = 'province'
            and {{ holds_on('provinces', 'believed.source_period_end_date') }}

    where
        believed.space_aggregation in ('sum', 'weighted', 'max')
        and believed.source_org_unit_level in ('commune', 'district', 'agency')

),

-- A province is put together from one level of units, never from two: communes before districts before agencies.
province_levels as (

    select
        element_code,
        breakdown,
        org_unit_code,
        source_period_type,
        source_period_start_date,
        source_period_end_date,
        min(space_rank) as space_rank

    from for_province

    group by all

),

-- What the province itself reported is not replaced by what is put together.
put_together as (

    select for_province.*

    from for_province

    inner join province_levels
        on
            for_province.element_code = province_levels.element_code
            and for_province.breakdown = province_levels.breakdown
            and for_province.org_unit_code = province_levels.org_unit_code
            and for_province.source_period_type = province_levels.source_period_type
            and for_province.source_period_start_date = province_levels.source_period_start_date
            and for_province.source_period_end_date = province_levels.source_period_end_date
            and for_province.space_rank = province_levels.space_rank

    left join for_own_unit as reported
        on
            for_province.element_code = reported.element_code
            and for_province.breakdown = reported.breakdown
            and for_province.org_unit_code = reported.org_unit_code
            and for_province.source_period_type = reported.source_period_type
            and for_province.source_period_start_date = reported.source_period_start_date
            and for_province.source_period_end_date = reported.source_period_end_date
            and reported.org_unit_level = 'province'

    where reported.element_code is null

),

in_space as (

    {{ union_by_name(['for_own_unit', 'put_together'], [
        'element_code',
        'breakdown',
        'source_name',
        'table_name',
        'reporting_unit_code',
        'source_org_unit_code',
        'record_key',
        'clock',
        'source_period_type',
        'source_period_start_date',
        'source_period_end_date',
        'period_year',
        'measured_value',
        'value_text',
        'value_qualifier',
        'null_reason',
        'maturity',
        'delivery_seq',
        'load_seq',
        'sheet_name',
        'cell_address',
        'record_count',
        'space_aggregation',
        'time_aggregation',
        'weight_element',
        'unit_measure',
        'source_org_unit_level',
        'source_org_unit_series_from_date',
        'org_unit_code',
        'org_unit_level',
        'org_unit_series_from_date',
    ]) }}

)

select * from in_space
