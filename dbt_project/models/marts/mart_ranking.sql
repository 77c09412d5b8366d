-- Rankings: index 766, DTI, the province's own assessments. Two ranks are compared only if equally many were ranked.

with

measures as (

    select * from {{ ref('int_measure_value') }}

    where
        geography = 'as_reported'
        and not is_rolled_up_in_space
        and not is_rolled_up_in_time

),

rankings as (

    select * from {{ ref('rankings') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

-- joined by one equality: three of them with "or" would compare every measure with every ranking
ranked_elements as (

    {% for said in ['value', 'rank', 'ranked_units'] %}
        select
            ranking_code,
            name_vi,
            system_code,
            '{{ said }}' as said,
            {{ said }}_element as element_code

        from rankings

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

results as (

    select
        ranked_elements.ranking_code,
        measures.org_unit_code,
        measures.clock,
        measures.period_type,
        measures.period_start_date,
        measures.period_end_date,
        max(ranked_elements.name_vi) as ranking_name_vi,
        max(ranked_elements.system_code) as system_code,
        max(case when ranked_elements.said = 'value' then measures.measured_value end) as value,
        max(case when ranked_elements.said = 'rank' then measures.measured_value end) as reported_rank,
        max(case when ranked_elements.said = 'ranked_units' then measures.measured_value end) as reported_count,
        max(measures.delivery_seq) as delivery_seq

    from measures

    inner join ranked_elements
        on measures.element_code = ranked_elements.element_code

    group by all

),

named as (

    select
        results.*,
        org_units.org_unit_key,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        org_units.series_from_date as org_unit_series_from_date,
        case when org_units.org_unit_level = 'province' then '' else org_units.province_code end as block_code,
        periods.period_key

    from results

    left join periods
        on
            {{ joined_on('results', 'periods', ['clock', 'period_type', 'period_start_date', 'period_end_date']) }}

    inner join org_units
        on
            results.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'results.period_end_date') }}

),

-- Who is compared with whom: the siblings that have a value, if there are at least two and they are not all equal.
fields as (

    select
        ranking_code,
        org_unit_level,
        block_code,
        period_type,
        period_start_date,
        period_end_date,
        count(value) as value_count,
        count(distinct value) as different_value_count,
        {{ sorted_text(list_of('org_unit_code', 'value is not null')) }} as field_codes

    from named

    group by all

),

computed as (

    select
        named.*,
        fields.value_count,
        fields.different_value_count,
        fields.field_codes,
        named.reported_rank is null
        and named.value is not null
        and fields.different_value_count > 1 as is_computed,
        rank() over (
            partition by
                named.ranking_code, named.org_unit_level, named.block_code,
                named.period_type, named.period_start_date, named.period_end_date
            order by named.value desc nulls last
        ) as computed_rank

    from named

    inner join fields
        on
            {{ joined_on('named', 'fields', [
                'ranking_code', 'org_unit_level', 'block_code', 'period_type', 'period_start_date', 'period_end_date',
            ]) }}

),

-- A rank that nobody reported is computed.
chosen as (

    select
        computed.*,
        cast(case when is_computed then computed_rank else reported_rank end as bigint) as rank_number,
        cast(
            case when is_computed then value_count when reported_rank is not null then reported_count end as bigint
        ) as ranked_count,
        case
            when reported_rank is not null then 'reported'
            when is_computed then 'computed'
            else ''
        end as rank_basis,
        case
            when reported_rank is not null or is_computed then ''
            when value is null then 'no_data'
            when value_count = 1 then 'no_siblings'
            else 'all_equal'
        end as null_reason,
        -- a published rank says only how many were ranked
        case when is_computed then field_codes else '' end as ranked_codes

    from computed

),

with_previous as (

    select
        chosen.*,
        lag(value) over (
            partition by ranking_code, org_unit_code, org_unit_series_from_date, clock, period_type
            order by period_end_date
        ) as previous_value,
        lag(rank_number) over (
            partition by ranking_code, org_unit_code, org_unit_series_from_date, clock, period_type
            order by period_end_date
        ) as previous_rank_number,
        lag(ranked_count) over (
            partition by ranking_code, org_unit_code, org_unit_series_from_date, clock, period_type
            order by period_end_date
        ) as previous_ranked_count,
        lag(ranked_codes) over (
            partition by ranking_code, org_unit_code, org_unit_series_from_date, clock, period_type
            order by period_end_date
        ) as previous_ranked_codes

    from chosen

),

ranked as (

    select
        ---------- keys
        ranking_code,
        org_unit_code,
        period_type,
        period_start_date,
        period_end_date,

        ---------- keys of one column
        org_unit_key,
        period_key,

        ---------- names
        ranking_name_vi,
        system_code,
        org_unit_name,
        org_unit_level,
        province_code,
        clock,

        ---------- measure
        cast(value as double) as value,
        cast(value as decimal(38, 12)) as exact_value,
        rank_number,
        ranked_count,
        rank_basis,
        null_reason,

        ---------- against the period before
        cast(previous_value as double) as previous_value,
        previous_rank_number,
        previous_ranked_count,
        case
            when ranked_count = previous_ranked_count and ranked_codes = previous_ranked_codes
                then previous_rank_number - rank_number
        end as places_gained,
        case
            when previous_rank_number is null or rank_number is null then 'no_data'
            when ranked_count is null or previous_ranked_count is null then 'ranked_count_unknown'
            when ranked_count != previous_ranked_count then 'ranked_counts_differ'
            when ranked_codes != previous_ranked_codes then 'units_differ'
            else ''
        end as places_null_reason,

        ---------- lineage
        delivery_seq

    from with_previous

)

select * from ranked
