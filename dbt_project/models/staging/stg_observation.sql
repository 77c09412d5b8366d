-- One row per element, org unit, breakdown, period and record: what the newest accepted delivery says.

with

observation as (

    select * from {{ source('raw', 'observation') }}

),

accepted_scope as (

    select * from {{ ref('stg_delivery_scope') }}

),

-- a table that replaces whole scopes counts only from its newest delivery, also when that one is a nil report
accepted as (

    select observation.*

    from observation

    inner join accepted_scope
        on
            observation.load_seq = accepted_scope.load_seq
            and observation.source_name = accepted_scope.source_name
            and observation.table_name = accepted_scope.table_name
            and observation.reporting_unit_code = accepted_scope.reporting_unit_code
            and observation.period_type = accepted_scope.period_type
            and observation.period_start_date = accepted_scope.period_start_date
            and observation.period_end_date = accepted_scope.period_end_date

    where
        observation.replaces != 'scope'
        or accepted_scope.is_newest

),

-- `row` replaces all an org unit said of the period, `record` the record wherever its period was
versions as (

    select
        ---------- keys
        source_name,
        table_name,
        reporting_unit_code,
        org_unit_code,
        period_type,
        period_start_date,
        period_end_date,
        element_code,
        breakdown,
        record_key,

        ---------- measure
        measured_value,
        value_text,
        value_qualifier,
        null_reason,
        maturity,

        ---------- lineage
        delivery_seq,
        load_seq,
        sheet_name,
        cell_address,

        dense_rank() over (
            partition by
                source_name,
                table_name,
                reporting_unit_code,
                replaces,
                case when replaces = 'record' then '' else period_type end,
                case when replaces = 'record' then null else period_start_date end,
                case when replaces = 'record' then null else period_end_date end,
                case replaces when 'row' then org_unit_code when 'record' then record_key else '' end
            order by delivery_seq desc, load_seq desc
        ) as version

    from accepted

),

newest as (

    select * from versions

    where version = 1

)

select * from newest
