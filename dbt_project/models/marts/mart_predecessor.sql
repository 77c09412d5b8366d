-- Which units a unit of today was made of on 2025-07-01, and what each weighs in it.

with

crosswalk as (

    select * from {{ ref('crosswalk') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

populations as (

    select
        org_unit_code,
        org_unit_series_from_date,
        period_end_date,
        measured_value

    from {{ ref('int_measure_value') }}

    where
        element_code = 'population'
        and breakdown = ''
        and geography = 'as_reported'
        and measured_value is not null

),

named as (

    select
        units.org_unit_key,
        predecessors.org_unit_key as predecessor_key,
        units.org_unit_code,
        units.org_unit_name,
        units.org_unit_level,
        units.province_code,
        predecessors.org_unit_code as predecessor_code,
        predecessors.org_unit_name as predecessor_name,
        predecessors.org_unit_level as predecessor_level,
        predecessors.series_from_date as predecessor_series_from_date,
        crosswalk.effective_date,
        crosswalk.relation

    from crosswalk

    inner join org_units as units
        on
            crosswalk.new_code = units.org_unit_code
            and crosswalk.level = units.org_unit_level
            and {{ holds_on('units', 'crosswalk.effective_date') }}

    inner join org_units as predecessors
        on
            crosswalk.old_code = predecessors.org_unit_code
            and crosswalk.old_level = predecessors.org_unit_level
            and {{ holds_on('predecessors', "cast(crosswalk.effective_date - interval '1' day as date)") }}

),

-- with the newest population that each had before it went
weighed as (

    select
        named.*,
        max(populations.period_end_date) as population_date,
        max_by(populations.measured_value, populations.period_end_date) as population

    from named

    left join populations
        on
            named.predecessor_code = populations.org_unit_code
            and named.predecessor_series_from_date = populations.org_unit_series_from_date
            and named.effective_date > populations.period_end_date

    group by all

),

together as (

    select
        *,
        count(*) over (partition by org_unit_key) as predecessor_count,
        count(population) over (partition by org_unit_key) as known_count,
        sum(population) over (partition by org_unit_key) as population_together,
        max(case when relation = 'full' then 0 else 1 end) over (partition by org_unit_key) as has_split

    from weighed

),

predecessors_of_today as (

    select
        ---------- keys
        org_unit_key,
        predecessor_key,

        ---------- names
        org_unit_code,
        org_unit_name,
        org_unit_level,
        province_code,
        predecessor_code,
        predecessor_name,
        predecessor_level,
        effective_date,

        ---------- how it went over
        relation,
        cast(predecessor_count as bigint) as predecessor_count,
        cast(population as double) as population,
        population_date,
        case
            when has_split = 0 and known_count = predecessor_count
                then {{ share('population', 'population_together') }}
        end as weight_pct,
        case
            when has_split = 1 then 'split_unit'
            when known_count < predecessor_count then 'no_weight'
            else ''
        end as weight_null_reason

    from together

)

select * from predecessors_of_today
