-- The IOC itself as a source: what each reporting unit owed in a month, by due date, and what of it came on time.

with

reports as (

    select * from {{ ref('int_reports_settled') }}

),

-- On its due date a report may still come on time, so it counts as due from the day after.
due as (

    select
        reporting_unit_code,
        cast(date_trunc('month', due_date) as date) as period_start_date,
        cast(date_trunc('month', due_date) + interval '1' month - interval '1' day as date) as period_end_date,
        is_on_time,
        accepted_delivery_seq,
        as_of_date

    from reports

    where
        status != 'not_required'
        and due_date < as_of_date

),

counted as (

    select
        reporting_unit_code,
        period_start_date,
        period_end_date,
        count(*) as due_count,
        sum(case when is_on_time then 1 else 0 end) as on_time_count,
        max(accepted_delivery_seq) as delivery_seq,
        max(as_of_date) as as_of_date

    from due

    group by all

),

{% set element_columns = {
    'ioc_reports_due': 'due_count',
    'ioc_reports_on_time': 'on_time_count',
} %}

measures as (

    {% for element_code, column in element_columns.items() %}
        select
            'ioc_reporting' as source_name,
            'reports' as table_name,
            reporting_unit_code,
            reporting_unit_code as org_unit_code,
            'calendar' as clock,
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
            -- until the month is over, more reports may fall due
            case when period_end_date < as_of_date then 'official' else 'preliminary' end as maturity,
            delivery_seq,
            cast(0 as bigint) as load_seq,
            'raw.reporting_obligation' as sheet_name,
            '' as cell_address,
            cast(due_count as bigint) as record_count

        from counted

        {% if not loop.last %}union all{% endif %}

    {% endfor %}
)

select * from measures
