-- What the models of records share. The province lives seven hours ahead of UTC, without summer time.

{% macro local_date(instant) -%}
    cast({{ instant }} + interval '7' hour as date)
{%- endmacro %}

-- The instant at which a local day is over.
{% macro end_of_day(day) -%}
    cast({{ day }} as timestamp) + interval '17' hour
{%- endmacro %}

-- The management month an instant lies in begins on the 15th, at midnight of the province.
{% macro management_month_start(instant) -%}
    cast(date_trunc('month', {{ instant }} + interval '7' hour - interval '14' day) + interval '14' day as date)
{%- endmacro %}

-- A relation with the whole numbers 0 to 599 in column `number`: fifty years of months.
{% macro six_hundred_numbers() -%}
    select hundreds.digit * 100 + tens.digit * 10 + ones.digit as number
    from (values (0), (1), (2), (3), (4), (5)) as hundreds (digit)
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as tens (digit)
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as ones (digit)
{%- endmacro %}

-- A share of 0 to 100, without a value over nothing.
{% macro percentage(part, whole) -%}
    cast(cast({{ part }} as double) / nullif({{ whole }}, 0) * 100 as decimal(38, 12))
{%- endmacro %}
