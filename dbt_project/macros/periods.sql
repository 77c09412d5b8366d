-- The period around a shorter one, on the shorter one's clock. A management month ends on the 14th of the month it is
-- named after, so its end date tells its quarter and its year on both clocks.

{% macro first_day_around(period_type, period_end_date, clock) -%}
    cast(
        case {{ clock }}
            when 'management'
                then date_trunc('{{ period_type }}', {{ period_end_date }}) - interval '1' month + interval '14' day
            else date_trunc('{{ period_type }}', {{ period_end_date }})
        end as date
    )
{%- endmacro %}

{% macro last_day_around(period_type, period_end_date, clock) -%}
    {%- set months = {'quarter': 3, 'year': 12}[period_type] -%}
    cast(
        case {{ clock }}
            when 'management'
                then
                    date_trunc('{{ period_type }}', {{ period_end_date }})
                    + interval '{{ months - 1 }}' month + interval '13' day
            else
                date_trunc('{{ period_type }}', {{ period_end_date }})
                + interval '{{ months }}' month - interval '1' day
        end as date
    )
{%- endmacro %}
