-- The columns together name one row, and none of them is null. Of a fact kept by year only what changed is looked at.
{% test unique_key(model, columns, is_kept_by_year=false) %}

select
    {{ columns | join(',\n    ') }},
    count(*) as row_count

from {{ model }}

where {{ in_touched_years('period_year') if is_kept_by_year else 'true' }}

group by {{ columns | join(', ') }}

having
    count(*) > 1
    or {{ columns | join(' is null\n    or ') }} is null

{% endtest %}
