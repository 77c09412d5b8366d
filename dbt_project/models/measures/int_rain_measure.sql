-- The rain of a commune on each rain day is that of its wettest station; stations are never added up. On the day that
-- still runs it is the rain so far.

with

days as (

    select * from {{ ref('int_rain_days') }}

    -- a rain day has the date on which it ends, so after 19:00 the running one has tomorrow's date
    where rain_date <= {{ as_of() }} + interval '1' day

),

wettest as (

    select
        source_name,
        org_unit_code,
        rain_date,
        max(reporting_unit_code) as reporting_unit_code,
        max(depth_mm) as depth_mm,
        max(case when null_reason != '' or value_qualifier != '' then 1 else 0 end) as is_incomplete,
        sum(reading_count) as reading_count,
        max(delivery_seq) as delivery_seq,
        max_by(load_seq, delivery_seq) as load_seq

    from days

    group by all

),

measured as (

    select
        source_name,
        'readings' as table_name,
        reporting_unit_code,
        org_unit_code,
        'rain_day' as clock,
        'day' as period_type,
        rain_date as period_start_date,
        rain_date as period_end_date,
        'rain_day_depth' as element_code,
        '' as breakdown,
        '' as record_key,
        cast(depth_mm as decimal(38, 12)) as measured_value,
        coalesce({{ decimal_text('depth_mm') }}, '') as value_text,
        case when depth_mm is not null and is_incomplete = 1 then '>=' else '' end as value_qualifier,
        case when depth_mm is null then 'no_data' else '' end as null_reason,
        case when rain_date < {{ as_of() }} then 'official' else 'estimate' end as maturity,
        delivery_seq,
        load_seq,
        'raw.rain_reading' as sheet_name,
        '' as cell_address,
        cast(reading_count as bigint) as record_count

    from wettest

)

select * from measured
