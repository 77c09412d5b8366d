-- One row per element, org unit, breakdown, period and record: what the newest accepted delivery says.

with

accepted_scope as (

    select * from {{ ref('stg_delivery_scope') }}

),

observation as (

    select
        observation.*,
        {{ year_of('observation.period_end_date') }} as period_year

    from {{ source('raw', 'observation') }} as observation

),

-- Of a table that replaces whole scopes only the newest delivery counts, even if that one is a nil report.
accepted as (

    select
        observation.*,
        -- an extract comes in pages, which replace nothing of each other
        accepted_scope.delivery_seq as scope_delivery_seq

    from observation

    inner join accepted_scope
        on
            observation.load_seq = accepted_scope.load_seq
            and observation.scope_key = accepted_scope.scope_key

    where
        observation.replaces != 'scope'
        or accepted_scope.is_newest

),

-- `scope` and `row`: the newest delivery of a scope, or of a unit in it, replaces the older ones. The year is in the
-- partition so that a build can read the years it needs and no others.
by_period as (

    select * from accepted

    where replaces != 'record'

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

    select * from accepted

    where replaces = 'record'

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
