-- Which cell counts towards which measure: for its own period, and for the quarter and the year around it as far as the
-- element may be added up over time. int_measure_value adds these rows up and mart_lineage lists them, so the two
-- cannot disagree.

with

counted as (

    select * from {{ ref('int_measures_carried') }}

),

{% set keys = [
    'element_code',
    'breakdown',
    'geography',
    'org_unit_code',
    'org_unit_series_from_date',
    'time_aggregation',
    'clock',
    'source_period_type',
    'source_period_start_date',
    'source_period_end_date',
    'period_type',
    'period_start_date',
    'period_end_date',
] %}

measured as (

    select distinct
        element_code,
        breakdown,
        geography,
        counted_org_unit_code as org_unit_code,
        counted_series_from_date as org_unit_series_from_date,
        time_aggregation,
        clock,
        source_period_type,
        source_period_start_date,
        source_period_end_date

    from counted

),

as_measured as (

    select
        measured.*,
        source_period_type as period_type,
        source_period_start_date as period_start_date,
        source_period_end_date as period_end_date

    from measured

),

-- A flow needs all three months of its quarter, a stock only the last one.
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

-- the unit must be the same unit in all of them
whole_quarters as (

    select * from month_in_quarter

    qualify
        case time_aggregation when 'sum' then 3 else 1 end
        = count(*) over (
            partition by
                element_code,
                breakdown,
                geography,
                org_unit_code,
                org_unit_series_from_date,
                clock,
                period_start_date
        )

),

-- a quarter that was reported is not replaced by its months
made_quarters as (

    select whole_quarters.*

    from whole_quarters

    left join measured
        on
            whole_quarters.element_code = measured.element_code
            and whole_quarters.breakdown = measured.breakdown
            and whole_quarters.geography = measured.geography
            and whole_quarters.org_unit_code = measured.org_unit_code
            and whole_quarters.period_type = measured.source_period_type
            and whole_quarters.period_start_date = measured.source_period_start_date
            and whole_quarters.period_end_date = measured.source_period_end_date

    where measured.element_code is null

),

with_quarters as (

    {{ union_by_name(['as_measured', 'made_quarters'], keys) }}

),

quarters as (

    select distinct
        element_code,
        breakdown,
        geography,
        org_unit_code,
        org_unit_series_from_date,
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
        geography,
        org_unit_code,
        org_unit_series_from_date,
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
                geography,
                org_unit_code,
                org_unit_series_from_date,
                clock,
                {{ first_day_around('year', 'period_end_date', 'clock') }}
        )

),

quarter_in_year as (

    select
        with_quarters.element_code,
        with_quarters.breakdown,
        with_quarters.geography,
        with_quarters.org_unit_code,
        with_quarters.org_unit_series_from_date,
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
            and with_quarters.geography = whole_years.geography
            and with_quarters.org_unit_code = whole_years.org_unit_code
            and with_quarters.org_unit_series_from_date = whole_years.org_unit_series_from_date
            and with_quarters.clock = whole_years.clock
            and with_quarters.period_start_date = whole_years.quarter_start_date
            and with_quarters.period_end_date = whole_years.quarter_end_date

    left join measured
        on
            whole_years.element_code = measured.element_code
            and whole_years.breakdown = measured.breakdown
            and whole_years.geography = measured.geography
            and whole_years.org_unit_code = measured.org_unit_code
            and measured.source_period_type = 'year'
            and whole_years.period_start_date = measured.source_period_start_date
            and whole_years.period_end_date = measured.source_period_end_date

    where
        with_quarters.period_type = 'quarter'
        and measured.element_code is null

),

in_time as (

    {{ union_by_name(['with_quarters', 'quarter_in_year'], keys) }}

),

contributions as (

    select
        ---------- keys
        in_time.element_code,
        in_time.breakdown,
        in_time.geography,
        in_time.org_unit_code,
        in_time.clock,
        in_time.period_type,
        in_time.period_start_date,
        in_time.period_end_date,
        counted.source_org_unit_code,
        counted.source_period_type,
        counted.source_period_start_date,
        counted.source_period_end_date,
        counted.record_key,

        ---------- what it is
        in_time.org_unit_series_from_date,
        counted.source_org_unit_level,
        counted.source_org_unit_series_from_date,
        counted.org_unit_code as reported_org_unit_code,
        counted.predecessor_count,
        counted.has_split,
        counted.source_org_unit_code != counted.org_unit_code as is_rolled_up_in_space,
        counted.source_period_type != in_time.period_type as is_rolled_up_in_time,
        counted.space_aggregation,
        counted.weight_element,
        counted.unit_measure,

        ---------- measure
        counted.measured_value,
        counted.value_text,
        counted.value_qualifier,
        counted.null_reason,
        counted.maturity,
        counted.record_count,

        ---------- lineage
        counted.source_name,
        counted.table_name,
        counted.reporting_unit_code,
        counted.delivery_seq,
        counted.load_seq,
        counted.sheet_name,
        counted.cell_address,
        {{ year_of('in_time.period_end_date') }} as period_year

    from in_time

    inner join counted
        on
            in_time.element_code = counted.element_code
            and in_time.breakdown = counted.breakdown
            and in_time.geography = counted.geography
            and in_time.org_unit_code = counted.counted_org_unit_code
            and in_time.org_unit_series_from_date = counted.counted_series_from_date
            and in_time.source_period_type = counted.source_period_type
            and in_time.source_period_start_date = counted.source_period_start_date
            and in_time.source_period_end_date = counted.source_period_end_date

)

select * from contributions
