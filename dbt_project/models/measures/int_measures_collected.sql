-- What was measured, wherever it came from: cells of forms, and what is counted from records and from our own work.

with

observations as (

    select * from {{ ref('stg_observation') }}

),

cells as (

    select
        source_name,
        table_name,
        reporting_unit_code,
        org_unit_code,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        element_code,
        breakdown,
        record_key,
        measured_value,
        value_text,
        value_qualifier,
        null_reason,
        maturity,
        delivery_seq,
        load_seq,
        sheet_name,
        cell_address,
        cast(0 as bigint) as record_count,
        -- not from the day: asked for a year, what stands for the cells reads no other only where this column says so
        period_year

    from observations

),

counted as (

    {{ union_by_name([
        ref('int_dossier_measure'),
        ref('int_task_measure'),
        ref('int_rain_measure'),
        ref('int_reporting_measure'),
    ], [
        'source_name',
        'table_name',
        'reporting_unit_code',
        'org_unit_code',
        'clock',
        'period_type',
        'period_start_date',
        'period_end_date',
        'element_code',
        'breakdown',
        'record_key',
        'measured_value',
        'value_text',
        'value_qualifier',
        'null_reason',
        'maturity',
        'delivery_seq',
        'load_seq',
        'sheet_name',
        'cell_address',
        'record_count',
    ]) }}

),

counted_of_years as (

    select
        counted.*,
        {{ year_of('period_end_date') }} as period_year

    from counted

),

measured as (

    {{ union_by_name(['cells', 'counted_of_years'], [
        'source_name',
        'table_name',
        'reporting_unit_code',
        'org_unit_code',
        'clock',
        'period_type',
        'period_start_date',
        'period_end_date',
        'element_code',
        'breakdown',
        'record_key',
        'measured_value',
        'value_text',
        'value_qualifier',
        'null_reason',
        'maturity',
        'delivery_seq',
        'load_seq',
        'sheet_name',
        'cell_address',
        'record_count',
        'period_year',
    ]) }}

)

select * from measured
