-- Every source cell of every indicator value, those rolled up over units and periods included.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

),

terms as (

    select * from {{ ref('int_indicator_term') }}

),

contributions as (

    select * from {{ ref('int_measure_contribution') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

cells as (

    select
        ---------- keys
        indicator_values.indicator_code,
        indicator_values.org_unit_code,
        indicator_values.breakdown as indicator_breakdown,
        indicator_values.period_type,
        indicator_values.period_start_date,
        indicator_values.period_end_date,
        terms.role,
        contributions.element_code,
        contributions.breakdown,
        contributions.source_org_unit_code,
        contributions.source_period_start_date,
        contributions.source_period_end_date,
        contributions.record_key,

        ---------- measure
        cast(terms.coefficient as decimal(9, 4)) as coefficient,
        contributions.measured_value as value,
        contributions.value_text,
        contributions.value_qualifier,
        contributions.null_reason,

        ---------- where it was read
        contributions.source_name,
        contributions.table_name,
        delivery.department_code,
        contributions.delivery_seq,
        delivery.received_at,
        delivery.file_name,
        delivery.sha256,
        contributions.sheet_name,
        contributions.cell_address as cell

    from indicator_values

    inner join terms
        on indicator_values.indicator_code = terms.indicator_code

    inner join contributions
        on
            terms.element_code = contributions.element_code
            and indicator_values.org_unit_code = contributions.org_unit_code
            and indicator_values.period_type = contributions.period_type
            and indicator_values.period_start_date = contributions.period_start_date
            and indicator_values.period_end_date = contributions.period_end_date
            and case when terms.breakdown = '' then indicator_values.breakdown else terms.breakdown end
            = contributions.breakdown

    inner join delivery
        on contributions.load_seq = delivery.load_seq

    where
        terms.breakdown = ''
        or indicator_values.breakdown = ''

)

select * from cells
