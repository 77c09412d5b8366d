-- What is wrong with each delivery: a place and what is expected there, never what stands there.

with

deliveries as (

    select * from {{ source('raw', 'delivery') }}

    -- as it was read last
    qualify row_number() over (partition by delivery_seq order by load_seq desc) = 1

),

problems as (

    select * from {{ source('raw', 'delivery_error') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

named as (

    select
        ---------- keys
        deliveries.delivery_seq,
        cast(problems.problem_index as bigint) as problem_number,

        ---------- keys of one column
        org_units.org_unit_key,

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

    left join org_units
        on
            deliveries.department_code = org_units.org_unit_code
            and {{ holds_on('org_units', local_date('deliveries.received_at')) }}

)

select * from named
