-- Days and instants. The province lives seven hours ahead of UTC, without summer time.

-- The day the marts speak of.
{% macro as_of() -%}
    cast('{{ var("as_of") }}' as date)
{%- endmacro %}

-- How far the province's clocks are ahead of UTC.
{% macro ahead_of_utc() -%}
    interval '7' hour
{%- endmacro %}

-- The day of the province in which an instant of UTC lies.
{% macro local_date(instant) -%}
    cast({{ instant }} + {{ ahead_of_utc() }} as date)
{%- endmacro %}

-- The instant at which a local day is over.
{% macro end_of_day(day) -%}
    cast({{ day }} as timestamp) + interval '1' day - {{ ahead_of_utc() }}
{%- endmacro %}

-- The calendar year of a day, by which facts are kept.
{% macro year_of(day) -%}
    cast(extract(year from {{ day }}) as integer)
{%- endmacro %}

-- A unit that nothing has ended has this as its last day.
{% macro open_end() -%}
    date '9999-12-31'
{%- endmacro %}

-- Whether a row of the units is one of today.
{% macro is_current(unit) -%}
    {{ unit }}.valid_to_date = {{ open_end() }}
{%- endmacro %}

-- Whether a row of the units holds on a day. A code names a unit only together with a date.
{% macro holds_on(unit, day) -%}
    {{ day }} between {{ unit }}.valid_from_date and {{ unit }}.valid_to_date
{%- endmacro %}

-- Whether a row of the units is the one that a value is of: a unit of today where the value is restated to those, else
-- the one of its period. Said as comparisons, which a left join looks up; a condition by cases it tries on every pair.
{% macro is_unit_of(unit, value) -%}
    {{ holds_on(
        unit, "case when " ~ value ~ ".geography = 'restated' then " ~ open_end() ~ " else " ~ value ~ ".period_end_date end"
    ) }}
{%- endmacro %}
