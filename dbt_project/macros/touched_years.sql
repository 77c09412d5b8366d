-- A build recomputes the calendar years of period_end_date that a change touched, and keeps the others. The literal
-- list reaches the scans: every view in between carries period_year in its partitions.

{% macro in_touched_years(column) -%}
    {%- set years = var('touched_years', []) -%}
    {%- if years -%}
        {{ column }} in ({{ years | join(', ') }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
