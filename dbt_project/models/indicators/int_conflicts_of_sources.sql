-- Two sources that give one element of one unit and period, side by side.

with

pairs as (

    select * from {{ ref('int_sources_compared') }}

),

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

-- If several indicators use an element, the pair is shown under the first of them by name.
element_indicators as (

    select
        element_code,
        min(indicator_code) as indicator_code

    from terms

    group by all

),

by_sources as (

    select
        'two_sources' as conflict_kind,
        coalesce(element_indicators.indicator_code, '') as indicator_code,
        pairs.element_code,
        pairs.org_unit_code,
        pairs.breakdown,
        pairs.period_type,
        pairs.period_start_date,
        pairs.period_end_date,
        pairs.source_name || ' (' || pairs.reporting_unit_code || ')' as first_source,
        pairs.other_source_name || ' (' || pairs.other_reporting_unit_code || ') '
        || cast(pairs.other_source_rank as string) as second_source,
        pairs.measured_value as first_value,
        pairs.value_qualifier as first_qualifier,
        coalesce(first_delivery.file_name, '') || ' ' || pairs.sheet_name || ' ' || pairs.cell_address as first_place,
        pairs.delivery_seq as first_delivery_seq,
        pairs.other_measured_value as second_value,
        pairs.other_value_qualifier as second_qualifier,
        coalesce(second_delivery.file_name, '') || ' ' || pairs.other_sheet_name || ' ' || pairs.other_cell_address
            as second_place,
        pairs.other_delivery_seq as second_delivery_seq,
        {{ verdict(
            'pairs.measured_value', 'pairs.value_qualifier',
            'pairs.other_measured_value', 'pairs.other_value_qualifier', 'pairs.tolerance'
        ) }} as verdict,
        pairs.null_reason as reason,
        '' as claim_vi

    from pairs

    left join element_indicators
        on pairs.element_code = element_indicators.element_code

    left join delivery as first_delivery
        on pairs.load_seq = first_delivery.load_seq

    left join delivery as second_delivery
        on pairs.other_load_seq = second_delivery.load_seq

)

select * from by_sources
