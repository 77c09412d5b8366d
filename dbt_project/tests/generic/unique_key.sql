-- The columns together name one row, and none of them is null. Of a table that is kept only what was touched is looked
-- at.
{% test unique_key(model, columns, kept_by=[]) %}

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count

from {{ model }}

where {{ is_touched(kept_by) }}

group by {{ columns | join(', ') }}

having
    count(*) > 1
    or {{ columns | join(' is null\n    or ') }} is null

{% endtest %}
