-- The newest reading of each station and hour, and the rain since the reading before it. A gauge starts at zero at
-- 19:00 and adds up for a day. A reading lower than an earlier one of its day is a fault of the gauge, never negative
-- rain.

with

readings as (

    select * from {{ ref('stg_rain_reading') }}

),

newest_of_hour as (

    select * from readings

    qualify
        row_number() over (
            partition by source_name, station_uuid, rain_date, hour_start_at
            order by case when depth_mm is null then 1 else 0 end, observed_at desc
        ) = 1

),

with_highest as (

    select
        newest_of_hour.*,
        max(depth_mm) over (
            partition by source_name, station_uuid, rain_date
            order by observed_at
            rows between unbounded preceding and 1 preceding
        ) as highest_before_mm

    from newest_of_hour

),

with_previous as (

    select
        with_highest.*,
        depth_mm >= coalesce(highest_before_mm, 0) as is_sound,
        max(case when depth_mm >= coalesce(highest_before_mm, 0) then hour_start_at end) over (
            partition by source_name, station_uuid, rain_date
            order by observed_at
            rows between unbounded preceding and 1 preceding
        ) as hour_before_at

    from with_highest

),

hours as (

    select
        ---------- keys
        source_name,
        station_uuid,
        rain_date,
        hour_start_at,

        ---------- what it is
        reporting_unit_code,
        station_name,
        org_unit_code,
        observed_at,
        depth_mm as cumulative_mm,

        ---------- measure
        cast(case when is_sound then depth_mm - coalesce(highest_before_mm, 0) end as decimal(38, 12)) as depth_mm,
        case
            when depth_mm is null then 'no_reading'
            when not is_sound then 'decreasing_reading'
            else ''
        end as null_reason,
        -- a rain day begins at 12:00 UTC of the day before
        cast(
            case
                when is_sound
                    then
                        {{ hours_between(
                            "coalesce(hour_before_at + interval '1' hour, cast(rain_date as timestamp) - interval '12' hour)",
                            "hour_start_at + interval '1' hour"
                        ) }}
            end as bigint
        ) as covered_hours,

        ---------- lineage
        delivery_seq,
        load_seq,
        sheet_name,
        cell_address

    from with_previous

)

select * from hours
