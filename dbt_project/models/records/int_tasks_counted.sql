-- Tasks by agency and management month, the running month included, as form 08/NV defines them: of the tasks due in the
-- month those done on time, done late, and not done when it ended. Slow is a task that is not yet due and behind plan.

with

record_load as (

    select * from {{ ref('stg_record_load') }}

),

states as (

    select * from {{ ref('stg_task') }}

),

tasks as (

    select
        states.*,
        {{ management_month_start('assigned_at') }} as assigned_month_date,
        {{ management_month_start('due_at') }} as due_month_date

    from states

    where is_newest

),

first_months as (

    select
        source_name,
        max(reporting_unit_code) as reporting_unit_code,
        min(assigned_month_date) as first_month_date

    from tasks

    group by all

),

months as (

    {{ management_months('first_months', 'record_load') }}

),

agencies as (

    select
        source_name,
        org_unit_code,
        min(assigned_month_date) as first_month_date

    from tasks

    group by all

),

agency_months as (

    select
        months.*,
        agencies.org_unit_code

    from months

    inner join agencies
        on
            months.source_name = agencies.source_name
            and months.period_start_date >= agencies.first_month_date

),

-- The state of a task when a month ended is its newest version written by then. If we only have later ones, it is not
-- known.
states_at_end as (

    select
        months.source_name,
        months.period_start_date,
        states.record_key,
        states.progress

    from months

    inner join states
        on
            months.source_name = states.source_name
            and months.counted_at > states.updated_at

    qualify
        row_number() over (
            partition by months.source_name, months.period_start_date, states.record_key
            order by states.updated_at desc
        ) = 1

),

counted_tasks as (

    select
        agency_months.source_name,
        agency_months.org_unit_code,
        agency_months.period_start_date,
        tasks.delivery_seq,
        tasks.load_seq,
        case when tasks.assigned_month_date = agency_months.period_start_date then 1 else 0 end as is_assigned,
        case when tasks.due_month_date = agency_months.period_start_date then 1 else 0 end as is_due,
        case when tasks.done_at < agency_months.counted_at then 1 else 0 end as is_done,
        case when tasks.done_at > tasks.due_at then 1 else 0 end as is_late,
        case when tasks.due_at < agency_months.counted_at then 1 else 0 end as is_past_due,
        {{ days_between(local_date('tasks.due_at'), local_date('agency_months.counted_at')) }} as overdue_days,
        states_at_end.progress

    from agency_months

    inner join tasks
        on
            agency_months.source_name = tasks.source_name
            and agency_months.org_unit_code = tasks.org_unit_code
            and tasks.assigned_at < agency_months.counted_at
            -- a task that was over before the month does not count in it
            and (
                tasks.done_at is null
                or agency_months.period_start_date <= tasks.due_month_date
                or agency_months.period_start_date = tasks.assigned_month_date
                or agency_months.counted_at <= tasks.done_at
            )

    left join states_at_end
        on
            tasks.source_name = states_at_end.source_name
            and tasks.record_key = states_at_end.record_key
            and agency_months.period_start_date = states_at_end.period_start_date

),

sums as (

    select
        source_name,
        org_unit_code,
        period_start_date,
        sum(is_assigned) as assigned_count,
        sum(is_due) as due_count,
        sum(is_due * is_done * (1 - is_late)) as done_on_time_count,
        sum(is_due * is_done * is_late) as done_late_count,
        sum(is_due * (1 - is_done) * is_past_due) as overdue_not_done_count,
        sum(is_past_due * (1 - is_done)) as overdue_in_all_count,
        max(case when is_past_due = 1 and is_done = 0 then overdue_days end) as longest_overdue_days,
        sum(case when is_done = 0 and is_past_due = 0 then 1 else 0 end) as open_count,
        sum(case when is_done = 0 and is_past_due = 0 and progress = 'slow' then 1 else 0 end) as slow_count,
        sum(case when is_done = 0 and is_past_due = 0 and progress is null then 1 else 0 end) as unknown_progress_count,
        max(delivery_seq) as delivery_seq,
        max_by(load_seq, delivery_seq) as load_seq

    from counted_tasks

    group by all

),

first_loads as (

    {{ first_loads_of_months('months', 'record_load') }}

),

counted as (

    select
        ---------- keys
        agency_months.source_name,
        agency_months.org_unit_code,
        agency_months.period_start_date,
        agency_months.period_end_date,

        ---------- whose, and until when
        agency_months.reporting_unit_code,
        agency_months.counted_at,
        agency_months.is_running,

        ---------- counts of the month
        cast(coalesce(sums.assigned_count, 0) as bigint) as assigned_count,
        cast(coalesce(sums.due_count, 0) as bigint) as due_count,
        cast(coalesce(sums.done_on_time_count, 0) as bigint) as done_on_time_count,
        cast(coalesce(sums.done_late_count, 0) as bigint) as done_late_count,

        ---------- counts at its end
        cast(coalesce(sums.overdue_not_done_count, 0) as bigint) as overdue_not_done_count,
        cast(coalesce(sums.overdue_in_all_count, 0) as bigint) as overdue_in_all_count,
        cast(sums.longest_overdue_days as bigint) as longest_overdue_days,
        cast(coalesce(sums.open_count, 0) as bigint) as open_count,
        cast(case when coalesce(sums.unknown_progress_count, 0) = 0 then coalesce(sums.slow_count, 0) end as bigint)
            as slow_count,

        ---------- lineage
        coalesce(sums.delivery_seq, first_loads.delivery_seq) as delivery_seq,
        coalesce(sums.load_seq, first_loads.load_seq) as load_seq

    from agency_months

    inner join first_loads
        on
            agency_months.source_name = first_loads.source_name
            and agency_months.period_start_date = first_loads.period_start_date

    left join sums
        on
            agency_months.source_name = sums.source_name
            and agency_months.org_unit_code = sums.org_unit_code
            and agency_months.period_start_date = sums.period_start_date

)

select * from counted
