-- The four words of ministry letter 1709/BKHCN-CĐSQG as scores: đúng, đủ, sạch, sống, by department, source, period.

with

reports as (

    select * from {{ ref('int_reports_settled') }}

),

arrivals as (

    select * from {{ ref('int_reports_received') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

accepted_scope as (

    select * from {{ ref('stg_delivery_scope') }}

),

cells as (

    select * from {{ ref('int_cells_counted') }}

),

delivery_error as (

    select * from {{ source('raw', 'delivery_error') }}

),

check_result as (

    select * from {{ source('raw', 'check_result') }}

),

-- ---------- đúng: every figure that was checked in anything sent for the period, also in what was sent back

checks as (

    select
        load_seq,
        sum(checked_count) as checked_count,
        sum(failed_count) as failed_count

    from check_result

    group by all

),

-- A cell that could not be read counts as a check that failed. Failed checks are in check_result already.
unreadable as (

    select
        load_seq,
        count(*) as unreadable_count

    from delivery_error

    where
        severity = 'critical'
        and cell_address != ''
        and code != 'failed-check'

    group by all

),

correctness as (

    select
        arrivals.source_name,
        arrivals.period_type,
        arrivals.period_start_date,
        arrivals.period_end_date,
        sum(coalesce(checks.checked_count, 0)) as checks_run,
        sum(coalesce(checks.failed_count, 0) + coalesce(unreadable.unreadable_count, 0)) as failed_check_count,
        sum(coalesce(checks.checked_count, 0) + coalesce(unreadable.unreadable_count, 0)) as check_count

    from arrivals

    left join checks
        on arrivals.load_seq = checks.load_seq

    left join unreadable
        on arrivals.load_seq = unreadable.load_seq

    group by all

),

-- ---------- sạch: the cells of the accepted deliveries that count, and those that came with a warning

standing as (

    select distinct
        arrivals.source_name,
        arrivals.period_type,
        arrivals.period_start_date,
        arrivals.period_end_date,
        arrivals.load_seq

    from arrivals

    inner join accepted_scope
        on
            arrivals.load_seq = accepted_scope.load_seq
            and arrivals.source_name = accepted_scope.source_name
            and arrivals.reporting_unit_code = accepted_scope.reporting_unit_code
            and arrivals.period_type = accepted_scope.period_type
            and arrivals.period_start_date = accepted_scope.period_start_date
            and arrivals.period_end_date = accepted_scope.period_end_date

    where accepted_scope.is_newest

),

-- A cell with three warnings is one warned cell, and a warning about a whole sheet counts as one cell too.
warned as (

    select
        standing.source_name,
        standing.period_type,
        standing.period_start_date,
        standing.period_end_date,
        count(
            distinct standing.load_seq || ':' || delivery_error.sheet_name || ':' || delivery_error.cell_address
        ) as warned_cell_count

    from standing

    inner join delivery_error
        on standing.load_seq = delivery_error.load_seq

    where delivery_error.severity = 'warning'

    group by all

),

-- ---------- sống, and what was owed at all

owed as (

    select
        department_code,
        source_name,
        source_title,
        system_code,
        period_type,
        period_start_date,
        period_end_date,
        max(clock) as clock,
        max(as_of_date) as as_of_date,
        sum(case when is_on_time is not null then 1 else 0 end) as due_report_count,
        sum(case when is_on_time is not null and accepted_at is not null then 1 else 0 end) as accepted_report_count,
        sum(case when is_on_time then 1 else 0 end) as on_time_report_count,
        sum(case when status = 'not_required' then 0 else 1 end) as required_report_count,
        sum(received_count) as received_count

    from reports

    group by all

),

counted as (

    select
        owed.department_code,
        owed.source_name,
        owed.period_type,
        owed.period_start_date,
        owed.period_end_date,
        owed.source_title,
        owed.system_code,
        owed.as_of_date,
        org_units.org_unit_key,
        periods.period_key,
        cast(owed.due_report_count as bigint) as due_report_count,
        cast(owed.accepted_report_count as bigint) as accepted_report_count,
        cast(owed.on_time_report_count as bigint) as on_time_report_count,
        owed.required_report_count,
        owed.received_count,
        cast(coalesce(correctness.check_count, 0) as bigint) as check_count,
        cast(coalesce(correctness.failed_check_count, 0) as bigint) as failed_check_count,
        coalesce(correctness.checks_run, 0) as checks_run,
        coalesce(cells.cell_count, 0) as cell_count,
        coalesce(cells.blank_cell_count, 0) as blank_cell_count,
        coalesce(warned.warned_cell_count, 0) as warned_cell_count

    from owed

    left join org_units
        on
            owed.department_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'owed.period_end_date') }}

    left join periods
        on
            {{ joined_on('owed', 'periods', ['clock', 'period_type', 'period_start_date', 'period_end_date']) }}

    {% for counts in ['correctness', 'cells', 'warned'] %}
        left join {{ counts }}
            on
                owed.source_name = {{ counts }}.source_name
                and owed.period_type = {{ counts }}.period_type
                and owed.period_start_date = {{ counts }}.period_start_date
                and owed.period_end_date = {{ counts }}.period_end_date
    {% endfor %}

),

scores as (

    select
        ---------- keys
        department_code,
        source_name,
        period_type,
        period_start_date,
        period_end_date,

        ---------- keys of one column
        org_unit_key,
        period_key,

        ---------- names
        source_title,
        system_code,

        ---------- đúng
        {{ score('greatest(check_count - failed_check_count, 0)', 'check_count', 'checks_run > 0') }} as correct_score,
        case
            when checks_run > 0 then ''
            when received_count = 0 then 'nothing_received'
            else 'nothing_checked'
        end as correct_blank_reason,
        check_count,
        failed_check_count,

        ---------- đủ
        {{ score(
            'accepted_report_count', 'due_report_count', 'due_report_count > 0',
            'case when cell_count > 0 then cast(cell_count - blank_cell_count as double) / cell_count else 1 end'
        ) }} as complete_score,
        case
            when due_report_count > 0 then ''
            when required_report_count = 0 then 'not_required'
            else 'not_yet_due'
        end as complete_blank_reason,
        due_report_count,
        accepted_report_count,
        cell_count,
        blank_cell_count,

        ---------- sạch
        {{ score('greatest(cell_count - warned_cell_count, 0)', 'cell_count', 'cell_count > 0') }} as clean_score,
        case
            when cell_count > 0 then ''
            when received_count = 0 then 'nothing_received'
            else 'no_values'
        end as clean_blank_reason,
        warned_cell_count,

        ---------- sống
        {{ score('on_time_report_count', 'due_report_count', 'due_report_count > 0') }} as live_score,
        case
            when due_report_count > 0 then ''
            when required_report_count = 0 then 'not_required'
            else 'not_yet_due'
        end as live_blank_reason,
        on_time_report_count,
        as_of_date

    from counted

)

select * from scores
