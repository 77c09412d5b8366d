-- The rain screen: each station by hour and by rain day (19:00 to 19:00), with the level of rain a day has reached.

with

hours as (

    select * from {{ ref('int_rain_hours') }}

),

days as (

    select * from {{ ref('int_rain_days') }}

),

thresholds as (

    select * from {{ ref('rain_thresholds') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

    where clock = 'rain_day'

),

systems as (

    select * from {{ ref('systems') }}

    where system_code = '11'

),

newest as (

    select
        source_name,
        max(observed_at) as newest_at

    from hours

    group by all

),

levels as (

    select
        days.source_name,
        days.station_uuid,
        days.rain_date,
        thresholds.level_code,
        thresholds.name_vi as level_name_vi,
        thresholds.is_alert

    from days

    inner join thresholds
        on days.depth_mm > thresholds.above_mm

    qualify
        row_number() over (
            partition by days.source_name, days.station_uuid, days.rain_date
            order by thresholds.above_mm desc
        ) = 1

),

measured as (

    select
        source_name,
        station_uuid,
        'hour' as period_type,
        hour_start_at as period_start_at,
        hour_start_at + interval '1' hour as period_end_at,
        rain_date,
        station_name,
        org_unit_code,
        depth_mm,
        '' as value_qualifier,
        null_reason,
        cumulative_mm,
        covered_hours,
        case when cumulative_mm is not null then observed_at end as last_reading_at,
        delivery_seq,
        sheet_name,
        cell_address

    from hours

    union all

    select
        source_name,
        station_uuid,
        'rain_day' as period_type,
        cast(rain_date as timestamp) - interval '12' hour as period_start_at,
        cast(rain_date as timestamp) + interval '12' hour as period_end_at,
        rain_date,
        station_name,
        org_unit_code,
        depth_mm,
        value_qualifier,
        null_reason,
        depth_mm as cumulative_mm,
        cast(null as bigint) as covered_hours,
        last_reading_at,
        delivery_seq,
        'raw.rain_reading' as sheet_name,
        '' as cell_address

    from days

),

rainfall as (

    select
        ---------- keys
        measured.source_name,
        measured.station_uuid,
        measured.period_type,
        measured.period_start_at,

        ---------- keys of one column: the period is the rain day, also of an hour
        org_units.org_unit_key,
        periods.period_key,

        ---------- names
        systems.system_code,
        measured.station_name,
        measured.org_unit_code,
        org_units.org_unit_name,
        measured.rain_date,
        measured.period_end_at,
        measured.period_end_at > newest.newest_at
        and measured.rain_date >= {{ as_of() }} as is_running,

        ---------- measure
        cast(measured.depth_mm as double) as depth_mm,
        measured.value_qualifier,
        measured.null_reason,
        cast(measured.cumulative_mm as double) as cumulative_mm,
        measured.covered_hours,
        measured.last_reading_at,
        cast({{ minutes_between('measured.last_reading_at', 'newest.newest_at') }} as bigint)
            as last_reading_age_minutes,

        ---------- against the thresholds of a day
        case
            when measured.period_type = 'hour' then 'not_applicable'
            when measured.depth_mm is null then 'unknown'
            else coalesce(levels.level_code, 'none')
        end as level_code,
        coalesce(levels.level_name_vi, '') as level_name_vi,
        coalesce(levels.is_alert, false)
        and measured.period_type = 'rain_day'
        and measured.period_end_at > newest.newest_at
        and measured.rain_date >= {{ as_of() }} as is_above_threshold_now,

        ---------- lineage
        measured.delivery_seq,
        measured.sheet_name,
        measured.cell_address

    from measured

    inner join newest
        on measured.source_name = newest.source_name

    inner join org_units
        on
            measured.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'measured.rain_date') }}

    left join periods
        on measured.rain_date = periods.period_end_date

    left join levels
        on
            measured.period_type = 'rain_day'
            and measured.source_name = levels.source_name
            and measured.station_uuid = levels.station_uuid
            and measured.rain_date = levels.rain_date

    cross join systems

)

select * from rainfall
