-- Every source cell of every indicator value, those rolled up over units and periods included.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

    where {{ is_touched(['period_year', 'indicator_code']) }}

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

term_values as (

    select * from {{ ref('int_term_value') }}

    where {{ is_touched(['period_year', 'indicator_code']) }}

),

contributions as (

    select * from {{ ref('int_measure_contribution') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

    -- all loads of a delivery name the same file, so any of them will do
    qualify row_number() over (partition by delivery_seq order by load_seq desc) = 1

),

cells as (

    select
        ---------- keys
        term_values.indicator_code,
        term_values.org_unit_code,
        term_values.breakdown as indicator_breakdown,
        term_values.geography,
        term_values.period_type,
        term_values.period_start_date,
        term_values.period_end_date,
        term_values.role,
        term_values.element_code,
        term_values.element_breakdown as breakdown,
        contributions.source_org_unit_code,
        contributions.source_period_start_date,
        contributions.source_period_end_date,
        contributions.record_key,

        ---------- keys of one column
        indicators.indicator_key,
        org_units.org_unit_key,
        periods.period_key,

        ---------- measure
        indicators.system_code,
        term_values.coefficient,
        cast(contributions.measured_value as double) as value,
        contributions.measured_value as exact_value,
        contributions.value_text,
        contributions.value_qualifier,
        contributions.null_reason,
        contributions.record_count,

        ---------- where it was read
        contributions.source_name,
        contributions.table_name,
        delivery.department_code,
        contributions.delivery_seq,
        delivery.received_at,
        delivery.file_name,
        delivery.sha256,
        contributions.sheet_name,
        contributions.cell_address as cell,
        term_values.period_year

    from indicator_values

    inner join indicators
        on indicator_values.indicator_code = indicators.indicator_code

    left join org_units
        on
            indicator_values.org_unit_code = org_units.org_unit_code
            and {{ is_unit_of('org_units', 'indicator_values') }}

    left join periods
        on
            {{ joined_on('indicator_values', 'periods', [
                'clock', 'period_type', 'period_start_date', 'period_end_date',
            ]) }}

    inner join term_values
        on
            indicator_values.indicator_code = term_values.indicator_code
            and indicator_values.org_unit_code = term_values.org_unit_code
            and indicator_values.breakdown = term_values.breakdown
            and indicator_values.geography = term_values.geography
            and indicator_values.period_type = term_values.period_type
            and indicator_values.period_start_date = term_values.period_start_date
            and indicator_values.period_end_date = term_values.period_end_date

    inner join contributions
        on
            term_values.element_code = contributions.element_code
            and term_values.element_breakdown = contributions.breakdown
            and term_values.geography = contributions.geography
            and term_values.measured_org_unit_code = contributions.org_unit_code
            and term_values.measured_period_type = contributions.period_type
            and term_values.measured_period_start_date = contributions.period_start_date
            and term_values.measured_period_end_date = contributions.period_end_date

    left join delivery
        on contributions.delivery_seq = delivery.delivery_seq

    -- where nothing was restated the cells are those of the reported value, and are listed once, under that
    where
        indicator_values.geography = 'as_reported'
        or indicator_values.restatement_basis != ''

)

select * from cells
