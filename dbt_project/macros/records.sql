-- What the models of records share.

-- Of two versions of a record in one delivery the later one counts: the number in its address tells which that is.
{% macro place_in_answer(cell_address) -%}
    cast(nullif(regexp_extract({{ cell_address }}, '([0-9]+)', 1), '') as bigint)
{%- endmacro %}

-- A share of 0 to 100, without a value over nothing.
{% macro percentage(part, whole) -%}
    {{ decimal_of('cast(' ~ part ~ ' as double) / nullif(' ~ whole ~ ', 0) * 100') }}
{%- endmacro %}

-- The name people give a management month, which ends in the month it is named after.
{% macro month_label(last_day) -%}
    'Tháng ' || extract(month from {{ last_day }}) || '/' || extract(year from {{ last_day }})
{%- endmacro %}
