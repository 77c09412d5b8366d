-- The rain of each station and rain day (19:00 to 19:00): the highest reading, or why there is none.

with

hours as (

    select * from {{ ref('int_rain_hours') }}

),

summed as (

    select
        source_name,
        station_uuid,
        rain_date,
        max(reporting_unit_code) as reporting_unit_code,
        max_by(station_name, observed_at) as station_name,
        max_by(org_unit_code, observed_at) as org_unit_code,
        max(cumulative_mm) as highest_mm,
        max(case when null_reason = 'decreasing_reading' then 1 else 0 end) as has_decreased,
        max(case when cumulative_mm is not null then observed_at end) as last_reading_at,
        count(cumulative_mm) as reading_count,
        max(delivery_seq) as delivery_seq,
        max_by(load_seq, delivery_seq) as load_seq

    from hours

    group by all

),

days as (

    select
        ---------- keys
        source_name,
        station_uuid,
        rain_date,

        ---------- what it is
        reporting_unit_code,
        station_name,
        org_unit_code,

        ---------- measure
        case when has_decreased = 0 then highest_mm end as depth_mm,
        case
            when has_decreased = 1 then 'decreasing_reading'
            when highest_mm is null then 'no_reading'
            else ''
        end as null_reason,
        -- a gauge that was silent in the last hour before 19:00 (12:00 UTC) may have missed rain
        case
            when
                has_decreased = 0
                and last_reading_at < cast(rain_date as timestamp) + interval '11' hour
                then '>='
            else ''
        end as value_qualifier,
        last_reading_at,
        reading_count,

        ---------- lineage
        delivery_seq,
        load_seq

    from summed

)

select * from days
