{# What became of a delivery that counts: its rows are in raw, or it said that there was nothing to report.
   The same two as `ACCEPTED` in src/ioc_pipeline/domain/deliveries.py; a test compares them. #}
{% macro is_accepted(outcome) %}{{ outcome }} in ('loaded', 'nil_report'){% endmacro %}
