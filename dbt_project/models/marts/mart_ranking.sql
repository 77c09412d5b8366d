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

results as (

    select
        rankings.ranking_code,
        measures.org_unit_code,
        measures.clock,
        measures.period_type,
        measures.period_start_date,
        measures.period_end_date,
        max(rankings.name_vi) as ranking_name_vi,
        max(rankings.system_code) as system_code,
        max(case when measures.element_code = rankings.value_element then measures.measured_value end) as value,
        max(case when measures.element_code = rankings.rank_element then measures.measured_value end) as reported_rank,
        max(case when measures.element_code = rankings.ranked_units_element then measures.measured_value end)
            as reported_count,
        max(measures.delivery_seq) as delivery_seq

    from measures

    inner join rankings
        on measures.element_code in (rankings.value_element, rankings.rank_element, rankings.ranked_units_element)

    group by all

),

named as (

    select
        results.*,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        org_units.series_from_date as org_unit_series_from_date

    from results

    inner join org_units
        on
            results.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'results.period_end_date') }}

),

computed as (

    select
        named.*,
        rank() over (
            partition by
                ranking_code, org_unit_level, case when org_unit_level = 'province' then '' else province_code end,
                period_type, period_start_date, period_end_date
            order by value desc nulls last
        ) as computed_rank,
        count(value) over (
            partition by
                ranking_code, org_unit_level, case when org_unit_level = 'province' then '' else province_code end,
                period_type, period_start_date, period_end_date
        ) as computed_count

    from named

),

-- A rank that nobody reported is computed among the siblings that have a value, if there are at least two.
chosen as (

    select
        computed.*,
        cast(
            case
                when reported_rank is not null then reported_rank
                when value is not null and computed_count > 1 then computed_rank
            end as bigint
        ) as rank_number,
        cast(
            case
                when reported_rank is not null then reported_count
                when value is not null and computed_count > 1 then computed_count
            end as bigint
        ) as ranked_count,
        case
            when reported_rank is not null then 'reported'
            when value is not null and computed_count > 1 then 'computed'
            else ''
        end as rank_basis

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
        ) as previous_ranked_count

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

        ---------- names
        ranking_name_vi,
        system_code,
        org_unit_name,
        org_unit_level,
        province_code,
        clock,

        ---------- measure
        cast(value as decimal(38, 12)) as value,
        rank_number,
        ranked_count,
        rank_basis,
        case when rank_number is null then 'no_data' else '' end as null_reason,

        ---------- against the period before
        cast(previous_value as decimal(38, 12)) as previous_value,
        previous_rank_number,
        previous_ranked_count,
        case when ranked_count = previous_ranked_count then previous_rank_number - rank_number end as places_gained,
        case
            when previous_rank_number is null or rank_number is null then 'no_data'
            when ranked_count = previous_ranked_count then ''
            when ranked_count is null or previous_ranked_count is null then 'ranked_count_unknown'
            else 'ranked_counts_differ'
        end as places_null_reason,

        ---------- lineage
        delivery_seq

    from with_previous

)

select * from ranked
