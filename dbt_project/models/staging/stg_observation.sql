-- One row per element, org unit, breakdown, period and record: what the newest accepted delivery says.

with

accepted_scope as (

    select * from {{ ref('stg_delivery_scope') }}

),

-- Of a table that replaces whole scopes only the newest delivery counts, even if that one is a nil report. Both read
-- raw for themselves: what they shared would be read whole, whichever years are asked for.
{% for name, condition in [
    ('of_periods', "observation.replaces != 'record' and (observation.replaces != 'scope' or accepted_scope.is_newest)"),
    ('of_records', "observation.replaces = 'record'"),
] %}
    {{ name }} as (

        select
            observation.*,
            {{ year_of('observation.period_end_date') }} as period_year,
            -- an extract comes in pages, which replace nothing of each other
            accepted_scope.delivery_seq as scope_delivery_seq

        from {{ source('raw', 'observation') }} as observation

        inner join accepted_scope
            on
                observation.load_seq = accepted_scope.load_seq
                and observation.scope_key = accepted_scope.scope_key

        where {{ condition }}

    ),
{% endfor %}

-- `scope` and `row`: the newest delivery of a scope, or of a unit in it, replaces the older ones. The year is in the
-- partition so that a build can read the years it needs and no others.
by_period as (

    select * from of_periods

    qualify
        dense_rank() over (
            partition by
                period_year,
                source_name,
                table_name,
                reporting_unit_code,
                replaces,
                period_type,
                period_start_date,
                period_end_date,
                case replaces when 'row' then org_unit_code else '' end
            order by scope_delivery_seq desc, load_seq desc
        ) = 1

),

-- `record`: the newest delivery of a record replaces the older ones, also when the record has moved to another period.
by_record as (

    select * from of_records

    qualify
        dense_rank() over (
            partition by source_name, table_name, reporting_unit_code, record_key
            order by scope_delivery_seq desc, load_seq desc
        ) = 1

),

observations as (

    {{ union_by_name(['by_period', 'by_record'], [
        'source_name',
        'table_name',
        'reporting_unit_code',
        'org_unit_code',
        'clock',
        'period_type',
        'period_start_date',
        'period_end_date',
        'element_code',
        'breakdown',
        'record_key',
        'measured_value',
        'value_text',
        'value_qualifier',
        'null_reason',
        'maturity',
        'delivery_seq',
        'load_seq',
        'sheet_name',
        'cell_address',
        'period_year',
    ]) }}

)

select * from observations
