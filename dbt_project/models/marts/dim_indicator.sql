-- The catalogue with its faults: a row that cannot be computed is switched off here and says why.

with

indicators as (

    select * from {{ ref('indicators') }}

),

terms as (

    select * from {{ ref('int_indicator_term') }}

),

elements as (

    select * from {{ ref('elements') }}

),

systems as (

    select * from {{ ref('systems') }}

),

targets as (

    select * from {{ ref('targets') }}

),

numbered as (

    select
        indicators.*,
        count(*) over (partition by indicator_code) as listed_count,
        row_number() over (partition by indicator_code order by name_vi) as listed_number

    from indicators

),

term_uses as (

    select
        terms.*,
        count(*) over (partition by indicator_code, role, element_code, breakdown) as use_count

    from terms

),

term_facts as (

    select
        term_uses.indicator_code,
        sum(case when term_uses.role = 'numerator' then 1 else 0 end) as numerator_count,
        sum(case when term_uses.role = 'denominator' then 1 else 0 end) as denominator_count,
        count(distinct case when term_uses.role = 'numerator' then term_uses.is_listed end) as numerator_ways,
        count(distinct case when term_uses.role = 'denominator' then term_uses.is_listed end) as denominator_ways,
        min(case when elements.element_code is null then term_uses.element_code end) as unknown_element,
        min(case when term_uses.role not in ('numerator', 'denominator') then term_uses.role end) as unknown_role,
        min(case when try_cast(term_uses.coefficient as decimal(9, 4)) is null then term_uses.coefficient end)
            as bad_coefficient,
        min(case when term_uses.use_count > 1 then term_uses.element_code end) as repeated_element

    from term_uses

    left join elements
        on term_uses.element_code = elements.element_code

    group by term_uses.indicator_code

),

target_facts as (

    select
        indicator_code,
        min(
            case
                when
                    try_cast(target_value as decimal(38, 12)) is null
                    or try_cast(period_start_date as date) is null
                    or try_cast(period_end_date as date) is null
                    or coalesce(direction, '') not in ('at_least', 'at_most')
                    then coalesce(target_value, '')
            end
        ) as bad_target

    from targets

    group by indicator_code

),

judged as (

    select
        numbered.indicator_code,
        coalesce(numbered.alias_code, '') as alias_code,
        coalesce(numbered.name_vi, numbered.indicator_code) as indicator_name_vi,
        coalesce(numbered.name_en, numbered.name_vi, numbered.indicator_code) as indicator_name_en,
        coalesce(numbered.system_code, '') as system_code,
        coalesce(systems.name_vi, '') as system_name_vi,
        coalesce(numbered.owner_code, '') as owner_code,
        coalesce(numbered.unit_measure, '') as unit_measure,
        coalesce(numbered.direction, '') as direction,
        coalesce(numbered.shape, '') as shape,
        try_cast(numbered.factor as decimal(18, 9)) as factor,
        try_cast(numbered.decimals as integer) as decimals,
        coalesce(numbered.space_aggregation, '') as space_aggregation,
        coalesce(numbered.definition_vi, '') as definition_vi,
        coalesce(numbered.definition_source, '') as definition_source,
        case
            when numbered.listed_count > 1
                then 'indicators.csv: indicator_code is listed more than once'
            when numbered.name_vi is null or numbered.unit_measure is null
                then 'indicators.csv: name_vi and unit_measure are needed'
            when systems.system_code is null
                then
                    'indicators.csv: system_code ''' || coalesce(numbered.system_code, '')
                    || ''' is not in systems.csv'
            when coalesce(numbered.shape, '') not in ('ratio', 'sum')
                then 'indicators.csv: shape is ''' || coalesce(numbered.shape, '') || ''', expected ratio or sum'
            when coalesce(numbered.direction, '') not in ('up', 'down', 'none')
                then
                    'indicators.csv: direction is ''' || coalesce(numbered.direction, '')
                    || ''', expected up, down or none'
            when coalesce(numbered.space_aggregation, '') not in ('from_terms', 'none')
                then
                    'indicators.csv: space_aggregation is ''' || coalesce(numbered.space_aggregation, '')
                    || ''', expected from_terms or none'
            when try_cast(numbered.factor as decimal(18, 9)) is null
                then 'indicators.csv: factor is ''' || coalesce(numbered.factor, '') || ''', expected a number'
            when try_cast(numbered.decimals as integer) is null
                then 'indicators.csv: decimals is ''' || coalesce(numbered.decimals, '') || ''', expected 0, 1, 2 …'
            when coalesce(term_facts.numerator_count, 0) = 0
                then 'indicators.csv: no numerator_element, and no numerator in indicator_terms.csv'
            when term_facts.unknown_role is not null
                then
                    'indicator_terms.csv: role is ''' || term_facts.unknown_role
                    || ''', expected numerator or denominator'
            when term_facts.unknown_element is not null
                then 'element ''' || term_facts.unknown_element || ''' is not in elements.csv'
            when term_facts.bad_coefficient is not null
                then
                    'indicator_terms.csv: coefficient is ''' || term_facts.bad_coefficient || ''', expected a number'
            when term_facts.numerator_ways > 1 or term_facts.denominator_ways > 1
                then 'a role has both its column in indicators.csv and terms in indicator_terms.csv'
            when term_facts.repeated_element is not null
                then 'element ''' || term_facts.repeated_element || ''' is used twice in one role'
            when numbered.shape = 'ratio' and term_facts.denominator_count = 0
                then 'a ratio needs a denominator'
            when numbered.shape = 'sum' and term_facts.denominator_count > 0
                then 'a sum has no denominator'
            when target_facts.bad_target is not null
                then
                    'targets.csv: a row with target_value ''' || target_facts.bad_target
                    || ''' needs a number, two dates and at_least or at_most'
            else ''
        end as disabled_reason

    from numbered

    left join systems
        on numbered.system_code = systems.system_code

    left join term_facts
        on numbered.indicator_code = term_facts.indicator_code

    left join target_facts
        on numbered.indicator_code = target_facts.indicator_code

    where
        numbered.listed_number = 1
        and numbered.indicator_code is not null

),

with_switch as (

    select
        judged.*,
        disabled_reason = '' as is_enabled

    from judged

)

select * from with_switch
