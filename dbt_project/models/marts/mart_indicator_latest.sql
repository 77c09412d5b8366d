-- What the wall shows: for each indicator and unit the newest value, beside its target, its past and its siblings.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

periods as (

    select * from {{ ref('dim_period') }}

),

-- The merger gave codes of dissolved units to new ones. A code here means the unit that has it today, and the values
-- that another unit had under the same code are not its past.
bearers as (

    select
        org_unit_code,
        series_from_date

    from org_units

    where {{ holds_on('org_units', as_of()) }}

),

-- with the names of the unit and the period as they were then
reported as (

    select
        indicator_values.*,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        periods.period_label_vi

    from indicator_values

    inner join org_units
        on
            indicator_values.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'indicator_values.period_end_date') }}

    inner join periods
        on
            indicator_values.clock = periods.clock
            and indicator_values.period_type = periods.period_type
            and indicator_values.period_start_date = periods.period_start_date
            and indicator_values.period_end_date = periods.period_end_date

    where indicator_values.geography = 'as_reported'

),

-- The past of a unit is what was reported of it, and where there is nothing, what its predecessors had before the
-- merger, as far as that can be restated.
past as (

    select
        indicator_code,
        org_unit_code,
        org_unit_series_from_date,
        breakdown,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        value

    from indicator_values

    qualify
        row_number() over (
            partition by
                indicator_code,
                org_unit_code,
                org_unit_series_from_date,
                breakdown,
                clock,
                period_type,
                period_start_date
            order by case geography when 'as_reported' then 0 else 1 end
        ) = 1

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

targets as (

    select * from {{ source('catalogue', 'target') }}

),

-- Siblings are the units of one level in one province as they were in the period; provinces are siblings of provinces.
-- An indicator that is itself a rank (within a block, among 63 provinces) is not ranked again.
ranked as (

    select
        reported.*,
        case
            when indicators.unit_measure = 'rank' then null
            when indicators.direction = 'up' then reported.value
            when indicators.direction = 'down' then -reported.value
        end as merit

    from reported

    inner join indicators
        on reported.indicator_code = indicators.indicator_code

),

with_rank as (

    select
        ranked.*,
        rank() over (
            partition by
                indicator_code,
                breakdown,
                period_type,
                period_start_date,
                period_end_date,
                org_unit_level,
                case when org_unit_level = 'province' then '' else province_code end
            order by merit desc nulls last
        ) as sibling_rank,
        count(merit) over (
            partition by
                indicator_code,
                breakdown,
                period_type,
                period_start_date,
                period_end_date,
                org_unit_level,
                case when org_unit_level = 'province' then '' else province_code end
        ) as sibling_count

    from ranked

),

-- The newest period that has a value, of the units that exist today. Of two periods that end together the shorter one.
newest as (

    select with_rank.*

    from with_rank

    inner join bearers
        on
            with_rank.org_unit_code = bearers.org_unit_code
            and with_rank.org_unit_series_from_date = bearers.series_from_date

    qualify
        row_number() over (
            partition by with_rank.indicator_code, with_rank.org_unit_code, with_rank.breakdown
            order by
                case when with_rank.value is null then 1 else 0 end,
                with_rank.period_end_date desc,
                with_rank.period_start_date desc
        ) = 1

),

target_candidates as (

    select
        newest.indicator_code,
        newest.org_unit_code,
        newest.breakdown,
        targets.target_value,
        targets.direction as target_direction,
        targets.legal_source as target_legal_source,
        targets.is_example as is_example_target,
        row_number() over (
            partition by newest.indicator_code, newest.org_unit_code, newest.breakdown
            order by
                case when targets.is_example then 1 else 0 end,
                targets.period_start_date desc,
                targets.period_end_date asc
        ) as target_number

    from newest

    inner join targets
        on
            newest.indicator_code = targets.indicator_code
            and newest.org_unit_code = targets.org_unit_code
            and newest.period_end_date between targets.period_start_date and targets.period_end_date

    where newest.breakdown = ''

),

latest as (

    select
        ---------- keys
        indicators.indicator_code,
        coalesce(newest.org_unit_code, '') as org_unit_code,
        coalesce(newest.breakdown, '') as breakdown,

        ---------- names
        indicators.indicator_name_vi,
        indicators.indicator_name_en,
        indicators.system_code,
        indicators.system_name_vi,
        newest.org_unit_name,
        newest.org_unit_level,
        newest.province_code,

        ---------- measure
        newest.period_type,
        newest.period_start_date,
        newest.period_end_date,
        newest.period_label_vi,
        newest.clock,
        newest.value,
        newest.value_qualifier,
        case when indicators.is_enabled then newest.null_reason else 'indicator_disabled' end as null_reason,
        newest.maturity,
        indicators.unit_measure,
        indicators.decimals,
        indicators.direction,

        ---------- against the target
        target_candidates.target_value,
        target_candidates.target_direction,
        target_candidates.target_legal_source,
        target_candidates.is_example_target,
        case
            when target_candidates.target_value is null then 'no_target'
            -- a target that another province set for itself is only shown
            when target_candidates.is_example_target then 'not_judged'
            when newest.value is null then 'undetermined'
            when
                target_candidates.target_direction = 'at_least'
                and newest.value_qualifier in ('', '>', '>=')
                and newest.value >= target_candidates.target_value
                then 'met'
            when
                target_candidates.target_direction = 'at_most'
                and newest.value_qualifier in ('', '<', '<=')
                and newest.value <= target_candidates.target_value
                then 'met'
            when
                target_candidates.target_direction = 'at_least'
                and newest.value_qualifier in ('', '<', '<=')
                and newest.value < target_candidates.target_value
                then 'not_met'
            when
                target_candidates.target_direction = 'at_most'
                and newest.value_qualifier in ('', '>', '>=')
                and newest.value > target_candidates.target_value
                then 'not_met'
            else 'undetermined'
        end as target_status,

        ---------- against the past of the same unit on the same clock
        previous.value as previous_value,
        newest.value - previous.value as change_from_previous,
        year_before.value as year_before_value,
        newest.value - year_before.value as change_from_year_before,

        ---------- among its siblings
        case when newest.sibling_count > 1 and newest.merit is not null then newest.sibling_rank end as rank_number,
        case when newest.sibling_count > 1 and newest.merit is not null then newest.sibling_count end as ranked_count,

        ---------- how fresh and how complete
        {{ as_of() }} as as_of_date,
        {{ days_between('newest.period_end_date', as_of()) }} as age_days,
        newest.is_rolled_up_in_space,
        newest.is_rolled_up_in_time,
        newest.units_present_count,
        newest.units_expected_count,
        newest.denominator_age_days,
        newest.delivery_seq,
        indicators.is_enabled,
        indicators.disabled_reason

    from indicators

    left join newest
        on indicators.indicator_code = newest.indicator_code

    left join target_candidates
        on
            newest.indicator_code = target_candidates.indicator_code
            and newest.org_unit_code = target_candidates.org_unit_code
            and newest.breakdown = target_candidates.breakdown
            and target_candidates.target_number = 1

    left join past as previous
        on
            newest.indicator_code = previous.indicator_code
            and newest.org_unit_code = previous.org_unit_code
            and newest.org_unit_series_from_date = previous.org_unit_series_from_date
            and newest.breakdown = previous.breakdown
            and newest.clock = previous.clock
            and newest.period_type = previous.period_type
            and newest.period_start_date = cast(previous.period_end_date + interval '1' day as date)

    left join past as year_before
        on
            newest.indicator_code = year_before.indicator_code
            and newest.org_unit_code = year_before.org_unit_code
            and newest.org_unit_series_from_date = year_before.org_unit_series_from_date
            and newest.breakdown = year_before.breakdown
            and newest.clock = year_before.clock
            and newest.period_type = year_before.period_type
            and cast(newest.period_start_date - interval '1' year as date) = year_before.period_start_date

    -- an indicator that is switched off has one row with the reason, and no unit
    where
        newest.indicator_code is not null
        or not indicators.is_enabled

)

select * from latest
