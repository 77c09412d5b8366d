-- Who owes which period of which form, what arrived, and how late, up to as_of.

with

obligations as (

    select * from {{ source('raw', 'reporting_obligation') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

delivery_scope as (

    select * from {{ source('raw', 'delivery_scope') }}

),

accepted_scope as (

    select * from {{ ref('stg_delivery_scope') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

working_days as (

    select * from {{ source('raw', 'working_day') }}

),

-- one row per delivery and scope: another load of the same bytes is not another arrival
arrivals as (

    select
        delivery_scope.source_name,
        delivery_scope.reporting_unit_code,
        delivery_scope.period_type,
        delivery_scope.period_start_date,
        delivery_scope.period_end_date,
        delivery.delivery_seq,
        delivery.received_at,
        delivery.error_count,
        accepted_scope.load_seq is not null as is_accepted,
        delivery_scope.outcome = 'returned' as is_returned

    from delivery_scope

    inner join delivery
        on delivery_scope.load_seq = delivery.load_seq

    left join accepted_scope
        on
            delivery_scope.load_seq = accepted_scope.load_seq
            and delivery_scope.source_name = accepted_scope.source_name
            and delivery_scope.table_name = accepted_scope.table_name
            and delivery_scope.reporting_unit_code = accepted_scope.reporting_unit_code
            and delivery_scope.period_type = accepted_scope.period_type
            and delivery_scope.period_start_date = accepted_scope.period_start_date
            and delivery_scope.period_end_date = accepted_scope.period_end_date

    qualify
        row_number() over (
            partition by
                delivery_scope.source_name,
                delivery_scope.reporting_unit_code,
                delivery_scope.period_type,
                delivery_scope.period_start_date,
                delivery_scope.period_end_date,
                delivery.delivery_seq
            order by case when accepted_scope.load_seq is null then 1 else 0 end, delivery.load_seq desc
        ) = 1

),

newest_arrivals as (

    select * from arrivals

    qualify
        row_number() over (
            partition by source_name, reporting_unit_code, period_type, period_start_date, period_end_date
            order by delivery_seq desc
        ) = 1

),

received as (

    select
        source_name,
        reporting_unit_code,
        period_type,
        period_start_date,
        period_end_date,
        count(*) as received_count,
        min(received_at) as first_received_at,
        min(case when is_accepted then received_at end) as accepted_at,
        max(case when is_accepted then received_at end) as last_accepted_at,
        sum(case when is_accepted then 1 else 0 end) as accepted_count,
        sum(case when is_returned then 1 else 0 end) as returned_count

    from arrivals

    group by
        source_name,
        reporting_unit_code,
        period_type,
        period_start_date,
        period_end_date

),

-- departments live seven hours ahead of UTC, without summer time
dated as (

    select
        obligations.source_name,
        obligations.source_title,
        obligations.department_code,
        obligations.reporting_unit_code,
        obligations.period_type,
        obligations.period_start_date,
        obligations.period_end_date,
        obligations.clock,
        obligations.due_date,
        cast('{{ var("as_of") }}' as date) as as_of_date,
        coalesce(received.received_count, 0) as received_count,
        coalesce(received.accepted_count, 0) as accepted_count,
        coalesce(received.returned_count, 0) as returned_count,
        received.first_received_at,
        received.accepted_at,
        case when received.accepted_count > 1 then received.last_accepted_at end as last_corrected_at,
        coalesce(newest_arrivals.error_count, 0) as error_count,
        coalesce(
            cast(received.accepted_at + interval '7' hour as date),
            cast('{{ var("as_of") }}' as date)
        ) as settled_date

    from obligations

    left join received
        on
            obligations.source_name = received.source_name
            and obligations.reporting_unit_code = received.reporting_unit_code
            and obligations.period_type = received.period_type
            and obligations.period_start_date = received.period_start_date
            and obligations.period_end_date = received.period_end_date

    left join newest_arrivals
        on
            obligations.source_name = newest_arrivals.source_name
            and obligations.reporting_unit_code = newest_arrivals.reporting_unit_code
            and obligations.period_type = newest_arrivals.period_type
            and obligations.period_start_date = newest_arrivals.period_start_date
            and obligations.period_end_date = newest_arrivals.period_end_date

),

statuses as (

    select
        ---------- keys
        dated.source_name,
        dated.reporting_unit_code,
        dated.period_type,
        dated.period_start_date,
        dated.period_end_date,

        ---------- names
        dated.source_title,
        dated.department_code,
        coalesce(org_units.org_unit_name, dated.reporting_unit_code) as reporting_unit_name,
        dated.clock,

        ---------- what happened
        dated.due_date,
        dated.first_received_at,
        dated.accepted_at,
        dated.last_corrected_at,
        dated.received_count,
        dated.error_count,
        case
            when dated.accepted_count > 1 then 'corrected'
            when dated.accepted_count = 1 and dated.settled_date > dated.due_date then 'accepted_late'
            when dated.accepted_count = 1 then 'accepted_on_time'
            when dated.returned_count > 0 then 'returned'
            when dated.as_of_date > dated.due_date then 'late'
            when dated.as_of_date > dated.period_end_date then 'due'
            else 'not_yet_due'
        end as status,
        case
            when dated.settled_date > dated.due_date
                then settled_days.working_days_so_far - due_days.working_days_so_far
            else 0
        end as late_working_days,
        dated.as_of_date

    from dated

    left join working_days as due_days
        on dated.due_date = due_days.date

    left join working_days as settled_days
        on dated.settled_date = settled_days.date

    left join org_units
        on
            dated.reporting_unit_code = org_units.org_unit_code
            and dated.period_end_date between org_units.valid_from_date and org_units.valid_to_date

)

select * from statuses
