-- The one-stop screen: dossiers of each commune, agency and the province by management month, the running one included.

with

counted as (

    select * from {{ ref('int_dossiers_counted') }}

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

    where system_code = '02'

),

named as (

    select
        counted.*,
        org_units.org_unit_key,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code

    from counted

    inner join org_units
        on
            counted.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'counted.period_end_date') }}

),

-- Every dossier belongs to exactly one commune, so the province is the sum of its communes. Agencies are left out: they
-- count the same dossiers again.
provinces as (

    select
        named.source_name,
        named.province_code as org_unit_code,
        named.period_start_date,
        named.period_end_date,
        named.counted_at,
        named.is_running,
        {% for column in [
            'received_count', 'received_online_count', 'received_direct_count', 'fully_online_count',
            'fully_online_filed_count', 'with_fee_count', 'paid_online_count', 'settled_count', 'settled_on_time_count',
            'settled_late_count', 'digitised_count', 'reusing_count', 'pending_on_time_count', 'pending_late_count'
        ] -%}
            sum(named.{{ column }}) as {{ column }},
        {% endfor -%}
        max(named.delivery_seq) as delivery_seq

    from named

    where named.org_unit_level = 'commune'

    group by all

),

all_units as (

    select
        source_name,
        org_unit_code,
        org_unit_key,
        org_unit_name,
        org_unit_level,
        province_code,
        period_start_date,
        period_end_date,
        counted_at,
        is_running,
        received_count,
        received_online_count,
        received_direct_count,
        fully_online_count,
        fully_online_filed_count,
        with_fee_count,
        paid_online_count,
        settled_count,
        settled_on_time_count,
        settled_late_count,
        digitised_count,
        reusing_count,
        pending_on_time_count,
        pending_late_count,
        delivery_seq

    from named

    union all

    select
        provinces.source_name,
        provinces.org_unit_code,
        org_units.org_unit_key,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        provinces.period_start_date,
        provinces.period_end_date,
        provinces.counted_at,
        provinces.is_running,
        provinces.received_count,
        provinces.received_online_count,
        provinces.received_direct_count,
        provinces.fully_online_count,
        provinces.fully_online_filed_count,
        provinces.with_fee_count,
        provinces.paid_online_count,
        provinces.settled_count,
        provinces.settled_on_time_count,
        provinces.settled_late_count,
        provinces.digitised_count,
        provinces.reusing_count,
        provinces.pending_on_time_count,
        provinces.pending_late_count,
        provinces.delivery_seq

    from provinces

    inner join org_units
        on
            provinces.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'provinces.period_end_date') }}

),

procedures as (

    select
        ---------- keys
        all_units.source_name,
        all_units.org_unit_code,
        all_units.period_start_date,
        all_units.period_end_date,

        ---------- keys of one column
        all_units.org_unit_key,
        periods.period_key,

        ---------- names
        systems.system_code,
        all_units.org_unit_name,
        all_units.org_unit_level,
        all_units.province_code,
        {{ month_label('all_units.period_end_date') }}
            as period_label_vi,
        all_units.is_running,
        all_units.counted_at,

        ---------- of the month
        {% for column in [
            'received_count', 'received_online_count', 'received_direct_count', 'fully_online_count',
            'fully_online_filed_count', 'with_fee_count', 'paid_online_count', 'settled_count', 'settled_on_time_count',
            'settled_late_count', 'digitised_count', 'reusing_count'
        ] -%}
            cast(all_units.{{ column }} as bigint) as {{ column }},
        {% endfor %}
        ---------- at its end
        cast(all_units.pending_on_time_count as bigint) as pending_on_time_count,
        cast(all_units.pending_late_count as bigint) as pending_late_count,

        ---------- shares
        {{ share('all_units.received_online_count', 'all_units.received_count') }} as received_online_pct,
        {{ share('all_units.settled_on_time_count', 'all_units.settled_count') }} as settled_on_time_pct,
        {{ share('all_units.digitised_count', 'all_units.settled_count') }} as digitised_pct,
        {{ share('all_units.paid_online_count', 'all_units.with_fee_count') }} as paid_online_pct,
        {{ share('all_units.fully_online_filed_count', 'all_units.fully_online_count') }} as fully_online_pct,
        case
            when all_units.received_count = 0 or all_units.settled_count = 0 or all_units.with_fee_count = 0
                or all_units.fully_online_count = 0
                then 'zero_denominator'
            else ''
        end as null_reason,

        ---------- lineage
        all_units.delivery_seq

    from all_units

    left join periods
        on all_units.period_start_date = periods.period_start_date

    cross join systems

)

select * from procedures
