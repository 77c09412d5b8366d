-- The catalogue as it was judged before the build: what is computed, and what is switched off and why.

with

indicators as (

    select * from {{ source('catalogue', 'indicator') }}

),

faults as (

    select * from {{ source('catalogue', 'catalogue_fault') }}

    where kind = 'indicator'

),

systems as (

    select * from {{ ref('systems') }}

),

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

),

elements as (

    select * from {{ source('catalogue', 'element') }}

),

enabled as (

    select
        indicator_code,
        alias_code,
        indicator_name_vi,
        coalesce(nullif(indicator_name_en, ''), indicator_name_vi) as indicator_name_en,
        system_code,
        owner_code,
        unit_measure,
        direction,
        shape,
        factor,
        threshold,
        decimals,
        space_aggregation,
        definition_vi,
        definition_source,
        '' as disabled_reason,
        true as is_enabled

    from indicators

),

disabled as (

    select
        code as indicator_code,
        '' as alias_code,
        coalesce(nullif(name_vi, ''), code) as indicator_name_vi,
        coalesce(nullif(name_vi, ''), code) as indicator_name_en,
        system_code,
        '' as owner_code,
        '' as unit_measure,
        '' as direction,
        '' as shape,
        cast(null as decimal(18, 9)) as factor,
        cast(null as decimal(18, 9)) as threshold,
        cast(null as integer) as decimals,
        '' as space_aggregation,
        '' as definition_vi,
        '' as definition_source,
        file_name || ' line ' || line_number || ': ' || reason as disabled_reason,
        false as is_enabled

    from faults

),

listed as (

    {{ union_by_name(['enabled', 'disabled'], [
        'indicator_code',
        'alias_code',
        'indicator_name_vi',
        'indicator_name_en',
        'system_code',
        'owner_code',
        'unit_measure',
        'direction',
        'shape',
        'factor',
        'threshold',
        'decimals',
        'space_aggregation',
        'definition_vi',
        'definition_source',
        'disabled_reason',
        'is_enabled',
    ]) }}

),

-- A sum of elements may be added up as far as each of them may.
sums as (

    select
        indicators.indicator_code,
        min(case when elements.space_aggregation = 'sum' then 1 else 0 end) as is_additive_over_units,
        min(case when elements.time_aggregation = 'sum' then 1 else 0 end) as is_additive_over_time

    from indicators

    inner join terms
        on indicators.indicator_code = terms.indicator_code

    inner join elements
        on terms.element_code = elements.element_code

    where indicators.shape = 'sum'

    group by all

),

with_system as (

    select
        listed.indicator_code as indicator_key,
        listed.indicator_code,
        listed.alias_code,
        listed.indicator_name_vi,
        listed.indicator_name_en,
        listed.system_code,
        coalesce(systems.name_vi, '') as system_name_vi,
        listed.owner_code,
        listed.unit_measure,
        listed.direction,
        listed.shape,
        listed.factor,
        listed.threshold,
        listed.decimals,
        listed.space_aggregation,
        listed.definition_vi,
        listed.definition_source,
        listed.disabled_reason,
        listed.is_enabled,
        coalesce(sums.is_additive_over_units = 1, false) as is_additive_over_units,
        coalesce(sums.is_additive_over_time = 1, false) as is_additive_over_time

    from listed

    left join sums
        on listed.indicator_code = sums.indicator_code

    left join systems
        on listed.system_code = systems.system_code

)

select * from with_system
