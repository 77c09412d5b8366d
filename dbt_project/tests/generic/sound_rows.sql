-- What every row of a table must hold, in one node of the build: `key` names one row and is never null, a column of
-- `lists` has one of its values or null, a column of `shared_lists` one of those in closed_list(), a code in `codes`
-- exists in its table or is empty, and a column of `shares` is from 0 to 100, or null with a reason beside it. Of a
-- table that is kept only what was touched is looked at.
{% test sound_rows(model, key, lists={}, shared_lists=[], codes=[], shares=[], kept_by=[]) %}

with

looked_at as (

    select * from {{ model }}

    where {{ is_touched(kept_by) }}

)

select
    'key' as broken_rule,
    cast(count(*) as string) as found

from looked_at

group by {{ key | join(', ') }}

having
    count(*) > 1
    or {{ key | join(' is null or ') }} is null
    {{ further_broken_rows('looked_at', lists, shared_lists, codes, shares) }}

{% endtest %}
