-- All rows of several relations, column by column by name: no column can slip into the place of another. `columns` is a
-- list of names, or the same as text.
{% macro union_by_name(relations, columns) -%}
    {%- set names = columns if columns is string else columns | join(', ') -%}
    {%- set selects = [] -%}
    {%- for relation in relations -%}
        {%- set _ = selects.append('select ' ~ names ~ ' from ' ~ relation) -%}
    {%- endfor -%}
    {{ selects | join(' union all ') }}
{%- endmacro %}

-- That two relations agree in all of these columns.
{% macro joined_on(first_relation, second_relation, columns) -%}
    {%- for column in columns -%}
        {{ 'and ' if not loop.first }}{{ first_relation }}.{{ column }} = {{ second_relation }}.{{ column }}
        {{- ' ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
