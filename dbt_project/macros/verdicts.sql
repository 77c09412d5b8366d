-- How two figures of one fact compare: equal, compatible (one is a bound that holds, or "about" within a hundredth),
-- conflict, or not_comparable. `tolerance` is what rounding allows between two exact figures.

{% macro verdict(first_value, first_qualifier, second_value, second_qualifier, tolerance) -%}
    case
        when {{ first_value }} is null or {{ second_value }} is null then 'not_comparable'
        when {{ first_qualifier }} = {{ second_qualifier }} and {{ first_value }} = {{ second_value }} then 'equal'
        when {{ first_qualifier }} = '~' or {{ second_qualifier }} = '~'
            then
                case
                    when
                        abs({{ first_value }} - {{ second_value }})
                        <= greatest(abs({{ first_value }}), abs({{ second_value }})) / 100
                        then 'compatible'
                    else 'conflict'
                end
        when {{ first_qualifier }} = '' and {{ second_qualifier }} = ''
            then
                case
                    when abs({{ first_value }} - {{ second_value }}) <= {{ tolerance }} then 'equal'
                    else 'conflict'
                end
        {# two bounds on the same side always leave room for both #}
        when {{ first_qualifier }} in ('>', '>=') and {{ second_qualifier }} in ('>', '>=') then 'compatible'
        when {{ first_qualifier }} in ('<', '<=') and {{ second_qualifier }} in ('<', '<=') then 'compatible'
        when {{ first_qualifier }} in ('>', '>=') or {{ second_qualifier }} in ('<', '<=')
            then
                case
                    when {{ second_value }} > {{ first_value }} then 'compatible'
                    when
                        {{ second_value }} = {{ first_value }}
                        and {{ first_qualifier }} != '>'
                        and {{ second_qualifier }} != '<'
                        then 'compatible'
                    else 'conflict'
                end
        when {{ first_value }} > {{ second_value }} then 'compatible'
        when
            {{ second_value }} = {{ first_value }}
            and {{ first_qualifier }} != '<'
            and {{ second_qualifier }} != '>'
            then 'compatible'
        else 'conflict'
    end
{%- endmacro %}

-- What each comparison of mart_conflict tells, for their union.
{% macro conflict_columns() -%}
    conflict_kind,
    indicator_code,
    element_code,
    org_unit_code,
    breakdown,
    period_type,
    period_start_date,
    period_end_date,
    first_source,
    second_source,
    first_value,
    first_qualifier,
    first_place,
    first_delivery_seq,
    second_value,
    second_qualifier,
    second_place,
    second_delivery_seq,
    verdict,
    reason,
    claim_vi
{%- endmacro %}
