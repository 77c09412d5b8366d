-- What was claimed in public (published_claims.csv): trends step by step, and what cannot be compared with a figure.

with

claims as (

    select * from {{ ref('published_claims') }}

),

figures as (

    select * from {{ ref('stg_published_figure') }}

),

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

    where geography = 'as_reported'

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

press_values as (

    select
        claims.claim_id,
        figures.period_type,
        figures.period_start_date,
        figures.period_end_date,
        figures.figure_value as value,
        figures.place,
        cast(null as bigint) as delivery_seq,
        2 as source_order

    from claims

    inner join figures
        on
            claims.indicator_code = figures.indicator_code
            and claims.place_org_unit_code = figures.place_org_unit_code
            and figures.period_end_date between claims.first_period_end_date and claims.last_period_end_date

),

our_values as (

    select
        claims.claim_id,
        indicator_values.period_type,
        indicator_values.period_start_date,
        indicator_values.period_end_date,
        indicator_values.value,
        'mart_lineage' as place,
        indicator_values.delivery_seq,
        1 as source_order

    from claims

    inner join indicator_values
        on
            claims.indicator_code = indicator_values.indicator_code
            and claims.place_org_unit_code = indicator_values.org_unit_code
            and indicator_values.period_end_date between claims.first_period_end_date and claims.last_period_end_date

    where
        indicator_values.breakdown = ''
        and indicator_values.value is not null

),

-- a trend is judged by our values, and by those of the press where we have none
claim_values as (

    {{ union_by_name(['our_values', 'press_values'], [
        'claim_id',
        'period_type',
        'period_start_date',
        'period_end_date',
        'value',
        'place',
        'delivery_seq',
        'source_order',
    ]) }}

),

judged_values as (

    select * from claim_values

    qualify
        row_number() over (
            partition by claim_id, period_type, period_start_date, period_end_date order by source_order, value
        ) = 1

),

claim_steps as (

    select
        judged_values.*,
        lag(value) over (partition by claim_id, period_type order by period_end_date) as value_before,
        lag(place) over (partition by claim_id, period_type order by period_end_date) as place_before,
        lag(delivery_seq) over (partition by claim_id, period_type order by period_end_date) as delivery_seq_before,
        lag(period_end_date) over (partition by claim_id, period_type order by period_end_date) as end_date_before

    from judged_values

),

by_trends as (

    select
        'trend_claim' as conflict_kind,
        claims.indicator_code,
        '' as element_code,
        claims.place_org_unit_code as org_unit_code,
        '' as breakdown,
        claim_steps.period_type,
        claim_steps.period_start_date,
        claim_steps.period_end_date,
        claims.claim_id || ' ' || cast(claim_steps.end_date_before as string) as first_source,
        claims.claim_id || ' ' || cast(claim_steps.period_end_date as string) as second_source,
        claim_steps.value_before as first_value,
        '' as first_qualifier,
        claim_steps.place_before as first_place,
        claim_steps.delivery_seq_before as first_delivery_seq,
        claim_steps.value as second_value,
        '' as second_qualifier,
        claim_steps.place as second_place,
        claim_steps.delivery_seq as second_delivery_seq,
        case
            when claims.claim_kind = 'rose_every_period' and claim_steps.value > claim_steps.value_before
                then 'compatible'
            when claims.claim_kind = 'fell_every_period' and claim_steps.value < claim_steps.value_before
                then 'compatible'
            else 'conflict'
        end as verdict,
        '' as reason,
        claims.claim_vi || ' (' || claims.source_title || ')' as claim_vi

    from claims

    inner join claim_steps
        on claims.claim_id = claim_steps.claim_id

    where
        claims.claim_kind in ('rose_every_period', 'fell_every_period')
        and claim_steps.value_before is not null

),

-- A claimed rank is that of our values where we have one of each of the provinces that were ranked.
ranked_provinces as (

    select
        claims.claim_id,
        indicator_values.org_unit_code,
        indicator_values.delivery_seq,
        rank() over (partition by claims.claim_id order by indicator_values.value desc) as rank_here,
        count(*) over (partition by claims.claim_id) as ranked_count

    from claims

    inner join indicator_values
        on
            claims.indicator_code = indicator_values.indicator_code
            and claims.last_period_end_date = indicator_values.period_end_date

    inner join org_units
        on
            indicator_values.org_unit_code = org_units.org_unit_code
            and org_units.org_unit_level = 'province'
            and {{ holds_on('org_units', 'indicator_values.period_end_date') }}

    where
        claims.claim_kind = 'rank'
        and indicator_values.breakdown = ''
        and indicator_values.value is not null

),

-- Said without a figure, or with one that nobody here can count. Kept, so that nothing that was published is left out.
by_statements as (

    select
        'statement' as conflict_kind,
        claims.indicator_code,
        '' as element_code,
        claims.place_org_unit_code as org_unit_code,
        '' as breakdown,
        '' as period_type,
        claims.first_period_end_date as period_start_date,
        claims.last_period_end_date as period_end_date,
        claims.claim_id as first_source,
        '' as second_source,
        cast(claims.claimed_value as decimal(38, 12)) as first_value,
        '' as first_qualifier,
        claims.source_title || coalesce(', ' || cast(claims.source_date as string), '') as first_place,
        cast(null as bigint) as first_delivery_seq,
        cast(ranked_provinces.rank_here as decimal(38, 12)) as second_value,
        '' as second_qualifier,
        case when ranked_provinces.claim_id is null then '' else 'mart_lineage' end as second_place,
        ranked_provinces.delivery_seq as second_delivery_seq,
        case
            when ranked_provinces.claim_id is null then 'not_comparable'
            when ranked_provinces.rank_here = cast(claims.claimed_value as decimal(38, 12)) then 'compatible'
            else 'conflict'
        end as verdict,
        case
            when claims.claimed_value is null then 'no_figure_given'
            when ranked_provinces.claim_id is null then 'nothing_reported_here'
            else ''
        end as reason,
        claims.claim_vi

    from claims

    left join ranked_provinces
        on
            claims.claim_id = ranked_provinces.claim_id
            and claims.place_org_unit_code = ranked_provinces.org_unit_code
            and cast(ranked_provinces.ranked_count as decimal(38, 12)) = cast(claims.claimed_of as decimal(38, 12))

    where claims.claim_kind in ('rank', 'statement')

),

claims_judged as (

    {{ union_by_name(['by_trends', 'by_statements'], conflict_columns()) }}

)

select * from claims_judged
