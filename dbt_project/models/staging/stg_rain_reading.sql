-- One row per station and time of observation. A rain day ends at 19:00 and has the date it ends on.

with

rain_reading as (

    select * from {{ source('raw', 'rain_reading') }}

),

record_load as (

    select * from {{ ref('stg_record_load') }}

),

versions as (

    select
        ---------- keys
        rain_reading.source_name,
        rain_reading.station_uuid,
        rain_reading.observed_at,

        ---------- what it is
        record_load.reporting_unit_code,
        rain_reading.station_name,
        rain_reading.org_unit_code,
        rain_reading.depth_mm,
        cast(rain_reading.observed_at + interval '12' hour as date) as rain_date,
        cast(date_trunc('hour', rain_reading.observed_at) as timestamp) as hour_start_at,

        ---------- lineage
        rain_reading.delivery_seq,
        rain_reading.load_seq,
        rain_reading.sheet_name,
        rain_reading.cell_address

    from rain_reading

    inner join record_load
        on rain_reading.load_seq = record_load.load_seq

),

newest as (

    select * from versions

    qualify
        row_number() over (
            partition by source_name, station_uuid, observed_at
            order by
                delivery_seq desc,
                load_seq desc,
                {{ place_in_answer('cell_address') }} desc nulls last
        ) = 1

)

select * from newest
