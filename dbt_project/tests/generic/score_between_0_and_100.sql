-- A score is a share: from 0 to 100, or blank with a reason.
{% test score_between_0_and_100(model, column_name) %}

{%- set reason = column_name | replace('_score', '_blank_reason') %}

select {{ column_name }} from {{ model }}

where
    {{ column_name }} < 0
    or {{ column_name }} > 100
    or ({{ column_name }} is null and {{ reason }} = '')
    or ({{ column_name }} is not null and {{ reason }} != '')

{% endtest %}
