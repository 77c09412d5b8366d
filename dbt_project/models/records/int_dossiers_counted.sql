-- Dossiers by unit (commune or agency) and management month, the running month included. A unit that had dossiers
-- before and has none in a month gets zeros: the API gives all dossiers there are. Years that no new load touches stay
-- as they are.

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

-- A dossier counts for its commune, and for the agency that settles it if that is one of the province's own.
of_communes as (

    select
        dossiers.*,
        org_unit_code as counted_unit_code

    from dossiers

),

of_agencies as (

    select
        dossiers.*,
        dossiers.agency_code as counted_unit_code

    from dossiers

    inner join agencies
        on dossiers.agency_code = agencies.org_unit_code

    where dossiers.agency_code != dossiers.org_unit_code

),

of_units as (

    {{ union_by_name(['of_communes', 'of_agencies'], [
        'counted_unit_code',
        'source_name',
        'reporting_unit_code',
        'channel',
        'is_fully_online',
        'is_digitised',
        'reuses_data',
        'is_paid_online',
        'fee_vnd',
        'received_at',
        'due_at',
        'settled_at',
        'delivery_seq',
        'load_seq',
        'received_month_date',
        'settled_month_date',
    ]) }}

),

first_months as (

    select
        source_name,
        max(reporting_unit_code) as reporting_unit_code,
        min(received_month_date) as first_month_date

    from dossiers

    group by all

),

all_months as (

    {{ management_months('first_months', 'record_load') }}

),

months as (

    select * from all_months

    where {{ is_touched(['period_year']) }}

),

first_loads as (

    {{ first_loads_of_months('months', 'record_load') }}

),

-- Each unit from the month of its first dossier on, while its code names that unit.
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
            and {{ holds_on('org_units', local_date('of_units.received_at')) }}

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
            and {{ holds_on('known_units', 'months.period_end_date') }}

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

-- A dossier without a time limit cannot be late.
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

    {{ union_by_name(['received', 'settled', 'pending'], [
        'source_name',
        'counted_unit_code',
        'period_start_date',
        'delivery_seq',
        'load_seq',
    ]) }}

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
