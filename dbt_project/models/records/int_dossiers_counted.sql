-- The dossiers of each commune, agency and management month, the running month included. A commune that the system
-- knows and that had no dossier has zeros: the API gives all of them. Years that no new load touches stay as they are.
with

record_load as (

    select * from {{ ref('stg_record_load') }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

dossiers as (

    select
        dossiers.*,
        {{ management_month_start('received_at') }} as received_month_date,
        {{ management_month_start('settled_at') }} as settled_month_date

    from {{ ref('stg_dossier') }} as dossiers

    where status != 'cancelled'

),

agencies as (

    select distinct org_unit_code from org_units

    where org_unit_level = 'agency'

),

-- of its commune, and of the agency that settles it where that is one of the province's
of_units as (

    select
        org_unit_code as counted_unit_code,
        dossiers.*

    from dossiers

    union all

    select
        dossiers.agency_code as counted_unit_code,
        dossiers.*

    from dossiers

    inner join agencies
        on dossiers.agency_code = agencies.org_unit_code

    where dossiers.agency_code != dossiers.org_unit_code

),

loads as (

    select
        source_name,
        max(complete_until) as complete_until

    from record_load

    group by all

),

systems as (

    select
        dossiers.source_name,
        max(dossiers.reporting_unit_code) as reporting_unit_code,
        min(dossiers.received_month_date) as first_month_date,
        max(loads.complete_until) as complete_until

    from dossiers

    inner join loads
        on dossiers.source_name = loads.source_name

    group by all

),

numbers as (

    {{ six_hundred_numbers() }}

),

all_months as (

    select
        systems.source_name,
        systems.reporting_unit_code,
        cast(systems.first_month_date + numbers.number * interval '1' month as date) as period_start_date,
        cast(systems.first_month_date + (numbers.number + 1) * interval '1' month - interval '1' day as date)
            as period_end_date,
        least(systems.complete_until, {{ end_of_day("cast('" ~ var('as_of') ~ "' as date)") }}) as known_until

    from systems

    cross join numbers

),

-- what is pending is counted when the month ends, or now
months as (

    select
        source_name,
        reporting_unit_code,
        period_start_date,
        period_end_date,
        cast(extract(year from period_end_date) as integer) as period_year,
        least({{ end_of_day('period_end_date') }}, known_until) as counted_at,
        period_end_date >= cast('{{ var("as_of") }}' as date)
        or known_until < {{ end_of_day('period_end_date') }} as is_running

    from all_months

    where
        {{ management_month_start('known_until') }} >= period_start_date
        and {{ in_touched_years('cast(extract(year from period_end_date) as integer)') }}

),

-- the first load that knew the whole month answers for the zeros in it
first_loads as (

    select
        months.source_name,
        months.period_start_date,
        record_load.delivery_seq,
        record_load.load_seq

    from months

    inner join record_load
        on months.source_name = record_load.source_name

    qualify
        row_number() over (
            partition by months.source_name, months.period_start_date
            order by
                case when record_load.complete_until >= months.counted_at then 0 else 1 end,
                record_load.delivery_seq
        ) = 1

),

-- a code names a unit only together with a date
known_units as (

    select
        of_units.source_name,
        of_units.counted_unit_code,
        org_units.valid_from_date,
        org_units.valid_to_date,
        min(of_units.received_month_date) as first_month_date

    from of_units

    inner join org_units
        on
            of_units.counted_unit_code = org_units.org_unit_code
            and {{ local_date('of_units.received_at') }} between org_units.valid_from_date and org_units.valid_to_date

    group by all

),

unit_months as (

    select
        months.*,
        known_units.counted_unit_code as org_unit_code

    from months

    inner join known_units
        on
            months.source_name = known_units.source_name
            and months.period_start_date >= known_units.first_month_date
            and months.period_end_date between known_units.valid_from_date and known_units.valid_to_date

),

received as (

    select
        of_units.source_name,
        of_units.counted_unit_code,
        months.period_start_date,
        count(*) as received_count,
        sum(case when of_units.channel = 'online' then 1 else 0 end) as received_online_count,
        sum(case when of_units.is_fully_online then 1 else 0 end) as fully_online_count,
        sum(case when of_units.is_fully_online and of_units.channel = 'online' then 1 else 0 end)
            as fully_online_filed_count,
        sum(case when of_units.fee_vnd > 0 then 1 else 0 end) as with_fee_count,
        sum(case when of_units.fee_vnd > 0 and of_units.is_paid_online then 1 else 0 end) as paid_online_count,
        max(of_units.delivery_seq) as delivery_seq,
        max_by(of_units.load_seq, of_units.delivery_seq) as load_seq

    from of_units

    inner join months
        on
            of_units.source_name = months.source_name
            and of_units.received_month_date = months.period_start_date
            and of_units.received_at < months.counted_at

    group by all

),

-- a dossier without a time limit cannot be late
settled as (

    select
        of_units.source_name,
        of_units.counted_unit_code,
        months.period_start_date,
        count(*) as settled_count,
        sum(case when of_units.settled_at > of_units.due_at then 1 else 0 end) as settled_late_count,
        sum(case when of_units.is_digitised then 1 else 0 end) as digitised_count,
        sum(case when of_units.reuses_data then 1 else 0 end) as reusing_count,
        max(of_units.delivery_seq) as delivery_seq,
        max_by(of_units.load_seq, of_units.delivery_seq) as load_seq

    from of_units

    inner join months
        on
            of_units.source_name = months.source_name
            and of_units.settled_month_date = months.period_start_date
            and of_units.settled_at < months.counted_at

    group by all

),

pending as (

    select
        of_units.source_name,
        of_units.counted_unit_code,
        months.period_start_date,
        count(*) as pending_count,
        sum(case when of_units.due_at < months.counted_at then 1 else 0 end) as pending_late_count,
        max(of_units.delivery_seq) as delivery_seq,
        max_by(of_units.load_seq, of_units.delivery_seq) as load_seq

    from of_units

    inner join months
        on
            of_units.source_name = months.source_name
            and of_units.received_at < months.counted_at
            and (of_units.settled_at is null or of_units.settled_at >= months.counted_at)

    group by all

),

deliveries as (

    select
        source_name,
        counted_unit_code,
        period_start_date,
        delivery_seq,
        load_seq

    from received

    union all

    select
        source_name,
        counted_unit_code,
        period_start_date,
        delivery_seq,
        load_seq

    from settled

    union all

    select
        source_name,
        counted_unit_code,
        period_start_date,
        delivery_seq,
        load_seq

    from pending

),

newest_deliveries as (

    select
        source_name,
        counted_unit_code,
        period_start_date,
        max_by(load_seq, delivery_seq) as load_seq,
        max(delivery_seq) as delivery_seq

    from deliveries

    group by all

),

counted as (

    select
        ---------- keys
        unit_months.source_name,
        unit_months.org_unit_code,
        unit_months.period_start_date,
        unit_months.period_end_date,
        unit_months.period_year,

        ---------- whose, and until when
        unit_months.reporting_unit_code,
        unit_months.counted_at,
        unit_months.is_running,

        ---------- counts of the month
        cast(coalesce(received.received_count, 0) as bigint) as received_count,
        cast(coalesce(received.received_online_count, 0) as bigint) as received_online_count,
        cast(coalesce(received.received_count - received.received_online_count, 0) as bigint) as received_direct_count,
        cast(coalesce(received.fully_online_count, 0) as bigint) as fully_online_count,
        cast(coalesce(received.fully_online_filed_count, 0) as bigint) as fully_online_filed_count,
        cast(coalesce(received.with_fee_count, 0) as bigint) as with_fee_count,
        cast(coalesce(received.paid_online_count, 0) as bigint) as paid_online_count,
        cast(coalesce(settled.settled_count, 0) as bigint) as settled_count,
        cast(coalesce(settled.settled_count - settled.settled_late_count, 0) as bigint) as settled_on_time_count,
        cast(coalesce(settled.settled_late_count, 0) as bigint) as settled_late_count,
        cast(coalesce(settled.digitised_count, 0) as bigint) as digitised_count,
        cast(coalesce(settled.reusing_count, 0) as bigint) as reusing_count,

        ---------- counts at its end
        cast(coalesce(pending.pending_count - pending.pending_late_count, 0) as bigint) as pending_on_time_count,
        cast(coalesce(pending.pending_late_count, 0) as bigint) as pending_late_count,

        ---------- lineage: the newest delivery that speaks of a dossier counted here
        coalesce(newest_deliveries.delivery_seq, first_loads.delivery_seq) as delivery_seq,
        coalesce(newest_deliveries.load_seq, first_loads.load_seq) as load_seq

    from unit_months

    inner join first_loads
        on
            unit_months.source_name = first_loads.source_name
            and unit_months.period_start_date = first_loads.period_start_date

    left join received
        on
            unit_months.source_name = received.source_name
            and unit_months.org_unit_code = received.counted_unit_code
            and unit_months.period_start_date = received.period_start_date

    left join settled
        on
            unit_months.source_name = settled.source_name
            and unit_months.org_unit_code = settled.counted_unit_code
            and unit_months.period_start_date = settled.period_start_date

    left join pending
        on
            unit_months.source_name = pending.source_name
            and unit_months.org_unit_code = pending.counted_unit_code
            and unit_months.period_start_date = pending.period_start_date

    left join newest_deliveries
        on
            unit_months.source_name = newest_deliveries.source_name
            and unit_months.org_unit_code = newest_deliveries.counted_unit_code
            and unit_months.period_start_date = newest_deliveries.period_start_date

)

select * from counted
