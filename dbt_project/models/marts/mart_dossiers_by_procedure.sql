-- Dossiers by procedure: what became of those that a commune received in a month, as far as is known today.

with

dossiers as (

    select
        *,
        {{ management_month_start('received_at') }} as period_start_date

    from {{ ref('stg_dossier') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

    where
        clock = 'management'
        and period_type = 'month'

),

counted as (

    select
        source_name,
        procedure_code,
        org_unit_code,
        agency_code,
        period_start_date,
        cast(period_start_date + interval '1' month - interval '1' day as date) as period_end_date,
        sum(case when status != 'cancelled' then 1 else 0 end) as received_count,
        sum(case when status != 'cancelled' and channel = 'online' then 1 else 0 end) as received_online_count,
        sum(case when status != 'cancelled' and settled_at is not null then 1 else 0 end) as settled_count,
        sum(case when status != 'cancelled' and settled_at > due_at then 1 else 0 end) as settled_late_count,
        sum(case when status != 'cancelled' and settled_at is null then 1 else 0 end) as pending_count,
        sum(
            case
                when status != 'cancelled' and settled_at is null and due_at < {{ end_of_day(as_of()) }} then 1 else 0
            end
        ) as pending_late_count,
        sum(case when status = 'cancelled' then 1 else 0 end) as cancelled_count

    from dossiers

    group by all

),

named as (

    select
        ---------- keys
        counted.source_name,
        counted.procedure_code,
        counted.org_unit_code,
        counted.agency_code,
        counted.period_start_date,
        counted.period_end_date,

        ---------- keys of one column
        org_units.org_unit_key,
        periods.period_key,

        ---------- names
        org_units.org_unit_name,
        {{ month_label('counted.period_end_date') }} as period_label_vi,

        ---------- of those received in the month
        cast(counted.received_count as bigint) as received_count,
        cast(counted.received_online_count as bigint) as received_online_count,
        cast(counted.settled_count as bigint) as settled_count,
        cast(counted.settled_late_count as bigint) as settled_late_count,
        cast(counted.pending_count as bigint) as pending_count,
        cast(counted.pending_late_count as bigint) as pending_late_count,
        cast(counted.cancelled_count as bigint) as cancelled_count

    from counted

    left join org_units
        on
            counted.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'counted.period_end_date') }}

    left join periods
        on counted.period_start_date = periods.period_start_date

)

select * from named
