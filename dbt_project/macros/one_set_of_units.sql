-- Which units a figure is over, as a text that is equal for two figures only if they are over the same ones: a ratio,
-- a sum of terms and a change are formed over one set of units or not at all. Empty means all that are expected; else
-- "-03646,-03703" are the units left out, or "+so-noi-vu,+so-y-te" those counted where nobody declares who must report.
-- A figure over time of which not every period is over the same units has "-03646@2025-08-14": left out only there.

{% macro units_left_out_key(expected_codes, counted_codes) -%}
    '-' || {{ sorted_text(list_without(expected_codes, counted_codes), ',-') }}
{%- endmacro %}

{% macro units_counted_key(counted_codes) -%}
    '+' || {{ sorted_text(counted_codes, ',+') }}
{%- endmacro %}

-- The key of a part of a longer period, said of that part alone.
{% macro dated_units_key(units_key, day) -%}
    case when {{ units_key }} != '' then replace({{ units_key }}, ',', '@' || {{ day }} || ',') || '@' || {{ day }} end
{%- endmacro %}

-- The code in one part of a key.
{% macro code_in_units_key(part) -%}
    regexp_extract({{ part }}, '^.([^@]*)', 1)
{%- endmacro %}

-- Why there is no change from another value: one of them is not there, or they are over different units.
{% macro change_blank_reason(value, other) -%}
    case
        when {{ value }}.value is null or {{ other }}.value is null then 'no_value'
        when {{ value }}.units_key != {{ other }}.units_key then 'units_differ'
        else ''
    end
{%- endmacro %}
