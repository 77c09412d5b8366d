-- One fact, two figures: both kept, side by side, with what each rests on. Nothing is overwritten.

with

pairs as (

    select * from {{ ref('int_sources_compared') }}

),

series as (

    select * from {{ ref('fct_indicator_value') }}

    where geography = 'as_reported'

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

elements as (

    select * from {{ source('catalogue', 'element') }}

),

obligations as (

    select
        source_name,
        max(system_code) as system_code

    from {{ source('raw', 'reporting_obligation') }}

    group by all

),

-- an element that no indicator uses belongs to the system of the source believed
element_systems as (

    select
        pairs.element_code,
        max(elements.unit_measure) as unit_measure,
        max(obligations.system_code) as system_code

    from pairs

    inner join elements
        on pairs.element_code = elements.element_code

    inner join obligations
        on pairs.source_name = obligations.source_name

    group by all

),

twins as (

    select * from {{ ref('computed_twins') }}

),

claims as (

    select * from {{ ref('published_claims') }}

),

-- half of the last printed decimal is what rounding allows
figures as (

    select
        published_figures.*,
        cast(published_value as decimal(38, 12)) as figure_value,
        coalesce(value_qualifier, '') as qualifier,
        coalesce(breakdown, '') as breakdown_members,
        0.5 / power(
            10,
            case
                when position('.' in published_value) = 0 then 0
                else length(published_value) - position('.' in published_value)
            end
        ) as tolerance,
        source_title || coalesce(', ' || cast(source_date as varchar), '') as place

    from {{ ref('published_figures') }} as published_figures

),

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
        || cast(pairs.other_source_rank as varchar) as second_source,
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

),

-- what the press wrote, beside what we compute for the same place and period
by_figures as (

    select
        'published_figure' as conflict_kind,
        figures.indicator_code,
        '' as element_code,
        figures.place_org_unit_code as org_unit_code,
        figures.breakdown_members as breakdown,
        figures.period_type,
        figures.period_start_date,
        figures.period_end_date,
        figures.figure_id as first_source,
        'marts' as second_source,
        figures.figure_value as first_value,
        figures.qualifier as first_qualifier,
        figures.place as first_place,
        cast(null as bigint) as first_delivery_seq,
        series.value as second_value,
        coalesce(series.value_qualifier, '') as second_qualifier,
        case when series.value is null then '' else 'mart_lineage' end as second_place,
        series.delivery_seq as second_delivery_seq,
        {{ verdict(
            'figures.figure_value', 'figures.qualifier',
            'series.value', 'series.value_qualifier', 'figures.tolerance'
        ) }} as verdict,
        case
            when series.value is not null then ''
            else coalesce(nullif(series.null_reason, ''), 'nothing_reported_here')
        end as reason,
        '' as claim_vi

    from figures

    left join series
        on
            figures.indicator_code = series.indicator_code
            and figures.place_org_unit_code = series.org_unit_code
            and figures.breakdown_members = series.breakdown
            and figures.period_type = series.period_type
            and figures.period_start_date = series.period_start_date
            and figures.period_end_date = series.period_end_date

),

by_articles as (

    select
        'published_pair' as conflict_kind,
        figures.indicator_code,
        '' as element_code,
        figures.place_org_unit_code as org_unit_code,
        figures.breakdown_members as breakdown,
        figures.period_type,
        figures.period_start_date,
        figures.period_end_date,
        figures.figure_id as first_source,
        other.figure_id as second_source,
        figures.figure_value as first_value,
        figures.qualifier as first_qualifier,
        figures.place as first_place,
        cast(null as bigint) as first_delivery_seq,
        other.figure_value as second_value,
        other.qualifier as second_qualifier,
        other.place as second_place,
        cast(null as bigint) as second_delivery_seq,
        {{ verdict(
            'figures.figure_value', 'figures.qualifier',
            'other.figure_value', 'other.qualifier', 'greatest(figures.tolerance, other.tolerance)'
        ) }} as verdict,
        '' as reason,
        '' as claim_vi

    from figures

    inner join figures as other
        on
            figures.indicator_code = other.indicator_code
            and figures.place_org_unit_code = other.place_org_unit_code
            and figures.breakdown_members = other.breakdown_members
            and figures.period_type = other.period_type
            and figures.period_start_date = other.period_start_date
            and figures.period_end_date = other.period_end_date
            and figures.figure_id < other.figure_id

),

-- what is added up from rounded parts may be off by half a last decimal for each of them
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

    inner join series as computed
        on twins.computed_indicator_code = computed.indicator_code

    inner join series as reported
        on
            twins.reported_indicator_code = reported.indicator_code
            and computed.org_unit_code = reported.org_unit_code
            and computed.breakdown = reported.breakdown
            and computed.period_type = reported.period_type
            and computed.period_start_date = reported.period_start_date
            and computed.period_end_date = reported.period_end_date

),

-- what a trend is judged by: our values, and the press's where we have none
claim_values as (

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

    union all

    select
        claims.claim_id,
        series.period_type,
        series.period_start_date,
        series.period_end_date,
        series.value,
        'mart_lineage' as place,
        series.delivery_seq,
        1 as source_order

    from claims

    inner join series
        on
            claims.indicator_code = series.indicator_code
            and claims.place_org_unit_code = series.org_unit_code
            and series.period_end_date between claims.first_period_end_date and claims.last_period_end_date

    where
        series.breakdown = ''
        and series.value is not null

),

claim_steps as (

    select
        claim_values.*,
        lag(value) over (partition by claim_id, period_type order by period_end_date) as value_before,
        lag(place) over (partition by claim_id, period_type order by period_end_date) as place_before,
        lag(delivery_seq) over (partition by claim_id, period_type order by period_end_date) as delivery_seq_before,
        lag(period_end_date) over (partition by claim_id, period_type order by period_end_date) as end_date_before

    from (
        select * from claim_values

        qualify
            row_number() over (
                partition by claim_id, period_type, period_start_date, period_end_date order by source_order, value
            ) = 1
    ) as claim_values

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
        claims.claim_id || ' ' || cast(claim_steps.end_date_before as varchar) as first_source,
        claims.claim_id || ' ' || cast(claim_steps.period_end_date as varchar) as second_source,
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

-- said without a figure, or with one that nobody here can count: kept, so that nothing published is left out
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
        claims.source_title || coalesce(', ' || cast(claims.source_date as varchar), '') as first_place,
        cast(null as bigint) as first_delivery_seq,
        cast(null as decimal(38, 12)) as second_value,
        '' as second_qualifier,
        '' as second_place,
        cast(null as bigint) as second_delivery_seq,
        'not_comparable' as verdict,
        case when claims.claimed_value is null then 'no_figure_given' else 'nothing_reported_here' end as reason,
        claims.claim_vi

    from claims

    where claims.claim_kind in ('rank', 'statement')

),

together as (

    select * from by_sources

    union all

    select * from by_figures

    union all

    select * from by_articles

    union all

    select * from by_twins

    union all

    select * from by_trends

    union all

    select * from by_statements

),

conflicts as (

    select
        ---------- keys
        together.conflict_kind,
        together.indicator_code,
        together.element_code,
        together.org_unit_code,
        together.breakdown,
        together.period_type,
        together.period_start_date,
        together.period_end_date,
        together.first_source,
        together.second_source,

        ---------- names
        coalesce(indicators.indicator_name_vi, '') as indicator_name_vi,
        coalesce(indicators.system_code, element_systems.system_code, '') as system_code,
        coalesce(element_systems.unit_measure, indicators.unit_measure, '') as unit_measure,

        ---------- the two figures
        cast(together.first_value as decimal(38, 12)) as first_value,
        together.first_qualifier,
        together.first_place,
        together.first_delivery_seq,
        cast(together.second_value as decimal(38, 12)) as second_value,
        together.second_qualifier,
        together.second_place,
        together.second_delivery_seq,
        cast(together.second_value - together.first_value as decimal(38, 12)) as difference,

        ---------- and how they compare
        together.verdict,
        coalesce(together.reason, '') as reason,
        together.claim_vi

    from together

    left join indicators
        on together.indicator_code = indicators.indicator_code

    left join element_systems
        on together.element_code = element_systems.element_code

)

select * from conflicts
