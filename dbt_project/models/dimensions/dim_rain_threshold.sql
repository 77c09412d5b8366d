-- From how much rain in a day which level is reached, and who says so.

with

thresholds as (

    select * from {{ ref('rain_thresholds') }}

),

levels as (

    select
        level_code as rain_level_code,
        name_vi as level_name_vi,
        cast(above_mm as double) as above_mm,
        is_alert,
        source as threshold_source

    from thresholds

)

select * from levels
