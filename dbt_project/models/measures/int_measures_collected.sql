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
        cast(0 as bigint) as record_count

    from observations

),

measured as (

    {{ union_by_name([
        'cells',
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

with_year as (

    select
        measured.*,
        {{ year_of('period_end_date') }} as period_year

    from measured

)

select * from with_year
