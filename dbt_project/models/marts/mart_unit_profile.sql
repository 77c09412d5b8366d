-- How large the units of today are, as far as anybody reported it.

with

org_units as (

    select * from {{ ref('dim_org_unit') }}

    where valid_to_date = {{ open_end() }}

),

sizes as (

    select
        element_code,
        org_unit_code,
        org_unit_series_from_date,
        measured_value,
        period_end_date

    from {{ ref('int_measure_value') }}

    where
        element_code in ('population', 'households', 'villages')
        and breakdown = ''
        and geography = 'as_reported'
        and units_key = ''
        and measured_value is not null

    qualify
        row_number() over (
            partition by element_code, org_unit_code, org_unit_series_from_date
            order by period_end_date desc, period_start_date desc
        ) = 1

),

profiles as (

    select
        org_units.org_unit_key,
        org_units.org_unit_code,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.unit_type,
        org_units.province_code,
        max(case when sizes.element_code = 'population' then cast(sizes.measured_value as double) end)
            as population,
        max(case when sizes.element_code = 'population' then sizes.period_end_date end) as population_date,
        max(case when sizes.element_code = 'households' then cast(sizes.measured_value as double) end)
            as households,
        max(case when sizes.element_code = 'households' then sizes.period_end_date end) as households_date,
        max(case when sizes.element_code = 'villages' then cast(sizes.measured_value as double) end)
            as villages,
        max(case when sizes.element_code = 'villages' then sizes.period_end_date end) as villages_date

    from org_units

    inner join sizes
        on
            org_units.org_unit_code = sizes.org_unit_code
            and org_units.series_from_date = sizes.org_unit_series_from_date

    group by all

)

select * from profiles
