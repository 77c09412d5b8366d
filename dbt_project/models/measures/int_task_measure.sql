-- What tasks say of the elements of form 08/NV: only of months that are over and that an extract was fetched after.

with

counted as (

    select * from {{ ref('int_tasks_counted') }}

    where not is_running

),

{% set element_columns = {
    'tasks_assigned': 'assigned_count',
    'tasks_due': 'due_count',
    'tasks_done_on_time': 'done_on_time_count',
    'tasks_done_late': 'done_late_count',
    'tasks_overdue_not_done': 'overdue_not_done_count',
    'tasks_slow': 'slow_count',
} %}

measured as (

    {% for element_code, column in element_columns.items() %}
        select
            source_name,
            'tasks' as table_name,
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
            coalesce(cast({{ column }} as string), '') as value_text,
            '' as value_qualifier,
            case when {{ column }} is null then 'no_data' else '' end as null_reason,
            'official' as maturity,
            delivery_seq,
            load_seq,
            'raw.task' as sheet_name,
            '' as cell_address,
            coalesce({{ column }}, 0) as record_count

        from counted

        {% if not loop.last %}union all{% endif %}

    {% endfor %}
)

select * from measured
