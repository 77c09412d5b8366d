-- What the press wrote, beside what we compute for the same place and period, and beside what another article wrote.

with

figures as (

    select * from {{ ref('stg_published_figure') }}

),

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

    where geography = 'as_reported'

),

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
        indicator_values.value as second_value,
        coalesce(indicator_values.value_qualifier, '') as second_qualifier,
        case when indicator_values.value is null then '' else 'mart_lineage' end as second_place,
        indicator_values.delivery_seq as second_delivery_seq,
        {{ verdict(
            'figures.figure_value', 'figures.qualifier',
            'indicator_values.value', 'indicator_values.value_qualifier', 'figures.tolerance'
        ) }} as verdict,
        case
            when indicator_values.value is not null then ''
            else coalesce(nullif(indicator_values.null_reason, ''), 'nothing_reported_here')
        end as reason,
        '' as claim_vi

    from figures

    left join indicator_values
        on
            figures.indicator_code = indicator_values.indicator_code
            and figures.place_org_unit_code = indicator_values.org_unit_code
            and figures.breakdown_members = indicator_values.breakdown
            and figures.period_type = indicator_values.period_type
            and figures.period_start_date = indicator_values.period_start_date
            and figures.period_end_date = indicator_values.period_end_date

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

by_press as (

    {{ union_by_name(['by_figures', 'by_articles'], conflict_columns()) }}

)

select * from by_press
