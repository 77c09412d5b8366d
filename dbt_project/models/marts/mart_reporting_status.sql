-- Who owes which period of which form or API, what arrived, and how late, up to as_of.

with

reports as (

    select * from {{ ref('int_reports_settled') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

-- One decision a delivery, whatever the number of places that it speaks of.
releases as (

    select
        decides_delivery_seq as delivery_seq,
        max('decision ' || delivery_seq || ': ' || reason) as release_reason

    from {{ source('raw', 'release') }}

    group by all

),

named as (

    select
        ---------- keys
        reports.source_name,
        reports.reporting_unit_code,
        reports.period_type,
        reports.period_start_date,
        reports.period_end_date,

        ---------- keys of one column
        org_units.org_unit_key,
        periods.period_key,

        ---------- names
        reports.source_title,
        reports.system_code,
        reports.department_code,
        coalesce(org_units.org_unit_name, reports.reporting_unit_code) as reporting_unit_name,
        reports.clock,

        ---------- the duty
        reports.cut_off_date,
        reports.due_date,
        reports.window_close_date,
        reports.waiver_reason,

        ---------- what happened
        reports.first_received_at,
        reports.accepted_at,
        reports.last_corrected_at,
        reports.received_count,
        reports.error_count,
        reports.left_out_count,
        coalesce(releases.release_reason, '') as release_reason,
        reports.status,
        reports.is_on_time,
        reports.late_working_days,
        reports.blank_reason,
        reports.as_of_date

    from reports

    left join periods
        on
            {{ joined_on('reports', 'periods', ['clock', 'period_type', 'period_start_date', 'period_end_date']) }}

    left join releases
        on reports.accepted_delivery_seq = releases.delivery_seq

    left join org_units
        on
            reports.reporting_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'reports.period_end_date') }}

)

select * from named
