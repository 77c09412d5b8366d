-- What trends are drawn from: every value with the names of its time and its unit.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

series as (

    select
        ---------- keys
        indicator_values.indicator_code,
        indicator_values.org_unit_code,
        indicator_values.breakdown,
        'as_reported' as geography,
        indicator_values.period_type,
        indicator_values.period_start_date,
        indicator_values.period_end_date,

        ---------- names
        indicators.indicator_name_vi,
        indicators.system_code,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        indicator_values.org_unit_valid_from_date,
        periods.period_label_vi,
        indicator_values.clock,

        ---------- measure
        indicator_values.value,
        indicator_values.value_qualifier,
        indicator_values.null_reason,
        indicator_values.maturity,
        indicators.unit_measure,

        ---------- how it came about
        indicator_values.is_rolled_up_in_space,
        indicator_values.is_rolled_up_in_time,
        indicator_values.units_present_count,
        indicator_values.units_expected_count,
        indicator_values.delivery_seq

    from indicator_values

    inner join indicators
        on indicator_values.indicator_code = indicators.indicator_code

    inner join org_units
        on
            indicator_values.org_unit_code = org_units.org_unit_code
            and indicator_values.org_unit_valid_from_date = org_units.valid_from_date

    inner join periods
        on
            indicator_values.clock = periods.clock
            and indicator_values.period_type = periods.period_type
            and indicator_values.period_start_date = periods.period_start_date
            and indicator_values.period_end_date = periods.period_end_date

)

select * from series
