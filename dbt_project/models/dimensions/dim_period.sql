-- One row per period that a value, a report, a count of records or a published figure has, with the label people read.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

),

reports as (

    select * from {{ ref('int_reports_settled') }}

),

-- Records have months, and rain its days, before they make a value.
dossiers as (

    select * from {{ ref('int_dossiers_counted') }}

),

tasks as (

    select * from {{ ref('int_tasks_counted') }}

),

rain_days as (

    select * from {{ ref('int_rain_days') }}

),

published_figures as (

    select * from {{ ref('published_figures') }}

),

periods as (

    {% for relation in ['indicator_values', 'reports'] %}
        select
            clock,
            period_type,
            period_start_date,
            period_end_date

        from {{ relation }}

        union

    {% endfor %}
    {% for relation in ['dossiers', 'tasks'] %}
        select
            'management' as clock,
            'month' as period_type,
            period_start_date,
            period_end_date

        from {{ relation }}

        union

    {% endfor %}
    select
        'rain_day' as clock,
        'day' as period_type,
        rain_date as period_start_date,
        rain_date as period_end_date

    from rain_days

    union

    select
        {{ clock_of('period_type', 'period_start_date') }} as clock,
        period_type,
        period_start_date,
        period_end_date

    from published_figures

),

labelled as (

    select
        {{ period_key('periods') }} as period_key,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        {{ year_of('period_end_date') }} as year_number,
        -- the same words as periods.label, which the feedback to departments uses
        case period_type
            when 'month'
                then {{ month_label('period_end_date') }}
            when 'quarter'
                then
                    'Quý '
                    || case extract(quarter from period_end_date)
                        when 1 then 'I' when 2 then 'II' when 3 then 'III' else 'IV'
                    end
                    || '/' || extract(year from period_end_date)
            when 'half_year'
                then
                    '6 tháng '
                    || case when extract(month from period_end_date) <= 6 then 'đầu' else 'cuối' end
                    || ' năm ' || extract(year from period_end_date)
            when 'nine_months' then '9 tháng năm ' || extract(year from period_end_date)
            when 'year' then 'Năm ' || extract(year from period_end_date)
            when 'week'
                then
                    'Tuần ' || extract(week from period_start_date) || '/'
                    || extract(year from period_start_date + interval '3' day)
            else
                'Ngày ' || extract(day from period_end_date) || '/' || extract(month from period_end_date) || '/'
                || extract(year from period_end_date)
        end as period_label_vi

    from periods

)

select * from labelled
