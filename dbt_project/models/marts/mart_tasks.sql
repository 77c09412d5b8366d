-- The task screen: each agency by management month, the running one included; done late and overdue never merged.

with

counted as (

    select * from {{ ref('int_tasks_counted') }}

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

systems as (

    select * from {{ ref('systems') }}

    where system_code = '14'

),

tasks as (

    select
        ---------- keys
        counted.source_name,
        counted.org_unit_code,
        counted.period_start_date,
        counted.period_end_date,

        ---------- keys of one column
        org_units.org_unit_key,
        periods.period_key,

        ---------- names
        systems.system_code,
        org_units.org_unit_name,
        org_units.province_code,
        {{ month_label('counted.period_end_date') }}
            as period_label_vi,
        counted.is_running,
        counted.counted_at,

        ---------- of the month
        counted.assigned_count,
        counted.due_count,
        counted.done_on_time_count,
        counted.done_late_count,
        counted.overdue_not_done_count,

        ---------- at its end, whatever month they were due in
        counted.overdue_in_all_count,
        counted.longest_overdue_days,
        counted.open_count,
        counted.slow_count,

        ---------- shares
        {{ share('counted.done_on_time_count', 'counted.due_count') }} as done_on_time_pct,
        {{ share('counted.done_late_count', 'counted.due_count') }} as done_late_pct,
        {{ share('counted.overdue_not_done_count', 'counted.due_count') }} as overdue_not_done_pct,
        case when counted.due_count = 0 then 'zero_denominator' else '' end as pct_null_reason,
        case when counted.slow_count is null then 'no_data' else '' end as slow_null_reason,
        case when counted.longest_overdue_days is null then 'not_applicable' else '' end as overdue_days_null_reason,

        ---------- lineage
        counted.delivery_seq

    from counted

    inner join org_units
        on
            counted.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'counted.period_end_date') }}

    left join periods
        on counted.period_start_date = periods.period_start_date

    cross join systems

)

select * from tasks
