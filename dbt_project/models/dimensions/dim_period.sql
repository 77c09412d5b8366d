-- One row per period that a value or an obligation has, with the label people read.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

),

reporting_obligation as (

    select * from {{ source('raw', 'reporting_obligation') }}

),

periods as (

    select
        clock,
        period_type,
        period_start_date,
        period_end_date

    from indicator_values

    union

    select
        clock,
        period_type,
        period_start_date,
        period_end_date

    from reporting_obligation

),

labelled as (

    select
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
