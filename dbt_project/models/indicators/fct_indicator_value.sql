-- The fact: the value of every indicator by org unit, breakdown, geography and period, wherever at least one term of
-- its numerator is known.

with

term_values as (

    select * from {{ ref('int_term_value') }}

    where {{ in_touched_years('period_year') }}

),

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

),

indicators as (

    select * from {{ source('catalogue', 'indicator') }}

),

term_counts as (

    select
        indicator_code,
        count(*) as term_count

    from terms

    group by all

),

-- First the terms of each measured unit. A ratio or a sum has the terms of one unit; a mean over units or a share of
-- units has the terms of every unit in it.
added_up as (

    select
        indicator_code,
        org_unit_code,
        breakdown,
        geography,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year,
        measured_org_unit_code,
        max(org_unit_series_from_date) as org_unit_series_from_date,
        max(case when is_rolled_up_in_space then 1 else 0 end) as rolled_up_in_space,
        max(case when is_rolled_up_in_time then 1 else 0 end) as rolled_up_in_time,
        count(*) as known_term_count,
        sum(case when role = 'numerator' then 1 else 0 end) as known_numerator_count,
        cast(sum(case when role = 'numerator' then measured_value * coefficient end) as decimal(38, 12)) as numerator,
        cast(sum(case when role = 'denominator' then measured_value * coefficient end) as decimal(38, 12))
            as denominator,
        max(case when null_reason not in ('', 'nil', 'not_applicable') then null_reason else '' end) as unanswered,
        max(null_reason) as null_reason,
        -- "more than 5" stays "more than" if it is added in the numerator, but not if it is subtracted or divided by
        min(nullif(value_qualifier, '')) as least_qualifier,
        max(nullif(value_qualifier, '')) as greatest_qualifier,
        max(
            case when value_qualifier != '' and (role = 'denominator' or coefficient < 0) then 1 else 0 end
        ) as turned_bounds,
        min({{ maturity_rank('maturity') }}) as maturity_rank,
        max({{ restatement_key('restatement', 'restatement_basis') }}) as restatement_key,
        min(units_present_count) as units_present_count,
        max(units_present_count) as most_units_present_count,
        max(units_expected_count) as units_expected_count,
        max(case when units_present_count < units_expected_count then 1 else 0 end) as has_absent_units,
        -- If the province itself reported a term, it has 1 of 1 units; do not count 199 communes as missing.
        max(units_expected_count) - max(units_expected_count - units_present_count) as units_not_absent_count,
        min(case when role = 'denominator' then measured_period_end_date end) as denominator_date,
        max(delivery_seq) as delivery_seq

    from term_values

    group by all

),

judged as (

    select
        added_up.*,
        indicators.shape,
        indicators.factor,
        indicators.threshold,
        case
            when added_up.known_term_count < term_counts.term_count then 'missing_term'
            when added_up.unanswered != '' then added_up.unanswered
            when added_up.has_absent_units = 1 and added_up.units_present_count != added_up.most_units_present_count
                then 'units_differ'
            when added_up.numerator is null then added_up.null_reason
            when not indicators.has_denominator then ''
            when added_up.denominator is null then added_up.null_reason
            when added_up.denominator = 0 then 'zero_denominator'
            else ''
        end as why_null,
        case
            when indicators.has_denominator
                then cast(added_up.numerator as double) / nullif(cast(added_up.denominator as double), 0)
        end as quotient

    from added_up

    inner join indicators
        on added_up.indicator_code = indicators.indicator_code

    inner join term_counts
        on added_up.indicator_code = term_counts.indicator_code

    where
        added_up.known_numerator_count > 0
        -- A value with a missing term is shown without a figure only where somebody reported for that period and for
        -- the whole. A breakdown, or a quarter made of months, is left out until all its terms are there.
        and (
            added_up.known_term_count = term_counts.term_count
            or (added_up.breakdown = '' and added_up.rolled_up_in_time = 0)
        )

),

unit_values as (

    select
        judged.*,
        cast(
            case
                when why_null != '' then null
                when shape = 'share_of_units' and quotient >= cast(threshold as double) then factor
                when shape = 'share_of_units' then 0
                -- multiply before dividing: in doubles 0.29 * 100 is not 29
                when quotient is not null
                    then cast(numerator * factor as double) / cast(denominator as double)
                else numerator * factor
            end as decimal(38, 12)
        ) as unit_value

    from judged

),

over_units as (

    select
        indicator_code,
        org_unit_code,
        breakdown,
        geography,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year,
        max(org_unit_series_from_date) as org_unit_series_from_date,
        max(shape) as shape,
        count(*) as unit_count,
        count(unit_value) as unit_value_count,
        sum(unit_value) as unit_value_sum,
        max(why_null) as why_null,
        max(case when measured_org_unit_code != org_unit_code then 1 else rolled_up_in_space end)
            as rolled_up_in_space,
        max(rolled_up_in_time) as rolled_up_in_time,
        min(least_qualifier) as least_qualifier,
        max(greatest_qualifier) as greatest_qualifier,
        max(turned_bounds) as turned_bounds,
        min(maturity_rank) as maturity_rank,
        max(restatement_key) as restatement_key,
        min(coalesce(units_not_absent_count, units_present_count)) as units_present_count,
        max(units_expected_count) as units_expected_count,
        min(denominator_date) as denominator_date,
        max(delivery_seq) as delivery_seq

    from unit_values

    group by all

),

indicator_values as (

    select
        ---------- keys
        indicator_code,
        org_unit_code,
        breakdown,
        geography,
        clock,
        period_type,
        period_start_date,
        period_end_date,

        ---------- measure
        cast(
            case
                when unit_count = 1 then unit_value_sum
                else cast(unit_value_sum as double) / nullif(unit_value_count, 0)
            end as decimal(38, 12)
        ) as value,
        case
            when unit_value_count = 0 or least_qualifier is null then ''
            when turned_bounds = 1 or shape = 'share_of_units' then '~'
            else {{ merged_qualifier('least_qualifier', 'greatest_qualifier') }}
        end as value_qualifier,
        case when unit_value_count = 0 then why_null else '' end as null_reason,
        {{ maturity_of('maturity_rank') }} as maturity,
        {{ restatement_of('restatement_key') }} as restatement,
        {{ restatement_basis_of('restatement_key') }} as restatement_basis,

        ---------- how it came about
        org_unit_series_from_date,
        rolled_up_in_space = 1 as is_rolled_up_in_space,
        rolled_up_in_time = 1 as is_rolled_up_in_time,
        case when unit_count = 1 then units_present_count else unit_value_count end as units_present_count,
        case when unit_count = 1 then units_expected_count else unit_count end as units_expected_count,
        {{ days_between('denominator_date', 'period_end_date') }} as denominator_age_days,
        delivery_seq,
        period_year

    from over_units

)

select * from indicator_values
