-- What became of each report owed: the first arrival, the acceptance that fulfils it, its last correction.

with

obligations as (

    select * from {{ source('raw', 'reporting_obligation') }}

),

waiver as (

    select * from {{ source('raw', 'waiver') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

arrivals as (

    select * from {{ ref('int_reports_received') }}

),

working_days as (

    select * from {{ source('raw', 'working_day') }}

),

withdrawn as (

    select distinct decides_delivery_seq as delivery_seq from delivery

    where kind = 'withdrawal'

),

-- Of several decisions on one report the newest that was not withdrawn counts.
waived as (

    select waiver.* from waiver

    left join withdrawn
        on waiver.delivery_seq = withdrawn.delivery_seq

    where withdrawn.delivery_seq is null

    qualify
        row_number() over (
            partition by
                waiver.source_name,
                waiver.reporting_unit_code,
                waiver.period_type,
                waiver.period_start_date,
                waiver.period_end_date
            order by waiver.delivery_seq desc, waiver.load_seq desc
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
        -- an API repeats itself with every extract, so only a file that was sent again is a correction
        max(case when is_accepted and kind = 'file' then received_at end) as last_accepted_at,
        sum(case when is_accepted and kind = 'file' then 1 else 0 end) as accepted_file_count,
        max(case when is_accepted then delivery_seq end) as accepted_delivery_seq,
        sum(case when is_returned then 1 else 0 end) as returned_count,
        sum(case when is_accepted then error_count else 0 end) as left_out_count

    from arrivals

    group by all

),

-- What arrived for periods that nobody owed, for example older years that a department sent later.
first_owed as (

    select
        source_name,
        source_title,
        system_code,
        department_code,
        clock,
        min(period_start_date) as first_start_date

    from obligations

    group by all

),

not_owed as (

    select
        received.source_name,
        first_owed.source_title,
        first_owed.system_code,
        first_owed.department_code,
        received.reporting_unit_code,
        received.period_type,
        received.period_start_date,
        received.period_end_date,
        first_owed.clock,
        received.period_end_date as cut_off_date,
        cast(null as date) as due_date,
        cast(null as date) as window_close_date,
        'delivery' as fulfilled_by,
        case
            when received.period_start_date < first_owed.first_start_date then 'before_reporting_since'
            else 'not_in_calendar'
        end as not_required_reason

    from received

    inner join first_owed
        on received.source_name = first_owed.source_name

    left join obligations
        on
            received.source_name = obligations.source_name
            and received.reporting_unit_code = obligations.reporting_unit_code
            and received.period_type = obligations.period_type
            and received.period_start_date = obligations.period_start_date
            and received.period_end_date = obligations.period_end_date

    where obligations.source_name is null

),

expected as (

    {{ union_by_name(['obligations', 'not_owed'], [
        'source_name',
        'source_title',
        'system_code',
        'department_code',
        'reporting_unit_code',
        'period_type',
        'period_start_date',
        'period_end_date',
        'clock',
        'cut_off_date',
        'due_date',
        'window_close_date',
        'fulfilled_by',
        'not_required_reason',
    ]) }}

),

joined as (

    select
        expected.source_name,
        expected.source_title,
        expected.system_code,
        expected.department_code,
        expected.reporting_unit_code,
        expected.period_type,
        expected.period_start_date,
        expected.period_end_date,
        expected.clock,
        expected.cut_off_date,
        coalesce(waived.due_date, expected.due_date) as due_date,
        expected.window_close_date,
        coalesce(waived.reason, '') as waiver_reason,
        case
            when expected.not_required_reason != '' then expected.not_required_reason
            when waived.source_name is not null and waived.due_date is null then 'waived'
            else ''
        end as not_required_reason,
        {{ as_of() }} as as_of_date,
        coalesce(received.received_count, 0) as received_count,
        coalesce(received.accepted_file_count, 0) as accepted_file_count,
        coalesce(received.returned_count, 0) as returned_count,
        received.first_received_at,
        case
            when expected.fulfilled_by = 'extract'
                -- a later extract still completes every period before it, a later reading of the present does not
                then min(received.accepted_at) over (
                        partition by expected.source_name, expected.reporting_unit_code, expected.fulfilled_by
                        order by expected.period_end_date
                        rows between current row and unbounded following
                    )
            else received.accepted_at
        end as accepted_at,
        case when received.accepted_file_count > 1 then received.last_accepted_at end as last_corrected_at,
        coalesce(received.accepted_delivery_seq, 0) as accepted_delivery_seq,
        coalesce(newest_arrivals.error_count, 0) as error_count,
        cast(coalesce(received.left_out_count, 0) as bigint) as left_out_count

    from expected

    left join waived
        on
            expected.source_name = waived.source_name
            and expected.reporting_unit_code = waived.reporting_unit_code
            and expected.period_type = waived.period_type
            and expected.period_start_date = waived.period_start_date
            and expected.period_end_date = waived.period_end_date

    left join received
        on
            expected.source_name = received.source_name
            and expected.reporting_unit_code = received.reporting_unit_code
            and expected.period_type = received.period_type
            and expected.period_start_date = received.period_start_date
            and expected.period_end_date = received.period_end_date

    left join newest_arrivals
        on
            expected.source_name = newest_arrivals.source_name
            and expected.reporting_unit_code = newest_arrivals.reporting_unit_code
            and expected.period_type = newest_arrivals.period_type
            and expected.period_start_date = newest_arrivals.period_start_date
            and expected.period_end_date = newest_arrivals.period_end_date

),

-- Whether the report came in its window, by the day of the province.
dated as (

    select
        *,
        coalesce({{ local_date('accepted_at') }}, as_of_date) as settled_date,
        accepted_at is not null
        and (window_close_date is null or {{ local_date('accepted_at') }} <= window_close_date)
            as is_fulfilled

    from joined

),

statuses as (

    select
        ---------- keys
        dated.source_name,
        dated.reporting_unit_code,
        dated.period_type,
        dated.period_start_date,
        dated.period_end_date,

        ---------- the duty
        dated.source_title,
        dated.system_code,
        dated.department_code,
        dated.clock,
        dated.cut_off_date,
        dated.due_date,
        dated.window_close_date,
        dated.waiver_reason,

        ---------- what happened
        dated.first_received_at,
        dated.accepted_at,
        dated.last_corrected_at,
        dated.received_count,
        dated.error_count,
        dated.left_out_count,
        dated.accepted_delivery_seq,
        case
            when dated.not_required_reason != '' then 'not_required'
            when dated.is_fulfilled and dated.accepted_file_count > 1 then 'corrected'
            when dated.is_fulfilled and dated.settled_date > dated.due_date then 'accepted_late'
            when dated.is_fulfilled then 'accepted_on_time'
            when dated.accepted_at is null and dated.returned_count > 0 then 'returned'
            when dated.as_of_date > dated.due_date then 'late'
            when dated.as_of_date > dated.cut_off_date then 'due'
            else 'not_yet_due'
        end as status,
        case
            when dated.not_required_reason != '' then null
            when dated.is_fulfilled then dated.settled_date <= dated.due_date
            when dated.as_of_date > dated.due_date then false
        end as is_on_time,
        case
            when dated.not_required_reason = '' and dated.settled_date > dated.due_date
                -- what comes on a free day counts as come on the next working day, so late means by at least 1 day
                then greatest(settled_days.working_days_so_far - due_days.working_days_so_far, 1)
            else 0
        end as late_working_days,
        case
            when dated.not_required_reason != '' then dated.not_required_reason
            when dated.is_fulfilled then ''
            when dated.accepted_at is not null then 'received_after_window'
            when dated.returned_count > 0 then 'returned'
            when dated.received_count > 0 then 'withdrawn'
            when dated.as_of_date > dated.cut_off_date then 'nothing_received'
            else 'period_not_over'
        end as blank_reason,
        dated.as_of_date

    from dated

    left join working_days as due_days
        on dated.due_date = due_days.date

    left join working_days as settled_days
        on dated.settled_date = settled_days.date

)

select * from statuses
