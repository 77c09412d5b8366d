-- The units as people look them up: every administrative unit and agency with its names and its time.

with

org_units as (

    select
        {{ org_unit_key('org_unit_code', 'valid_from_date') }} as org_unit_key,
        org_unit_code,
        valid_from_date,
        valid_to_date,
        series_from_date,
        org_unit_level,
        org_unit_name,
        short_name,
        unit_type,
        parent_code,
        province_code

    from {{ ref('stg_org_unit') }}

)

select * from org_units
