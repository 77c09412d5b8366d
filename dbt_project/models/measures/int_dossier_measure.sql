-- What dossiers say of the elements of forms 01/TTHC and 09/SH: only of months that are over and that an extract was
-- fetched after.

with

counted as (

    select * from {{ ref('int_dossiers_counted') }}

    where not is_running

),

{% set element_columns = {
    'tthc_received': 'received_count',
    'tthc_received_online': 'received_online_count',
    'tthc_received_direct': 'received_direct_count',
    'tthc_settled': 'settled_count',
    'tthc_settled_on_time': 'settled_on_time_count',
    'tthc_settled_late': 'settled_late_count',
    'tthc_pending_on_time': 'pending_on_time_count',
    'tthc_pending_late': 'pending_late_count',
    'tthc_completed': 'settled_count',
    'tthc_digitised': 'digitised_count',
    'tthc_reusing_data': 'reusing_count',
    'tthc_with_fee': 'with_fee_count',
    'tthc_paid_online': 'paid_online_count',
    'tthc_of_fully_online_services': 'fully_online_count',
    'tthc_filed_fully_online': 'fully_online_filed_count',
} %}

measured as (

    {% for element_code, column in element_columns.items() %}
        select
            source_name,
            'dossiers' as table_name,
            reporting_unit_code,
            org_unit_code,
            'management' as clock,
            'month' as period_type,
            period_start_date,
            period_end_date,
            '{{ element_code }}' as element_code,
            '' as breakdown,
            '' as record_key,
            cast({{ column }} as decimal(38, 12)) as measured_value,
            cast({{ column }} as string) as value_text,
            '' as value_qualifier,
            '' as null_reason,
            'official' as maturity,
            delivery_seq,
            load_seq,
            'raw.dossier' as sheet_name,
            '' as cell_address,
            {{ column }} as record_count

        from counted

        {% if not loop.last %}union all{% endif %}

    {% endfor %}
)

select * from measured
