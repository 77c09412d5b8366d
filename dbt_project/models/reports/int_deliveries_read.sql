-- Each delivery as it was read last, with the key of its department on the day it came.

with

deliveries as (

    select * from {{ source('raw', 'delivery') }}

    qualify row_number() over (partition by delivery_seq order by load_seq desc) = 1

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

with_departments as (

    select
        deliveries.load_seq,
        deliveries.delivery_seq,
        {{ org_unit_key('org_units.org_unit_code', 'org_units.valid_from_date') }} as org_unit_key,
        deliveries.source_name,
        deliveries.department_code,
        deliveries.file_name,
        deliveries.received_at,
        deliveries.outcome

    from deliveries

    left join org_units
        on
            deliveries.department_code = org_units.org_unit_code
            and {{ holds_on('org_units', local_date('deliveries.received_at')) }}

)

select * from with_departments
