-- What becomes of the marks of several figures when they are made into one: the weakest or worst of them stands.

-- How final a figure is, as a number: the least of several is the weakest.
{% macro maturity_rank(maturity) -%}
    case {{ maturity }} when 'estimate' then 1 when 'preliminary' then 2 else 3 end
{%- endmacro %}

{% macro maturity_of(rank) -%}
    case {{ rank }} when 1 then 'estimate' when 2 then 'preliminary' else 'official' end
{%- endmacro %}

-- A bound such as ">" survives a sum of such bounds and exact figures; two different ones leave only "about". Takes the
-- least and the greatest qualifier in use, null where every figure is exact.
{% macro merged_qualifier(least, greatest) -%}
    case when {{ least }} is null then '' when {{ least }} = {{ greatest }} then {{ least }} else '~' end
{%- endmacro %}

-- How a figure was carried over the merger, with the reason, in one text: the greatest of several is the worst, and of
-- equally bad ones the last by name.
{% macro restatement_key(restatement, basis) -%}
    case {{ restatement }} when 'exact' then '1' when 'estimated' then '2' else '3' end || {{ basis }}
{%- endmacro %}

{% macro restatement_of(key) -%}
    case substr({{ key }}, 1, 1) when '1' then 'exact' when '2' then 'estimated' else 'not_restatable' end
{%- endmacro %}

{% macro restatement_basis_of(key) -%}
    substr({{ key }}, 2)
{%- endmacro %}
