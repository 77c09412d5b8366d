-- What changed: every accepted version of a cell that says another thing than the version before it.

with

accepted_scope as (

    select
        stg_delivery_scope.*,
        {{ year_of('period_end_date') }} as period_year,
        row_number() over (
            partition by scope_key
            order by delivery_seq, load_seq
        ) as version_number,
        count(*) over (partition by scope_key) as version_count

    from {{ ref('stg_delivery_scope') }} as stg_delivery_scope

),

-- A scope that was sent only once cannot have changed.
versions as (

    select * from accepted_scope

    where
        version_count > 1
        and {{ is_touched(['period_year']) }}

),

observation as (

    select * from {{ source('raw', 'observation') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

obligations as (

    select
        source_name,
        max(system_code) as system_code

    from {{ source('raw', 'reporting_obligation') }}

    group by all

),

cells as (

    select
        observation.*,
        versions.period_year,
        versions.version_number

    from observation

    inner join versions
        on
            observation.load_seq = versions.load_seq
            and observation.scope_key = versions.scope_key

),

cell_keys as (

    select distinct
        scope_key,
        cell_key,
        source_name,
        table_name,
        reporting_unit_code,
        period_type,
        period_start_date,
        period_end_date,
        org_unit_code,
        element_code,
        breakdown,
        record_key

    from cells

    where replaces = 'scope'

),

-- A newer version replaces its whole scope: a cell that it no longer has was taken back.
absent as (

    select
        cell_keys.scope_key,
        cell_keys.cell_key,
        cell_keys.source_name,
        cell_keys.table_name,
        cell_keys.reporting_unit_code,
        cell_keys.period_type,
        cell_keys.period_start_date,
        cell_keys.period_end_date,
        cell_keys.org_unit_code,
        cell_keys.element_code,
        cell_keys.breakdown,
        cell_keys.record_key,
        versions.period_year,
        versions.version_number,
        versions.delivery_seq,
        versions.load_seq

    from cell_keys

    inner join versions
        on cell_keys.scope_key = versions.scope_key

    left join cells
        on
            versions.load_seq = cells.load_seq
            and cell_keys.scope_key = cells.scope_key
            and cell_keys.cell_key = cells.cell_key

    where cells.load_seq is null

),

all_versions as (

    select
        scope_key,
        cell_key,
        source_name,
        table_name,
        reporting_unit_code,
        period_type,
        period_start_date,
        period_end_date,
        org_unit_code,
        element_code,
        breakdown,
        record_key,
        period_year,
        version_number,
        delivery_seq,
        load_seq,
        measured_value,
        value_qualifier,
        null_reason,
        sheet_name,
        cell_address

    from cells

    union all

    select
        scope_key,
        cell_key,
        source_name,
        table_name,
        reporting_unit_code,
        period_type,
        period_start_date,
        period_end_date,
        org_unit_code,
        element_code,
        breakdown,
        record_key,
        period_year,
        version_number,
        delivery_seq,
        load_seq,
        cast(null as decimal(38, 12)) as measured_value,
        '' as value_qualifier,
        'not_in_delivery' as null_reason,
        '' as sheet_name,
        '' as cell_address

    from absent

),

with_previous as (

    select
        all_versions.*,
        row_number() over cell_versions as cell_version_number,
        lag(measured_value) over cell_versions as old_value,
        lag(value_qualifier) over cell_versions as old_qualifier,
        lag(null_reason) over cell_versions as old_null_reason,
        lag(delivery_seq) over cell_versions as old_delivery_seq

    from all_versions

    window
        cell_versions as (
            partition by
                scope_key,
                cell_key
            order by version_number
        )

),

changed as (

    select * from with_previous

    where
        cell_version_number > 1
        and (
            measured_value is distinct from old_value
            or value_qualifier != old_qualifier
            or null_reason != old_null_reason
        )

),

element_indicators as (

    select distinct
        indicator_code,
        element_code,
        breakdown

    from terms

),

revisions as (

    select
        ---------- keys
        coalesce(element_indicators.indicator_code, '') as indicator_code,
        changed.element_code,
        changed.breakdown,
        changed.org_unit_code,
        changed.source_name,
        changed.table_name,
        changed.reporting_unit_code,
        changed.period_type,
        changed.period_start_date,
        changed.period_end_date,
        changed.record_key,
        cast(changed.version_number as bigint) as version_number,

        ---------- keys of one column
        indicators.indicator_key,
        org_units.org_unit_key,
        periods.period_key,

        ---------- names
        coalesce(indicators.system_code, obligations.system_code, '') as system_code,
        coalesce(indicators.indicator_name_vi, '') as indicator_name_vi,

        ---------- what changed
        cast(changed.old_value as double) as old_value,
        changed.old_value as exact_old_value,
        changed.old_null_reason,
        changed.old_delivery_seq,
        cast(changed.measured_value as double) as new_value,
        changed.measured_value as exact_new_value,
        changed.null_reason as new_null_reason,
        cast(changed.measured_value - changed.old_value as double) as difference,

        ---------- by which delivery
        changed.delivery_seq,
        delivery.file_name,
        delivery.department_code,
        delivery.received_at,
        changed.sheet_name,
        changed.cell_address,
        changed.period_year

    from changed

    inner join delivery
        on changed.load_seq = delivery.load_seq

    left join element_indicators
        on
            changed.element_code = element_indicators.element_code
            and (element_indicators.breakdown = '' or changed.breakdown = element_indicators.breakdown)

    left join org_units
        on
            changed.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'changed.period_end_date') }}

    left join periods
        on
            {{ joined_on('changed', 'periods', ['period_type', 'period_start_date', 'period_end_date']) }}
            and {{ clock_of('changed.period_type', 'changed.period_start_date') }} = periods.clock

    left join indicators
        on element_indicators.indicator_code = indicators.indicator_code

    left join obligations
        on changed.source_name = obligations.source_name

)

select * from revisions
