-- Which read cell counts towards which measure: each believed observation for its own unit and period, for its
-- province, and for the quarter and the year around it, as far as its element may be added up.
-- int_measure_value adds these rows up and mart_lineage lists them, so the two cannot disagree.

with

observations as (

    select * from {{ ref('stg_observation') }}

),

elements as (

    select * from {{ ref('elements') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

-- two sources may give one element; its source_order says which is believed, and one table of one reporter wins
ranked_by_source as (

    select
        observations.element_code,
        observations.breakdown,
        observations.source_name,
        observations.table_name,
        observations.reporting_unit_code,
        observations.org_unit_code as source_org_unit_code,
        observations.record_key,
        observations.period_type as source_period_type,
        observations.period_start_date as source_period_start_date,
        observations.period_end_date as source_period_end_date,
        case
            when
                extract(day from observations.period_start_date) = 15
                and extract(day from observations.period_end_date) = 14
                then 'management'
            else 'calendar'
        end as clock,
        observations.measured_value,
        observations.value_text,
        observations.value_qualifier,
        observations.null_reason,
        observations.maturity,
        observations.delivery_seq,
        observations.load_seq,
        observations.sheet_name,
        observations.cell_address,
        elements.space_aggregation,
        elements.time_aggregation,
        dense_rank() over (
            partition by
                observations.element_code,
                observations.breakdown,
                observations.org_unit_code,
                observations.period_type,
                observations.period_start_date,
                observations.period_end_date
            order by
                case
                    when elements.source_order is null then 1
                    when
                        position(
                            '>' || observations.source_name || '>'
                            in '>' || replace(elements.source_order, ' ', '') || '>'
                        ) = 0 then 1
                    else 0
                end,
                position(
                    '>' || observations.source_name || '>' in '>' || replace(elements.source_order, ' ', '') || '>'
                ),
                observations.source_name,
                observations.table_name,
                observations.reporting_unit_code
        ) as source_rank

    from observations

    inner join elements
        on observations.element_code = elements.element_code

),

-- a code names a unit only together with a date
believed as (

    select
        ranked_by_source.*,
        org_units.org_unit_level as source_org_unit_level,
        org_units.valid_from_date as source_org_unit_valid_from_date,
        org_units.province_code

    from ranked_by_source

    inner join org_units
        on
            ranked_by_source.source_org_unit_code = org_units.org_unit_code
            and ranked_by_source.source_period_end_date between org_units.valid_from_date and org_units.valid_to_date

    where ranked_by_source.source_rank = 1

),

for_own_unit as (

    select
        believed.*,
        believed.source_org_unit_code as org_unit_code,
        believed.source_org_unit_valid_from_date as org_unit_valid_from_date,
        0 as space_rank

    from believed

),

for_province as (

    select
        believed.*,
        provinces.org_unit_code,
        provinces.valid_from_date as org_unit_valid_from_date,
        case believed.source_org_unit_level when 'commune' then 1 when 'district' then 2 else 3 end as space_rank

    from believed

    inner join org_units as provinces
        on
            believed.province_code = provinces.org_unit_code
            and provinces.org_unit_level = 'province'
            and believed.source_period_end_date between provinces.valid_from_date and provinces.valid_to_date

    where
        believed.space_aggregation = 'sum'
        and believed.source_org_unit_level in ('commune', 'district', 'agency')

),

for_units as (

    select * from for_own_unit

    union all

    select * from for_province

),

-- what was reported at a level is not replaced by a sum, and one level is added up, never two
in_space as (

    select * from for_units

    qualify
        space_rank = min(space_rank) over (
            partition by
                element_code,
                breakdown,
                org_unit_code,
                source_period_type,
                source_period_start_date,
                source_period_end_date
        )

),

measured as (

    select distinct
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        time_aggregation,
        clock,
        source_period_type,
        source_period_start_date,
        source_period_end_date

    from in_space

),

as_reported as (

    select
        measured.*,
        source_period_type as period_type,
        source_period_start_date as period_start_date,
        source_period_end_date as period_end_date

    from measured

),

-- a flow needs all three months, a stock only the last one; the unit must be the same unit all along
month_in_quarter as (

    select
        measured.*,
        'quarter' as period_type,
        {{ first_day_around('quarter', 'source_period_end_date', 'clock') }} as period_start_date,
        {{ last_day_around('quarter', 'source_period_end_date', 'clock') }} as period_end_date

    from measured

    where
        source_period_type = 'month'
        and (
            time_aggregation = 'sum'
            or (time_aggregation = 'last' and extract(month from source_period_end_date) in (3, 6, 9, 12))
        )

),

whole_quarters as (

    select * from month_in_quarter

    qualify
        case time_aggregation when 'sum' then 3 else 1 end
        = count(*) over (
            partition by
                element_code,
                breakdown,
                org_unit_code,
                org_unit_valid_from_date,
                clock,
                period_start_date
        )

),

with_quarters as (

    select * from as_reported

    union all

    select whole_quarters.*

    from whole_quarters

    left join measured
        on
            whole_quarters.element_code = measured.element_code
            and whole_quarters.breakdown = measured.breakdown
            and whole_quarters.org_unit_code = measured.org_unit_code
            and whole_quarters.period_type = measured.source_period_type
            and whole_quarters.period_start_date = measured.source_period_start_date
            and whole_quarters.period_end_date = measured.source_period_end_date

    where measured.element_code is null

),

quarters as (

    select distinct
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        time_aggregation,
        clock,
        period_start_date,
        period_end_date

    from with_quarters

    where
        period_type = 'quarter'
        and (
            time_aggregation = 'sum'
            or (time_aggregation = 'last' and extract(month from period_end_date) = 12)
        )

),

whole_years as (

    select
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        clock,
        period_start_date as quarter_start_date,
        period_end_date as quarter_end_date,
        {{ first_day_around('year', 'period_end_date', 'clock') }} as period_start_date,
        {{ last_day_around('year', 'period_end_date', 'clock') }} as period_end_date

    from quarters

    qualify
        case time_aggregation when 'sum' then 4 else 1 end
        = count(*) over (
            partition by
                element_code,
                breakdown,
                org_unit_code,
                org_unit_valid_from_date,
                clock,
                {{ first_day_around('year', 'period_end_date', 'clock') }}
        )

),

quarter_in_year as (

    select
        with_quarters.element_code,
        with_quarters.breakdown,
        with_quarters.org_unit_code,
        with_quarters.org_unit_valid_from_date,
        with_quarters.time_aggregation,
        with_quarters.clock,
        with_quarters.source_period_type,
        with_quarters.source_period_start_date,
        with_quarters.source_period_end_date,
        'year' as period_type,
        whole_years.period_start_date,
        whole_years.period_end_date

    from with_quarters

    inner join whole_years
        on
            with_quarters.element_code = whole_years.element_code
            and with_quarters.breakdown = whole_years.breakdown
            and with_quarters.org_unit_code = whole_years.org_unit_code
            and with_quarters.org_unit_valid_from_date = whole_years.org_unit_valid_from_date
            and with_quarters.period_start_date = whole_years.quarter_start_date
            and with_quarters.period_end_date = whole_years.quarter_end_date

    left join measured
        on
            whole_years.element_code = measured.element_code
            and whole_years.breakdown = measured.breakdown
            and whole_years.org_unit_code = measured.org_unit_code
            and measured.source_period_type = 'year'
            and whole_years.period_start_date = measured.source_period_start_date
            and whole_years.period_end_date = measured.source_period_end_date

    where
        with_quarters.period_type = 'quarter'
        and measured.element_code is null

),

in_time as (

    select * from with_quarters

    union all

    select * from quarter_in_year

),

contributions as (

    select
        ---------- keys
        in_time.element_code,
        in_time.breakdown,
        in_time.org_unit_code,
        in_time.clock,
        in_time.period_type,
        in_time.period_start_date,
        in_time.period_end_date,
        in_space.source_org_unit_code,
        in_space.source_period_type,
        in_space.source_period_start_date,
        in_space.source_period_end_date,
        in_space.record_key,

        ---------- what it is
        in_time.org_unit_valid_from_date,
        in_space.source_org_unit_level,
        in_space.source_org_unit_code != in_time.org_unit_code as is_rolled_up_in_space,
        in_space.source_period_type != in_time.period_type as is_rolled_up_in_time,
        in_space.space_aggregation,

        ---------- measure
        in_space.measured_value,
        in_space.value_text,
        in_space.value_qualifier,
        in_space.null_reason,
        in_space.maturity,

        ---------- lineage
        in_space.source_name,
        in_space.table_name,
        in_space.reporting_unit_code,
        in_space.delivery_seq,
        in_space.load_seq,
        in_space.sheet_name,
        in_space.cell_address

    from in_time

    inner join in_space
        on
            in_time.element_code = in_space.element_code
            and in_time.breakdown = in_space.breakdown
            and in_time.org_unit_code = in_space.org_unit_code
            and in_time.source_period_type = in_space.source_period_type
            and in_time.source_period_start_date = in_space.source_period_start_date
            and in_time.source_period_end_date = in_space.source_period_end_date

)

select * from contributions
