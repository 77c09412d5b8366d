-- The fact: the value of every indicator by org unit, breakdown, geography and period, wherever at least one term of
-- its numerator is known.

with

term_values as (

    select * from {{ ref('int_term_value') }}

    where {{ is_touched(['period_year', 'indicator_code']) }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

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
        max(measured_series_from_date) as measured_series_from_date,
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
        max(units_expected_count) as units_expected_count,
        min(units_key) as least_units_key,
        max(units_key) as greatest_units_key,
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
            when added_up.least_units_key != added_up.greatest_units_key then 'units_differ'
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

figures as (

    select
        judged.*,
        case
            when why_null != '' then null
            when shape = 'share_of_units' and quotient >= cast(threshold as double) then factor
            when shape = 'share_of_units' then 0
            -- multiply before dividing: in doubles 0.29 * 100 is not 29
            when quotient is not null
                then cast(numerator * factor as double) / cast(denominator as double)
            else numerator * factor
        end as figure

    from judged

),

unit_values as (

    select
        figures.*,
        {{ decimal_of('figure') }} as unit_value

    from figures

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
        max(case when measured_org_unit_code = org_unit_code then least_units_key else '' end) as units_key,
        max(case when measured_org_unit_code != org_unit_code then 1 else 0 end) as is_over_its_units,
        min(denominator_date) as denominator_date,
        max(delivery_seq) as delivery_seq

    from unit_values

    group by all

),

{% set keys = [
    'indicator_code',
    'org_unit_code',
    'breakdown',
    'geography',
    'period_type',
    'period_start_date',
    'period_end_date',
] %}

parts_of_units_keys as (

    select
        *,
        {{ parts_of('units_key') }} as part

    from term_values

    where units_key != ''

),

-- The units that a value lacks: left out of one of its terms, or, of agencies, in one term and not in another.
left_out_of_terms as (

    select
        {{ 'parts.' ~ keys | join(',\n        parts.') }},
        {{ code_in_units_key('parts.part') }} as unit_code,
        max(parts.measured_period_end_date) as named_on_date

    from parts_of_units_keys as parts

    inner join added_up
        on
            {{ joined_on('parts', 'added_up', keys + ['measured_org_unit_code']) }}

    group by all

    having
        max(parts.part) like '-%'
        or (
            min(added_up.least_units_key) != ''
            and count(distinct parts.role || ':' || parts.element_code || ':' || parts.element_breakdown)
            < max(added_up.known_term_count)
        )

),

units_of_terms as (

    select
        {{ 'left_out_of_terms.' ~ keys | join(',\n        left_out_of_terms.') }},
        {{ list_of("left_out_of_terms.unit_code || ' ' || coalesce(org_units.org_unit_name, '')", 'true') }} as lacking

    from left_out_of_terms

    left join org_units
        on
            left_out_of_terms.unit_code = org_units.org_unit_code
            and {{ holds_on('org_units', 'left_out_of_terms.named_on_date') }}

    group by all

),

-- A mean over the communes of a province, or a share of them, is meant of all of them.
levels_of_means as (

    select distinct
        {{ 'unit_values.' ~ keys | join(',\n        unit_values.') }},
        org_units.org_unit_level,
        case when unit_values.geography = 'as_reported' then unit_values.period_end_date else {{ open_end() }} end
            as units_on_date

    from unit_values

    inner join org_units
        on
            unit_values.measured_org_unit_code = org_units.org_unit_code
            and unit_values.measured_org_unit_code != unit_values.org_unit_code
            and unit_values.measured_series_from_date = org_units.series_from_date

    where org_units.org_unit_level in ('commune', 'district')

),

units_of_means as (

    select
        {{ 'means.' ~ keys | join(',\n        means.') }},
        count(*) as units_expected_count,
        {{ list_of("org_units.org_unit_code || ' ' || org_units.org_unit_name", 'unit_values.unit_value is null') }}
            as lacking,
        {{ list_of('org_units.org_unit_code', 'unit_values.unit_value is null') }} as lacking_codes

    from levels_of_means as means

    inner join org_units
        on
            means.org_unit_code = org_units.province_code
            and means.org_unit_level = org_units.org_unit_level
            and {{ holds_on('org_units', 'means.units_on_date') }}

    left join unit_values
        on
            {{ joined_on('means', 'unit_values', keys) }}
            and org_units.org_unit_code = unit_values.measured_org_unit_code

    group by all

),

with_units as (

    select
        over_units.*,
        units_of_means.units_expected_count as units_in_mean_count,
        units_of_means.lacking_codes as codes_lacking_in_mean,
        coalesce(units_of_terms.lacking, units_of_means.lacking) as lacking

    from over_units

    left join units_of_terms
        on
            {{ joined_on('over_units', 'units_of_terms', keys) }}

    left join units_of_means
        on
            {{ joined_on('over_units', 'units_of_means', keys) }}

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
        {{ decimal_of('
            case
                when unit_count = 1 then unit_value_sum
                else cast(unit_value_sum as double) / nullif(unit_value_count, 0)
            end
        ') }} as value,
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
        case when is_over_its_units = 1 then unit_value_count else units_present_count end as units_present_count,
        case
            when is_over_its_units = 1 then coalesce(units_in_mean_count, unit_count)
            else units_expected_count
        end as units_expected_count,
        coalesce({{ sorted_text('lacking', '; ') }}, '') as units_left_out,
        case
            when is_over_its_units = 1 then coalesce('-' || {{ sorted_text('codes_lacking_in_mean', ',-') }}, '')
            else units_key
        end as units_key,
        {{ days_between('denominator_date', 'period_end_date') }} as denominator_age_days,
        delivery_seq,
        period_year

    from with_units

)

select * from indicator_values
