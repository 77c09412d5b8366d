-- Keys of one column, by which a modelling tool can draw a relationship that doubles no row. A code alone names several
-- units, one after the other; a label several periods, one on each clock.

{% macro org_unit_key(code, valid_from_date) -%}
    {{ code }} || '@' || {{ valid_from_date }}
{%- endmacro %}

{% macro period_key(period) -%}
    {{ period }}.clock || '/' || {{ period }}.period_type || '/' || {{ period }}.period_start_date || '/'
    || {{ period }}.period_end_date
{%- endmacro %}

-- The clock of a period that does not say its own: management periods alone begin on a 15th.
{% macro clock_of(period_type, period_start_date) -%}
    case
        when {{ period_type }} not in ('day', 'week') and extract(day from {{ period_start_date }}) = 15 then 'management'
        else 'calendar'
    end
{%- endmacro %}
