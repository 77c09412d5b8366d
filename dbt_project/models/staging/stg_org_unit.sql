-- Administrative units and agencies, one row per code and time of validity, each with the day since when its code names
-- the same ground.

with

org_units as (

    select * from {{ ref('org_units') }}

),

agencies as (

    select * from {{ ref('agencies') }}

),

units as (

    select
        org_unit_code,
        level as org_unit_level,
        full_name as org_unit_name,
        name as short_name,
        unit_type,
        parent_code,
        province_code,
        valid_from_date,
        valid_to_date

    from org_units

    union all

    select
        org_unit_code,
        'agency' as org_unit_level,
        full_name as org_unit_name,
        name as short_name,
        kind as unit_type,
        parent_code,
        province_code,
        valid_from_date,
        valid_to_date

    from agencies

),

valid as (

    select
        org_unit_code,
        coalesce(valid_from_date, date '1900-01-01') as valid_from_date,
        coalesce(valid_to_date, {{ open_end() }}) as valid_to_date,
        org_unit_level,
        org_unit_name,
        short_name,
        unit_type,
        parent_code,
        province_code

    from units

),

-- Huế and Đồng Nai became cities on these days and some of their communes wards: new names for the same ground.
with_begin as (

    select
        valid.*,
        case
            when
                valid_from_date in (date '2025-01-01', date '2026-04-30')
                and lag(valid_to_date) over (partition by org_unit_code order by valid_from_date)
                = cast(valid_from_date - interval '1' day as date)
                then null
            else valid_from_date
        end as begin_date

    from valid

),

with_series as (

    select
        org_unit_code,
        valid_from_date,
        valid_to_date,
        max(begin_date) over (
            partition by org_unit_code
            order by valid_from_date
            rows between unbounded preceding and current row
        ) as series_from_date,
        org_unit_level,
        org_unit_name,
        short_name,
        unit_type,
        parent_code,
        province_code

    from with_begin

)

select * from with_series
