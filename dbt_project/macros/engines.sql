-- Where the engines differ. Everything else is SQL that DuckDB and Spark read alike. An engine that has no form of its
-- own here is refused by dbt, which names the macro.

-- Days from one date to a later one.
{% macro days_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('days_between')(first_date, last_date)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_date, last_date) -%}
    date_diff('day', {{ first_date }}, {{ last_date }})
{%- endmacro %}

{% macro spark__days_between(first_date, last_date) -%}
    cast(datediff({{ last_date }}, {{ first_date }}) as bigint)
{%- endmacro %}

-- A date some months later, the number of months being a column.
{% macro months_later(from_date, month_count) -%}
    {{ return(adapter.dispatch('months_later')(from_date, month_count)) }}
{%- endmacro %}

{% macro duckdb__months_later(from_date, month_count) -%}
    cast({{ from_date }} + to_months({{ month_count }}) as date)
{%- endmacro %}

{% macro spark__months_later(from_date, month_count) -%}
    add_months({{ from_date }}, {{ month_count }})
{%- endmacro %}

-- Whole hours from one instant to a later one.
{% macro hours_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('hours_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro duckdb__hours_between(first_instant, last_instant) -%}
    date_diff('hour', {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

{% macro spark__hours_between(first_instant, last_instant) -%}
    timestampdiff(hour, {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

-- Whole minutes from one instant to a later one.
{% macro minutes_between(first_instant, last_instant) -%}
    {{ return(adapter.dispatch('minutes_between')(first_instant, last_instant)) }}
{%- endmacro %}

{% macro duckdb__minutes_between(first_instant, last_instant) -%}
    date_diff('minute', {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

{% macro spark__minutes_between(first_instant, last_instant) -%}
    timestampdiff(minute, {{ first_instant }}, {{ last_instant }})
{%- endmacro %}

-- A double as the nearest decimal, halves away from zero. Spark takes the digits that it would print, of which the 17th
-- may be another than the double has: so the double is scaled and rounded as DuckDB does it, and its whole number taken
-- over in two parts that fit a bigint.
{% macro decimal_of(value, precision=38, scale=12) -%}
    {{ return(adapter.dispatch('decimal_of')(value, precision, scale)) }}
{%- endmacro %}

{% macro duckdb__decimal_of(value, precision, scale) -%}
    cast({{ value }} as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{% macro spark__decimal_of(value, precision, scale) -%}
    {%- set scaled -%} round(cast({{ value }} as double) * 1e{{ scale }}D) {%- endset -%}
    cast(
        (
            cast(floor({{ scaled }} / 4294967296D) as decimal(38, 0)) * 4294967296
            + cast(cast(pmod({{ scaled }}, 4294967296D) as bigint) as decimal(38, 0))
        ) * cast(1e-{{ scale }} as decimal({{ scale }}, {{ scale }}))
        as decimal({{ precision }}, {{ scale }})
    )
{%- endmacro %}

-- A decimal(38, 12) as text with all its decimals, which Spark would write as 0E-12 where it is nothing.
{% macro decimal_text(value) -%}
    {{ return(adapter.dispatch('decimal_text')(value)) }}
{%- endmacro %}

{% macro duckdb__decimal_text(value) -%}
    cast({{ value }} as string)
{%- endmacro %}

{% macro spark__decimal_text(value) -%}
    replace(format_number({{ value }}, 12), ',', '')
{%- endmacro %}

-- The values of a column in the rows where something holds, gathered into a list: null where it holds nowhere.
{% macro list_of(column, condition) -%}
    {{ return(adapter.dispatch('list_of')(column, condition)) }}
{%- endmacro %}

{% macro duckdb__list_of(column, condition) -%}
    list({{ column }}) filter (where {{ condition }})
{%- endmacro %}

{% macro spark__list_of(column, condition) -%}
    nullif(collect_list({{ column }}) filter (where {{ condition }}), cast(array() as array<string>))
{%- endmacro %}

-- The members of a list in order, as one text.
{% macro sorted_text(list_column, separator=',') -%}
    {{ return(adapter.dispatch('sorted_text')(list_column, separator)) }}
{%- endmacro %}

{% macro duckdb__sorted_text(list_column, separator) -%}
    array_to_string(list_sort({{ list_column }}), '{{ separator }}')
{%- endmacro %}

{% macro spark__sorted_text(list_column, separator) -%}
    array_join(array_sort({{ list_column }}), '{{ separator }}')
{%- endmacro %}

-- The members of one list that another lacks.
{% macro list_without(all_members, some_members) -%}
    {{ return(adapter.dispatch('list_without')(all_members, some_members)) }}
{%- endmacro %}

{% macro duckdb__list_without(all_members, some_members) -%}
    list_filter({{ all_members }}, lambda member : not list_contains(coalesce({{ some_members }}, []), member))
{%- endmacro %}

{% macro spark__list_without(all_members, some_members) -%}
    array_except({{ all_members }}, coalesce({{ some_members }}, array()))
{%- endmacro %}

-- One row for each part of a text between commas.
{% macro parts_of(text) -%}
    {{ return(adapter.dispatch('parts_of')(text)) }}
{%- endmacro %}

{% macro duckdb__parts_of(text) -%}
    unnest(string_split({{ text }}, ','))
{%- endmacro %}

{% macro spark__parts_of(text) -%}
    explode(split({{ text }}, ','))
{%- endmacro %}

-- The UTC instant that a date of HTTP in a JSON object names, null where it is none.
{% macro http_date_in(json_column, key) -%}
    {{ return(adapter.dispatch('http_date_in')(json_column, key)) }}
{%- endmacro %}

{% macro duckdb__http_date_in(json_column, key) -%}
    try_strptime(
        json_extract_string(try_cast({{ json_column }} as json), '$.{{ key }}'), '%a, %d %b %Y %H:%M:%S GMT'
    )
{%- endmacro %}

{% macro spark__http_date_in(json_column, key) -%}
    try_to_timestamp(
        substring(get_json_object({{ json_column }}, '$.{{ key }}'), 6), "dd MMM yyyy HH:mm:ss 'GMT'"
    )
{%- endmacro %}
