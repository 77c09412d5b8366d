-- One fact, two figures: both are kept side by side with what each rests on, and nothing is overwritten.

with

pairs as (

    select * from {{ ref('int_sources_compared') }}

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

elements as (

    select * from {{ source('catalogue', 'element') }}

),

obligations as (

    select
        source_name,
        max(system_code) as system_code

    from {{ source('raw', 'reporting_obligation') }}

    group by all

),

-- An element that no indicator uses belongs to the system of the source that is believed.
element_systems as (

    select
        pairs.element_code,
        max(elements.unit_measure) as unit_measure,
        max(obligations.system_code) as system_code

    from pairs

    inner join elements
        on pairs.element_code = elements.element_code

    inner join obligations
        on pairs.source_name = obligations.source_name

    group by all

),

together as (

    select * from {{ ref('int_figures_compared') }}

),

conflicts as (

    select
        ---------- keys
        together.conflict_kind,
        together.indicator_code,
        together.element_code,
        together.org_unit_code,
        together.breakdown,
        together.period_type,
        together.period_start_date,
        together.period_end_date,
        together.first_source,
        together.second_source,

        ---------- keys of one column
        indicators.indicator_key,
        org_units.org_unit_key,
        periods.period_key,

        ---------- names
        coalesce(indicators.indicator_name_vi, '') as indicator_name_vi,
        coalesce(indicators.system_code, element_systems.system_code, '') as system_code,
        coalesce(element_systems.unit_measure, indicators.unit_measure, '') as unit_measure,

        ---------- the two figures
        cast(together.first_value as double) as first_value,
        cast(together.first_value as decimal(38, 12)) as exact_first_value,
        together.first_qualifier,
        together.first_place,
        together.first_delivery_seq,
        {{ shown('together.second_value', 'indicators.decimals') }} as second_value,
        cast(together.second_value as decimal(38, 12)) as exact_second_value,
        together.second_qualifier,
        together.second_place,
        together.second_delivery_seq,
        {{ shown('(together.second_value - together.first_value)', 'indicators.decimals') }} as difference,
        cast(together.second_value - together.first_value as decimal(38, 12)) as exact_difference,

        ---------- and how they compare
        together.verdict,
        coalesce(together.reason, '') as reason,
        together.claim_vi

    from together

    left join indicators
        on together.indicator_code = indicators.indicator_code

    left join org_units
        on
            together.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'together.period_end_date') }}

    left join periods
        on
            {{ joined_on('together', 'periods', ['period_type', 'period_start_date', 'period_end_date']) }}
            and {{ clock_of('together.period_type', 'together.period_start_date') }} = periods.clock

    left join element_systems
        on together.element_code = element_systems.element_code

)

select * from conflicts
