-- What each check said of each delivery: how many values it looked at, how many failed, and where the first are.

with

deliveries as (

    select * from {{ ref('int_deliveries_read') }}

),

check_results as (

    select * from {{ source('raw', 'check_result') }}

),

named as (

    select
        ---------- keys
        deliveries.delivery_seq,
        check_results.suite_name,
        check_results.expectation_index as check_number,

        ---------- keys of one column
        deliveries.org_unit_key,

        ---------- which delivery
        deliveries.source_name,
        deliveries.department_code,
        deliveries.file_name,
        deliveries.received_at,
        deliveries.outcome,

        ---------- which check
        check_results.expectation_type as check_type,
        check_results.column_name as checked_columns,
        check_results.severity,
        check_results.description as description_vi,

        ---------- what it said
        check_results.outcome as check_outcome,
        check_results.checked_count,
        check_results.failed_count,
        check_results.failed_cells

    from deliveries

    inner join check_results
        on deliveries.load_seq = check_results.load_seq

)

select * from named
