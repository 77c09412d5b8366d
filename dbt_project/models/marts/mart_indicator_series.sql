-- What trends are drawn from: every value with the names of its time and its unit, in two geographies.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

    where {{ is_touched(['period_year', 'indicator_code']) }}

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

merger as (

    select
        extract(year from max(effective_date)) as merger_year,
        max(effective_date) as merger_date

    from {{ ref('crosswalk') }}

),

-- A unit that the merger left as it was has the same values in both geographies. The fact keeps them once, except in
-- the year of the merger; here they are shown in both.
geographies as (

    select
        'as_reported' as geography,
        'as_reported' as kept_as

    union all

    select
        'restated' as geography,
        'restated' as kept_as

    union all

    select
        'restated' as geography,
        'as_reported' as kept_as

),

restated as (

    select
        indicator_code,
        org_unit_code,
        breakdown,
        period_type,
        period_start_date,
        period_end_date

    from indicator_values

    where geography = 'restated'

),

in_both as (

    select
        indicator_values.*,
        geographies.geography as shown_geography,
        geographies.geography = 'restated'
        and indicator_values.period_end_date < merger.merger_date as is_of_old_units

    from indicator_values

    inner join geographies
        on indicator_values.geography = geographies.kept_as

    cross join merger

    -- A province may have stayed as it was while its communes did not: then a mean over its communes was restated, and
    -- the restated value is shown instead of the reported one.
    left join restated
        on
            indicator_values.indicator_code = restated.indicator_code
            and indicator_values.org_unit_code = restated.org_unit_code
            and indicator_values.breakdown = restated.breakdown
            and indicator_values.period_type = restated.period_type
            and indicator_values.period_start_date = restated.period_start_date
            and indicator_values.period_end_date = restated.period_end_date

    where
        geographies.geography = geographies.kept_as
        or (
            indicator_values.period_year != merger.merger_year
            and restated.indicator_code is null
        )

),

-- A rank among the old units says nothing about a rank among the new ones, not even for a unit that stayed as it was:
-- 46th of 63 provinces is no place among 34.
judged as (

    select
        in_both.*,
        indicators.indicator_name_vi,
        indicators.system_code,
        indicators.unit_measure,
        indicators.decimals,
        indicators.is_additive_over_units
        and in_both.shown_geography = 'as_reported'
        and in_both.breakdown = '' as may_be_in_total,
        case org_units.org_unit_level
            when 'commune' then 1 when 'district' then 2 when 'agency' then 3 when 'province' then 4 else 5
        end as level_rank,
        indicators.indicator_key,
        org_units.org_unit_key,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        org_units.valid_from_date as org_unit_valid_from_date,
        in_both.is_of_old_units
        and indicators.unit_measure = 'rank'
        and org_units.org_unit_level in ('province', 'commune') as is_old_rank

    from in_both

    inner join indicators
        on in_both.indicator_code = indicators.indicator_code

    -- as reported, a unit has the name it had then; restated, the name it has today
    inner join org_units
        on
            in_both.org_unit_code = org_units.org_unit_code
            and case
                when in_both.shown_geography = 'restated'
                    then
                        {{ is_current('org_units') }}
                        and in_both.org_unit_series_from_date = org_units.series_from_date
                else {{ holds_on('org_units', 'in_both.period_end_date') }}
            end

),

-- A total is made of the units of one level, the lowest that has a value: those above it are their sums.
lowest_levels as (

    select
        indicator_code,
        period_type,
        period_start_date,
        period_end_date,
        min(level_rank) as level_rank

    from judged

    where
        may_be_in_total
        and value is not null

    group by all

),

series as (

    select
        ---------- keys
        judged.indicator_code,
        judged.org_unit_code,
        judged.breakdown,
        judged.shown_geography as geography,
        judged.period_type,
        judged.period_start_date,
        judged.period_end_date,

        ---------- keys of one column
        judged.indicator_key,
        judged.org_unit_key,
        periods.period_key,

        ---------- names
        judged.indicator_name_vi,
        judged.system_code,
        judged.org_unit_name,
        judged.org_unit_level,
        judged.province_code,
        judged.org_unit_valid_from_date,
        judged.org_unit_series_from_date,
        periods.period_label_vi,
        judged.clock,

        ---------- measure
        case when not judged.is_old_rank then {{ shown('judged.value', 'judged.decimals') }} end as value,
        case when not judged.is_old_rank then judged.value end as exact_value,
        case when judged.is_old_rank then '' else judged.value_qualifier end as value_qualifier,
        case when judged.is_old_rank then 'not_additive' else judged.null_reason end as null_reason,
        judged.maturity,
        judged.unit_measure,
        case when judged.is_old_rank then 'not_restatable' else judged.restatement end as restatement,
        case when judged.is_old_rank then 'not_additive' else judged.restatement_basis end as restatement_basis,

        ---------- how it came about
        judged.may_be_in_total and lowest_levels.level_rank is not null as is_in_total,
        judged.is_rolled_up_in_space,
        judged.is_rolled_up_in_time,
        judged.units_present_count,
        judged.units_expected_count,
        judged.units_left_out,
        judged.denominator_age_days,
        judged.delivery_seq,
        judged.period_year

    from judged

    inner join periods
        on
            judged.clock = periods.clock
            and judged.period_type = periods.period_type
            and judged.period_start_date = periods.period_start_date
            and judged.period_end_date = periods.period_end_date

    left join lowest_levels
        on
            {{ joined_on('judged', 'lowest_levels', [
                'indicator_code', 'period_type', 'period_start_date', 'period_end_date', 'level_rank',
            ]) }}

)

select * from series
