-- What is wrong with each delivery: a place and what is expected there, never what stands there.

with

deliveries as (

    select * from {{ ref('int_deliveries_read') }}

),

problems as (

    select * from {{ source('raw', 'delivery_error') }}

),

named as (

    select
        ---------- keys
        deliveries.delivery_seq,
        cast(problems.problem_index as bigint) as problem_number,

        ---------- keys of one column
        deliveries.org_unit_key,

        ---------- which delivery
        deliveries.source_name,
        deliveries.department_code,
        deliveries.file_name,
        deliveries.received_at,
        deliveries.outcome,

        ---------- what is wrong
        problems.code as problem_code,
        problems.severity,
        problems.sheet_name,
        problems.cell_address,
        problems.expected

    from deliveries

    inner join problems
        on deliveries.load_seq = problems.load_seq

)

select * from named
