-- What a unit weighs when its figure is averaged with those of other units, by date and breakdown.

with

elements as (

    select * from {{ source('catalogue', 'element') }}

),

contributions as (

    select * from {{ ref('int_measure_contribution') }}

    where {{ is_touched(['period_year', 'element_code']) }}

),

-- a weight may be older than the years that are computed again
all_contributions as (

    select * from {{ ref('int_measure_contribution') }}

),

to_be_weighted as (

    select distinct
        weight_element,
        breakdown,
        source_org_unit_code,
        source_org_unit_series_from_date,
        source_period_end_date

    from contributions

    where space_aggregation = 'weighted'

),

-- The newest figure of the weighing element that is not older than the element allows; of the same breakdown if there
-- is one, else the whole.
weights as (

    select
        to_be_weighted.weight_element,
        to_be_weighted.breakdown,
        to_be_weighted.source_org_unit_code,
        to_be_weighted.source_org_unit_series_from_date,
        to_be_weighted.source_period_end_date,
        cast(known.measured_value as decimal(18, 3)) as weight

    from to_be_weighted

    inner join elements
        on to_be_weighted.weight_element = elements.element_code

    inner join all_contributions as known
        on
            to_be_weighted.weight_element = known.element_code
            and to_be_weighted.source_org_unit_code = known.source_org_unit_code
            and to_be_weighted.source_org_unit_code = known.org_unit_code
            and to_be_weighted.source_org_unit_series_from_date = known.org_unit_series_from_date
            and known.geography = 'as_reported'
            and known.breakdown in (to_be_weighted.breakdown, '')
            and not known.is_rolled_up_in_time
            and known.measured_value is not null
            and to_be_weighted.source_period_end_date >= known.period_end_date
            and {{ months_later('known.period_end_date', 'elements.max_age_months') }}
            >= to_be_weighted.source_period_end_date

    qualify
        row_number() over (
            partition by
                to_be_weighted.weight_element,
                to_be_weighted.breakdown,
                to_be_weighted.source_org_unit_code,
                to_be_weighted.source_org_unit_series_from_date,
                to_be_weighted.source_period_end_date
            order by
                known.breakdown desc,
                known.period_end_date desc,
                known.period_start_date desc,
                known.record_key desc
        ) = 1

)

select * from weights
