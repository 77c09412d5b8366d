-- Each measure over the units it is made of, one row per period that was reported: a province from its communes, a unit
-- of today from its predecessors. The rule is the one that the element declares.

with

elements as (

    select * from {{ source('catalogue', 'element') }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

weights as (

    select * from {{ ref('int_unit_weight') }}

),

{% set keys = [
    'element_code',
    'breakdown',
    'geography',
    'org_unit_code',
    'org_unit_series_from_date',
    'clock',
    'period_type',
    'period_start_date',
    'period_end_date',
    'period_year',
    'source_period_type',
    'source_period_end_date',
    'source_org_unit_code',
    'source_org_unit_series_from_date',
    'source_org_unit_level',
    'reported_org_unit_code',
    'is_rolled_up_in_space',
    'is_rolled_up_in_time',
    'predecessor_count',
    'has_split',
    'space_aggregation',
] %}

-- without the addresses of the cells: they are most of the bytes, and DuckDB keeps in memory what is read twice
contributions as (

    select
        {{ keys | join(',\n        ') }},
        record_key,
        1 as row_count,
        measured_value,
        null_reason,
        nullif(value_qualifier, '') as least_qualifier,
        nullif(value_qualifier, '') as greatest_qualifier,
        {{ maturity_rank('maturity') }} as maturity_rank,
        record_count,
        delivery_seq

    from {{ ref('int_measure_contribution') }}

    where {{ is_touched(['period_year', 'element_code']) }}

),

single_rows as (

    select * from contributions

    where record_key = ''

),

-- only a table of records has several rows of one unit and period
summed_rows as (

    select
        {{ keys | join(',\n        ') }},
        sum(row_count) as row_count,
        sum(measured_value) as measured_value,
        max(null_reason) as null_reason,
        min(least_qualifier) as least_qualifier,
        max(greatest_qualifier) as greatest_qualifier,
        min(maturity_rank) as maturity_rank,
        sum(record_count) as record_count,
        max(delivery_seq) as delivery_seq

    from contributions

    where record_key != ''

    group by all

),

-- so that units can be counted as rows: counting distinct units would keep all of them in memory
per_unit as (

    {{ union_by_name(['single_rows', 'summed_rows'], keys + [
        'row_count',
        'measured_value',
        'null_reason',
        'least_qualifier',
        'greatest_qualifier',
        'maturity_rank',
        'record_count',
        'delivery_seq',
    ]) }}

),

-- a unit that wrote "-" (nil) or "x" (not applicable) has answered, one that left the cell blank has not
weighed as (

    select
        per_unit.*,
        case
            when per_unit.measured_value is not null or per_unit.null_reason in ('nil', 'not_applicable') then 1
            else 0
        end as is_answered,
        -- "-" adds nothing to a sum and counts as a figure of it; "x" says that the unit does not belong in it
        case when per_unit.measured_value is not null or per_unit.null_reason = 'nil' then 1 else 0 end as is_counted,
        weights.weight

    from per_unit

    left join elements
        on
            per_unit.element_code = elements.element_code
            and elements.space_aggregation = 'weighted'

    left join weights
        on
            elements.weight_element = weights.weight_element
            and per_unit.breakdown = weights.breakdown
            and per_unit.source_org_unit_code = weights.source_org_unit_code
            and per_unit.source_org_unit_series_from_date = weights.source_org_unit_series_from_date
            and per_unit.source_period_end_date = weights.source_period_end_date

),

over_units as (

    select
        element_code,
        breakdown,
        geography,
        org_unit_code,
        org_unit_series_from_date,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year,
        source_period_type,
        source_period_end_date,
        max(source_org_unit_level) as source_org_unit_level,
        max(case when is_rolled_up_in_space then 1 else 0 end) as rolled_up_in_space,
        max(case when is_rolled_up_in_time then 1 else 0 end) as rolled_up_in_time,
        max(predecessor_count) as predecessor_count,
        max(has_split) as has_split,
        sum(row_count) as row_count,
        count(*) as source_unit_count,
        sum(case when not is_rolled_up_in_space then is_answered else 0 end) as reported_itself_count,
        count(case when is_answered = 1 then 1 end) as units_present_count,
        sum(is_counted) as units_counted_count,
        {{ list_of('source_org_unit_code', 'is_counted = 1 and (is_rolled_up_in_space or predecessor_count > 1)') }}
            as counted_codes,
        sum(measured_value) as sum_value,
        max(measured_value) as max_value,
        count(measured_value) as value_count,
        sum(measured_value * weight) as weighted_sum,
        sum(case when measured_value is not null then weight end) as weight_sum,
        sum(case when measured_value is not null and weight is null then 1 else 0 end) as unweighted_count,
        max(null_reason) as null_reason,
        min(least_qualifier) as least_qualifier,
        max(greatest_qualifier) as greatest_qualifier,
        min(maturity_rank) as maturity_rank,
        sum(record_count) as record_count,
        max(delivery_seq) as delivery_seq

    from weighed

    group by all

),

-- The predecessors of a province may each have been put together from communes. They are counted apart from the rest,
-- because one distinct count keeps the whole grouping in memory.
put_together_before as (

    select
        element_code,
        breakdown,
        org_unit_code,
        period_type,
        period_start_date,
        source_period_type,
        source_period_end_date,
        count(distinct reported_org_unit_code) as reported_unit_count

    from weighed

    where
        predecessor_count > 0
        and is_rolled_up_in_space
        and is_answered = 1

    group by all

),

with_rule as (

    select
        over_units.*,
        over_units.reported_itself_count + coalesce(put_together_before.reported_unit_count, 0)
            as reported_unit_count,
        elements.space_aggregation,
        elements.weight_element,
        elements.unit_measure

    from over_units

    inner join elements
        on over_units.element_code = elements.element_code

    left join put_together_before
        on
            over_units.element_code = put_together_before.element_code
            and over_units.breakdown = put_together_before.breakdown
            and over_units.org_unit_code = put_together_before.org_unit_code
            and over_units.period_type = put_together_before.period_type
            and over_units.period_start_date = put_together_before.period_start_date
            and over_units.source_period_type = put_together_before.source_period_type
            and over_units.source_period_end_date = put_together_before.source_period_end_date

),

-- Whether units of before the merger can be put together. A sum and a maximum are exact when every predecessor went
-- into the new unit as a whole and has reported. A weighted mean is as good as its weights. A simple mean of provinces
-- is the ministry's rule (DTI 2024). A rank among 63 provinces is no rank among 34, and a percentage without its
-- numerator and denominator can only stay where it was.
put_together as (

    select
        with_rule.*,
        case
            when row_count > source_unit_count and space_aggregation != 'sum' then 'not_additive'
            when predecessor_count = 0 then ''
            when has_split = 1 then 'split_unit'
            when unit_measure = 'rank' then 'not_additive'
            when reported_unit_count < predecessor_count then 'predecessor_missing'
            when predecessor_count = 1 then ''
            when space_aggregation = 'none' then 'not_additive'
            when space_aggregation = 'mean_by_decree' and source_org_unit_level != 'province' then 'not_additive'
            when space_aggregation = 'weighted' and unweighted_count > 0 then 'no_weight'
            else ''
        end as why_not_together,
        case
            when source_unit_count = 1 or space_aggregation = 'sum' then sum_value
            when space_aggregation = 'max' then max_value
            when space_aggregation = 'mean_by_decree'
                then {{ decimal_of('cast(sum_value as double) / nullif(value_count, 0)') }}
            when space_aggregation = 'weighted' and unweighted_count = 0
                then {{ decimal_of('cast(weighted_sum as double) / nullif(cast(weight_sum as double), 0)') }}
        end as value_together

    from with_rule

),

with_reason as (

    select
        put_together.*,
        case
            when why_not_together != '' then why_not_together
            when units_present_count = 0 then 'no_data'
            when value_count > 0 and value_together is null and space_aggregation = 'weighted' then 'no_weight'
            when value_together is null then null_reason
            else ''
        end as why_null,
        case
            when predecessor_count = 0 or (predecessor_count = 1 and why_not_together = '') then 'exact'
            when why_not_together != '' then 'not_restatable'
            when space_aggregation = 'weighted' and source_unit_count > 1 then 'estimated'
            else 'exact'
        end as restatement,
        case
            when geography = 'as_reported' or predecessor_count = 0 then ''
            when why_not_together != '' then why_not_together
            when predecessor_count = 1 then 'same_ground'
            when space_aggregation = 'weighted' then 'weighted by ' || weight_element
            else space_aggregation
        end as restatement_basis

    from put_together

),

roll_ups as (

    select distinct
        org_unit_code,
        geography,
        reported_org_unit_code,
        source_org_unit_level,
        source_period_end_date

    from contributions

    where
        is_rolled_up_in_space
        and source_org_unit_level != 'agency'

),

-- Nobody declares which agencies must report an element, so the number expected is not known for agencies.
expected as (

    select
        roll_ups.org_unit_code,
        roll_ups.geography,
        roll_ups.source_org_unit_level,
        roll_ups.source_period_end_date,
        count(*) as units_expected_count,
        {{ list_of('org_units.org_unit_code', 'true') }} as expected_codes

    from roll_ups

    inner join org_units
        on
            roll_ups.reported_org_unit_code = org_units.province_code
            and roll_ups.source_org_unit_level = org_units.org_unit_level
            and {{ holds_on('org_units', 'roll_ups.source_period_end_date') }}

    group by all

),

with_expected as (

    select
        with_reason.*,
        case
            when with_reason.rolled_up_in_space = 1 then expected.units_expected_count
            else greatest(with_reason.predecessor_count, 1)
        end as units_expected_count,
        case
            when with_reason.counted_codes is null then ''
            when with_reason.rolled_up_in_space = 0 and with_reason.units_counted_count >= with_reason.predecessor_count
                then ''
            when with_reason.rolled_up_in_space = 0 or expected.expected_codes is null
                then {{ units_counted_key('with_reason.counted_codes') }}
            when with_reason.units_counted_count >= expected.units_expected_count then ''
            else {{ units_left_out_key('expected.expected_codes', 'with_reason.counted_codes') }}
        end as units_key

    from with_reason

    left join expected
        on
            with_reason.org_unit_code = expected.org_unit_code
            and with_reason.geography = expected.geography
            and with_reason.source_org_unit_level = expected.source_org_unit_level
            and with_reason.source_period_end_date = expected.source_period_end_date

)

select * from with_expected
