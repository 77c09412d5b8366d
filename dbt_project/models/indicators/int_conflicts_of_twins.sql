-- Indicators that we compute and that departments also report ready-made (computed_twins.csv), side by side.

with

twins as (

    select * from {{ ref('computed_twins') }}

),

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

),

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

    where geography = 'as_reported'

),

-- A sum of rounded parts may be off by half a last decimal for each part.
twin_tolerances as (

    select
        twins.computed_indicator_code,
        twins.reported_indicator_code,
        max(0.5 / power(10, twins.decimals))
        * (1 + case when max(case when terms.role = 'denominator' then 1 else 0 end) = 0 then count(*) else 0 end)
            as tolerance

    from twins

    inner join terms
        on twins.computed_indicator_code = terms.indicator_code

    group by all

),

by_twins as (

    select
        'computed_reported' as conflict_kind,
        twins.computed_indicator_code as indicator_code,
        '' as element_code,
        computed.org_unit_code,
        computed.breakdown,
        computed.period_type,
        computed.period_start_date,
        computed.period_end_date,
        twins.computed_indicator_code as first_source,
        twins.reported_indicator_code as second_source,
        computed.value as first_value,
        computed.value_qualifier as first_qualifier,
        'mart_lineage' as first_place,
        computed.delivery_seq as first_delivery_seq,
        reported.value as second_value,
        reported.value_qualifier as second_qualifier,
        'mart_lineage' as second_place,
        reported.delivery_seq as second_delivery_seq,
        {{ verdict(
            'computed.value', 'computed.value_qualifier',
            'reported.value', 'reported.value_qualifier', 'twin_tolerances.tolerance'
        ) }} as verdict,
        coalesce(nullif(computed.null_reason, ''), reported.null_reason) as reason,
        twins.note as claim_vi

    from twins

    inner join twin_tolerances
        on
            twins.computed_indicator_code = twin_tolerances.computed_indicator_code
            and twins.reported_indicator_code = twin_tolerances.reported_indicator_code

    inner join indicator_values as computed
        on twins.computed_indicator_code = computed.indicator_code

    inner join indicator_values as reported
        on
            twins.reported_indicator_code = reported.indicator_code
            and computed.org_unit_code = reported.org_unit_code
            and computed.breakdown = reported.breakdown
            and computed.period_type = reported.period_type
            and computed.period_start_date = reported.period_start_date
            and computed.period_end_date = reported.period_end_date

)

select * from by_twins
