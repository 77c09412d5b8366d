-- Of every unit made of whole ones, what its predecessors reported adds up to the restated value, to the unit. Worked
-- out from the reported measures and the crosswalk, not from what the restated ones were made of.

with

measures as (

    select * from {{ ref('int_measure_value') }}

    where {{ is_touched(['period_year', 'element_code']) }}

),

crosswalk as (

    select * from {{ ref('crosswalk') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

elements as (

    select * from {{ source('catalogue', 'element') }}

    where space_aggregation = 'sum'

),

wholes as (

    select
        new_code,
        count(*) as predecessor_count

    from crosswalk

    group by all

    having max(relation) = 'full' and min(relation) = 'full'

),

before_it as (

    select
        measures.element_code,
        measures.breakdown,
        crosswalk.new_code,
        measures.period_type,
        measures.period_start_date,
        measures.period_end_date,
        sum(measures.measured_value) as measured_value

    from crosswalk

    inner join wholes
        on crosswalk.new_code = wholes.new_code

    inner join measures
        on
            crosswalk.old_code = measures.org_unit_code
            and crosswalk.effective_date > measures.period_end_date

    -- a unit that stood, as Sơn La did, was not made of others
    inner join org_units
        on
            crosswalk.new_code = org_units.org_unit_code
            and measures.org_unit_series_from_date < org_units.series_from_date
            and {{ is_current('org_units') }}

    inner join elements
        on measures.element_code = elements.element_code

    where
        measures.geography = 'as_reported'
        and measures.measured_value is not null
        -- one predecessor's quarter and another's three months are two measures, not one
        and not measures.is_rolled_up_in_time

    group by
        measures.element_code,
        measures.breakdown,
        crosswalk.new_code,
        wholes.predecessor_count,
        measures.period_type,
        measures.period_start_date,
        measures.period_end_date

    having count(*) = wholes.predecessor_count

),

differing as (

    select
        before_it.*,
        after_it.measured_value as restated_value

    from before_it

    left join measures as after_it
        on
            before_it.element_code = after_it.element_code
            and before_it.breakdown = after_it.breakdown
            and before_it.new_code = after_it.org_unit_code
            and before_it.period_type = after_it.period_type
            and before_it.period_start_date = after_it.period_start_date
            and before_it.period_end_date = after_it.period_end_date
            and after_it.geography = 'restated'

    where
        after_it.measured_value is null
        or before_it.measured_value != after_it.measured_value

)

select * from differing
