-- A build computes again what a change touched, and keeps the rest: the calendar years of period_end_date, and in them
-- the elements and indicators. No list, or an empty one, means all of them. The literal lists reach the scans: views in
-- between carry the year in their partitions, and what is kept by element never looks at two of them at once.

{% macro is_touched(columns, relation='') -%}
    {%- set touched = {
        'period_year': var('touched_years'),
        'element_code': var('touched_elements'),
        'indicator_code': var('touched_indicators'),
    } -%}
    {%- set conditions = [] -%}
    {%- for column in columns if touched[column] -%}
        {%- set name = relation ~ '.' ~ column if relation else column -%}
        {%- set _ = conditions.append(name ~ ' in (' ~ literals(touched[column]) ~ ')') -%}
    {%- endfor -%}
    {{ conditions | join(' and ') or 'true' }}
{%- endmacro %}

{% macro literals(values) -%}
    {%- for value in values -%}
        {{ "'" ~ value | replace("'", "''") ~ "'" if value is string else value }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
