-- A build computes again what a change touched, and keeps the rest: the calendar years of period_end_date, and in them
-- the elements and indicators. No list, or an empty one, means all of them. The literal lists reach the scans: views in
-- between carry the year in their partitions, and what is kept by element never looks at two of them at once.
--
-- All of a long history is computed a stretch of years at a time, which the materialization names in two variables of
-- the session: what that takes of memory does not grow with the history. A statement outside it sees all years.

{% macro is_touched(columns, relation='') -%}
    {%- set touched = {
        'period_year': var('touched_years'),
        'element_code': var('touched_elements'),
        'indicator_code': var('touched_indicators'),
    } -%}
    {%- set conditions = [] -%}
    {%- for column in columns -%}
        {%- set name = relation ~ '.' ~ column if relation else column -%}
        {%- if touched[column] -%}
            {%- set _ = conditions.append(name ~ ' in (' ~ literals(touched[column]) ~ ')') -%}
        {%- elif column == 'period_year' and var('stretches') -%}
            {%- set _ = conditions.append(name ~ " >= coalesce(getvariable('first_year'), " ~ name ~ ")") -%}
            {%- set _ = conditions.append(name ~ " <= coalesce(getvariable('last_year'), " ~ name ~ ")") -%}
        {%- endif -%}
    {%- endfor -%}
    {{ conditions | join(' and ') or 'true' }}
{%- endmacro %}

{% macro literals(values) -%}
    {%- for value in values -%}
        {{ "'" ~ value | replace("'", "''") ~ "'" if value is string else value }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

-- Say which years the next statement speaks of; without any, all.
{% macro speak_of_years(first_year='null', last_year='null') %}
    {% do run_query("set variable first_year = " ~ first_year) %}
    {% do run_query("set variable last_year = " ~ last_year) %}
{% endmacro %}
