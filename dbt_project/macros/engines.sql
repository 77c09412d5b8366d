-- Where the engines differ. Everything else is SQL that DuckDB and Spark read alike.

-- Days from one date to a later one.
{% macro days_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('days_between')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__days_between(first_date, last_date) -%}
    date_diff('day', {{ first_date }}, {{ last_date }})
{%- endmacro %}

{% macro spark__days_between(first_date, last_date) -%}
    datediff({{ last_date }}, {{ first_date }})
{%- endmacro %}

-- A date some months later, the number of months being a column.
{% macro months_later(from_date, month_count) -%}
    {{ return(adapter.dispatch('months_later')(from_date, month_count)) }}
{%- endmacro %}

{% macro default__months_later(from_date, month_count) -%}
    cast({{ from_date }} + to_months({{ month_count }}) as date)
{%- endmacro %}

{% macro spark__months_later(from_date, month_count) -%}
    add_months({{ from_date }}, {{ month_count }})
{%- endmacro %}

-- Whole hours from one instant to a later one.
{% macro hours_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('hours_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro default__hours_between(first_instant, last_instant) -%}
    date_diff('hour', {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

{% macro spark__hours_between(first_instant, last_instant) -%}
    timestampdiff(hour, {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

-- Whole minutes from one instant to a later one.
{% macro minutes_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('minutes_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro default__minutes_between(first_instant, last_instant) -%}
    date_diff('minute', {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

{% macro spark__minutes_between(first_instant, last_instant) -%}
    timestampdiff(minute, {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

-- The values of a column in the rows where something holds, gathered into a list: null where it holds nowhere.
{% macro list_of(column, condition) -%}
    {{ return(adapter.dispatch('list_of')(column, condition)) }}
{%- endmacro %}

{% macro default__list_of(column, condition) -%}
    list({{ column }}) filter (where {{ condition }})
{%- endmacro %}

{% macro spark__list_of(column, condition) -%}
    collect_list({{ column }}) filter (where {{ condition }})
{%- endmacro %}

-- The members of a list in order, as one text.
{% macro sorted_text(list_column, separator=',') -%}
    {{ return(adapter.dispatch('sorted_text')(list_column, separator)) }}
{%- endmacro %}

{% macro default__sorted_text(list_column, separator) -%}
    array_to_string(list_sort({{ list_column }}), '{{ separator }}')
{%- endmacro %}

{% macro spark__sorted_text(list_column, separator) -%}
    array_join(array_sort({{ list_column }}), '{{ separator }}')
{%- endmacro %}

-- The members of one list that another lacks.
{% macro list_without(all_members, some_members) -%}
    {{ return(adapter.dispatch('list_without')(all_members, some_members)) }}
{%- endmacro %}

{% macro default__list_without(all_members, some_members) -%}
    list_filter({{ all_members }}, lambda member : not list_contains(coalesce({{ some_members }}, []), member))
{%- endmacro %}

{% macro spark__list_without(all_members, some_members) -%}
    array_except({{ all_members }}, coalesce({{ some_members }}, array()))
{%- endmacro %}

-- One row for each part of a text between commas.
{% macro parts_of(text) -%}
    {{ return(adapter.dispatch('parts_of')(text)) }}
{%- endmacro %}

{% macro default__parts_of(text) -%}
    unnest(string_split({{ text }}, ','))
{%- endmacro %}

{% macro spark__parts_of(text) -%}
    explode(split({{ text }}, ','))
{%- endmacro %}

-- The UTC instant that a date of HTTP in a JSON object names, null where it is none.
{% macro http_date_in(json_column, key) -%}
    {{ return(adapter.dispatch('http_date_in')(json_column, key)) }}
{%- endmacro %}

{% macro default__http_date_in(json_column, key) -%}
    try_strptime(
        json_extract_string(try_cast({{ json_column }} as json), '$.{{ key }}'), '%a, %d %b %Y %H:%M:%S GMT'
    )
{%- endmacro %}

{% macro spark__http_date_in(json_column, key) -%}
    try_to_timestamp(
        substring(get_json_object({{ json_column }}, '$.{{ key }}'), 6), "dd MMM yyyy HH:mm:ss 'GMT'"
    )
{%- endmacro %}
