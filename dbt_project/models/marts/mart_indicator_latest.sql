-- What the wall shows: for each indicator and unit the newest value, beside its target, its past and its siblings.

with

indicator_values as (

    select * from {{ ref('fct_indicator_value') }}

    where {{ is_touched(['indicator_code']) }}

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

-- The newest period that has a value, of the units that exist today. Of two periods that end together the shorter one.
newest_keys as (

    select
        indicator_values.indicator_code,
        indicator_values.org_unit_code,
        indicator_values.breakdown,
        indicator_values.period_type,
        indicator_values.period_start_date,
        indicator_values.period_end_date

    from indicator_values

    inner join org_units
        on
            indicator_values.org_unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'indicator_values.period_end_date') }}

    inner join bearers
        on
            indicator_values.org_unit_code = bearers.org_unit_code
            and indicator_values.org_unit_series_from_date = bearers.series_from_date

    where indicator_values.geography = 'as_reported'

    qualify
        row_number() over (
            partition by
                indicator_values.indicator_code,
                indicator_values.org_unit_code,
                indicator_values.breakdown
            order by
                case when indicator_values.value is null then 1 else 0 end,
                indicator_values.period_end_date desc,
                indicator_values.period_start_date desc
        ) = 1

),

-- Only these are ranked and compared: what that costs does not grow with the history.
newest_periods as (

    select distinct
        indicator_code,
        breakdown,
        period_type,
        period_start_date,
        period_end_date

    from newest_keys

),

-- with the names of the unit and the period as they were then
reported as (

    select
        indicator_values.*,
        org_units.org_unit_key,
        org_units.org_unit_name,
        org_units.org_unit_level,
        org_units.province_code,
        periods.period_key,
        periods.period_label_vi

    from indicator_values

    inner join newest_periods
        on
            indicator_values.indicator_code = newest_periods.indicator_code
            and indicator_values.breakdown = newest_periods.breakdown
            and indicator_values.period_type = newest_periods.period_type
            and indicator_values.period_start_date = newest_periods.period_start_date
            and indicator_values.period_end_date = newest_periods.period_end_date

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
        indicator_values.indicator_code,
        indicator_values.org_unit_code,
        indicator_values.org_unit_series_from_date,
        indicator_values.breakdown,
        indicator_values.clock,
        indicator_values.period_type,
        indicator_values.period_start_date,
        indicator_values.period_end_date,
        indicator_values.value,
        indicator_values.units_key

    from indicator_values

    inner join newest_periods
        on
            indicator_values.indicator_code = newest_periods.indicator_code
            and indicator_values.breakdown = newest_periods.breakdown
            and indicator_values.period_type = newest_periods.period_type
            and (
                indicator_values.period_end_date = cast(newest_periods.period_start_date - interval '1' day as date)
                or indicator_values.period_start_date
                = cast(newest_periods.period_start_date - interval '1' year as date)
            )

    qualify
        row_number() over (
            partition by
                indicator_values.indicator_code,
                indicator_values.org_unit_code,
                indicator_values.org_unit_series_from_date,
                indicator_values.breakdown,
                indicator_values.clock,
                indicator_values.period_type,
                indicator_values.period_start_date
            order by case indicator_values.geography when 'as_reported' then 0 else 1 end
        ) = 1

),

indicators as (

    select * from {{ ref('dim_indicator') }}

    where {{ is_touched(['indicator_code']) }}

),

targets as (

    select * from {{ source('catalogue', 'target') }}

),

-- Siblings are the units of one level in one province as they were in the period; provinces are siblings of provinces.
{% set siblings = "
    indicator_code,
    breakdown,
    period_type,
    period_start_date,
    period_end_date,
    org_unit_level,
    case when org_unit_level = 'province' then '' else province_code end
" %}

-- An indicator that is itself a rank (within a block, among 63 provinces) is not ranked again.
ranked as (

    select
        reported.*,
        indicators.unit_measure,
        indicators.direction,
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
        cast(rank() over (partition by {{ siblings }} order by merit desc nulls last) as bigint) as sibling_rank,
        count(merit) over (partition by {{ siblings }}) as sibling_count,
        min(merit) over (partition by {{ siblings }}) as least_merit,
        max(merit) over (partition by {{ siblings }}) as greatest_merit

    from ranked

),

-- Where all are equal nobody is first.
with_rank_reason as (

    select
        with_rank.*,
        case
            when unit_measure = 'rank' then 'is_a_rank'
            when direction = 'none' then 'no_direction'
            when merit is null then 'no_value'
            when sibling_count = 1 then 'no_siblings'
            when least_merit = greatest_merit then 'all_equal'
            else ''
        end as rank_blank_reason

    from with_rank

),

newest as (

    select values_ranked.*

    from with_rank_reason as values_ranked

    inner join newest_keys
        on
            values_ranked.indicator_code = newest_keys.indicator_code
            and values_ranked.org_unit_code = newest_keys.org_unit_code
            and values_ranked.breakdown = newest_keys.breakdown
            and values_ranked.period_type = newest_keys.period_type
            and values_ranked.period_start_date = newest_keys.period_start_date
            and values_ranked.period_end_date = newest_keys.period_end_date

    inner join bearers
        on
            values_ranked.org_unit_code = bearers.org_unit_code
            and values_ranked.org_unit_series_from_date = bearers.series_from_date

),

-- Of what an indicator is made that has no value at all.
known_terms as (

    select distinct indicator_code from {{ ref('int_term_value') }}

),

known_values as (

    select distinct indicator_code from indicator_values

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

        ---------- keys of one column
        indicators.indicator_key,
        newest.org_unit_key,
        newest.period_key,

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
        {{ shown('newest.value', 'indicators.decimals') }} as value,
        newest.value as exact_value,
        newest.value_qualifier,
        case
            when not indicators.is_enabled then 'indicator_disabled'
            when newest.indicator_code is not null then newest.null_reason
            when known_values.indicator_code is not null then 'only_former_units'
            when known_terms.indicator_code is not null then 'missing_term'
            else 'never_reported'
        end as null_reason,
        newest.maturity,
        indicators.unit_measure,
        indicators.decimals,
        indicators.direction,

        ---------- against the target
        cast(target_candidates.target_value as double) as target_value,
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
        {{ shown('previous.value', 'indicators.decimals') }} as previous_value,
        case
            when newest.units_key = previous.units_key
                then {{ shown('(newest.value - previous.value)', 'indicators.decimals') }}
        end as change_from_previous,
        {{ change_blank_reason('newest', 'previous') }} as previous_blank_reason,
        {{ shown('year_before.value', 'indicators.decimals') }} as year_before_value,
        case
            when newest.units_key = year_before.units_key
                then {{ shown('(newest.value - year_before.value)', 'indicators.decimals') }}
        end as change_from_year_before,
        {{ change_blank_reason('newest', 'year_before') }} as year_before_blank_reason,

        ---------- among its siblings
        case when newest.rank_blank_reason = '' then newest.sibling_rank end as rank_number,
        case when newest.rank_blank_reason = '' then newest.sibling_count end as ranked_count,
        coalesce(newest.rank_blank_reason, 'no_value') as rank_blank_reason,

        ---------- how fresh and how complete
        {{ as_of() }} as as_of_date,
        {{ days_between('newest.period_end_date', as_of()) }} as age_days,
        newest.is_rolled_up_in_space,
        newest.is_rolled_up_in_time,
        newest.units_present_count,
        newest.units_expected_count,
        newest.units_left_out,
        newest.denominator_age_days,
        newest.delivery_seq,
        indicators.is_enabled,
        indicators.disabled_reason

    from indicators

    -- an indicator that nobody reported, or that is switched off, has one row with the reason, and no unit
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

    left join known_terms
        on indicators.indicator_code = known_terms.indicator_code

    left join known_values
        on indicators.indicator_code = known_values.indicator_code

)

select * from latest
