-- The closed lists that several marts share, each in its one home, and where the codes of the marts are listed.

{% macro closed_list(name) -%}
    {{ return({
        'geography': ['as_reported', 'restated'],
        'clock': ['management', 'calendar', 'rain_day'],
        'period_type': ['day', 'week', 'month', 'quarter', 'half_year', 'nine_months', 'year'],
        'org_unit_level': ['country', 'province', 'district', 'commune', 'agency'],
        'value_qualifier': ['', '>', '>=', '<', '<=', '~'],
        'maturity': ['estimate', 'preliminary', 'official'],
        'restatement': ['exact', 'estimated', 'not_restatable'],
        'role': ['numerator', 'denominator'],
    }[name]) }}
{%- endmacro %}

{% macro table_of_code(column) -%}
    {%- if column == 'indicator_code' -%} {{ ref('dim_indicator') }}
    {%- elif column == 'system_code' -%} {{ ref('systems') }}
    {%- else -%} {{ ref('dim_org_unit') }}
    {%- endif -%}
{%- endmacro %}

{% macro name_of_code(column) -%}
    {{ column if column in ('indicator_code', 'system_code') else 'org_unit_code' }}
{%- endmacro %}

-- Further rows of the test `sound_rows`, each with the rule that is broken and what was found.

{% macro further_broken_rows(relation, lists, shared_lists, codes, shares) -%}
    {%- set all_lists = dict(lists) -%}
    {%- for column in shared_lists -%}
        {%- do all_lists.update({column: closed_list(column)}) -%}
    {%- endfor -%}
    {%- for column, values in all_lists.items() -%}
        {{ " union all select distinct '" ~ column ~ "', " ~ column ~ " from " ~ relation }}
        {{- " where " ~ column ~ " not in ('" ~ values | join("', '") ~ "')" }}
    {%- endfor -%}
    {%- for column in codes -%}
        {%- set name = name_of_code(column) -%}
        {{ " union all select distinct '" ~ column ~ "', seen." ~ column ~ " from " ~ relation ~ " as seen" }}
        {{- " left join " ~ table_of_code(column) ~ " as known on seen." ~ column ~ " = known." ~ name }}
        {{- " where known." ~ name ~ " is null and seen." ~ column ~ " != ''" }}
    {%- endfor -%}
    {%- for column in shares -%}
        {%- set reason = column | replace('_score', '_blank_reason') -%}
        {{ " union all select '" ~ column ~ "', cast(" ~ column ~ " as string) from " ~ relation }}
        {{- " where " ~ column ~ " not between 0 and 100 or (" ~ column ~ " is null) = (" ~ reason ~ " = '')" }}
    {%- endfor -%}
{%- endmacro %}
