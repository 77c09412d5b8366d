-- Figures as people and their tools read them: doubles, which pandas, ODBC and Power BI take as numbers. Where one was
-- rounded, the exact decimal stands beside it. A decimal and the double made of it are the same up to 15 digits.

-- Rounded half away from zero to as many decimals as a column says; without a number of decimals as it is.
{% macro shown(value, decimals) -%}
    case {{ decimals }}
    {%- for places in range(12) %} when {{ places }} then cast(round({{ value }}, {{ places }}) as double){% endfor %}
    else cast({{ value }} as double) end
{%- endmacro %}

-- A percentage of two counts that stand beside it, to two decimals.
{% macro share(part, whole) -%}
    cast(round({{ percentage(part, whole) }}, 2) as double)
{%- endmacro %}

-- One of the four words as a score: a percentage of two counts to two decimals, times what else takes from it, where
-- there is one at all.
{% macro score(part, whole, condition, also='1') -%}
    cast(
        {{ decimal_of(
            'case when ' ~ condition ~ ' then cast(100 * ' ~ part ~ ' as double) / ' ~ whole ~ ' * ' ~ also ~ ' end', 5, 2
        ) }} as double
    )
{%- endmacro %}
