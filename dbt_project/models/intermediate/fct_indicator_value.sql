-- The catalogue applied: one row per indicator, org unit, breakdown and period of which a numerator term is known.
-- A term without a breakdown is taken for each breakdown its element has, a term with one only counts towards ''.

with

measures as (

    select * from {{ ref('int_measure_value') }}

),

terms as (

    select * from {{ ref('int_indicator_term') }}

),

indicators as (

    select * from {{ ref('dim_indicator') }}

    where is_enabled

),

term_counts as (

    select
        indicator_code,
        count(*) as term_count

    from terms

    group by indicator_code

),

term_values as (

    select
        terms.indicator_code,
        terms.role,
        cast(terms.coefficient as decimal(9, 4)) as coefficient,
        case when terms.breakdown = '' then measures.breakdown else '' end as breakdown,
        measures.org_unit_code,
        measures.org_unit_valid_from_date,
        measures.clock,
        measures.period_type,
        measures.period_start_date,
        measures.period_end_date,
        measures.measured_value,
        measures.null_reason,
        measures.value_qualifier,
        case measures.maturity when 'estimate' then 1 when 'preliminary' then 2 else 3 end as maturity_rank,
        measures.is_rolled_up_in_space,
        measures.is_rolled_up_in_time,
        measures.units_present_count,
        measures.units_expected_count,
        measures.delivery_seq

    from terms

    inner join measures
        on
            terms.element_code = measures.element_code
            and (terms.breakdown = '' or terms.breakdown = measures.breakdown)

),

added_up as (

    select
        indicator_code,
        org_unit_code,
        breakdown,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        max(org_unit_valid_from_date) as org_unit_valid_from_date,
        max(case when is_rolled_up_in_space then 1 else 0 end) = 1 as is_rolled_up_in_space,
        max(case when is_rolled_up_in_time then 1 else 0 end) = 1 as is_rolled_up_in_time,
        count(*) as known_term_count,
        sum(case when role = 'numerator' then 1 else 0 end) as known_numerator_count,
        cast(sum(case when role = 'numerator' then measured_value * coefficient end) as decimal(38, 12)) as numerator,
        cast(sum(case when role = 'denominator' then measured_value * coefficient end) as decimal(38, 12))
            as denominator,
        max(case when null_reason not in ('', 'nil', 'not_applicable') then null_reason else '' end) as unanswered,
        max(null_reason) as null_reason,
        -- a bound is only kept where it is still one: in the numerator, added
        min(nullif(value_qualifier, '')) as least_qualifier,
        max(nullif(value_qualifier, '')) as greatest_qualifier,
        max(
            case when value_qualifier != '' and (role = 'denominator' or coefficient < 0) then 1 else 0 end
        ) as turned_bounds,
        min(maturity_rank) as maturity_rank,
        min(units_present_count) as units_present_count,
        max(units_present_count) as most_units_present_count,
        max(units_expected_count) as units_expected_count,
        max(case when units_present_count < units_expected_count then 1 else 0 end) as has_absent_units,
        max(delivery_seq) as delivery_seq

    from term_values

    group by
        indicator_code,
        org_unit_code,
        breakdown,
        clock,
        period_type,
        period_start_date,
        period_end_date

),

judged as (

    select
        added_up.*,
        indicators.shape,
        indicators.factor,
        case
            when added_up.known_term_count < term_counts.term_count then 'missing_term'
            when added_up.unanswered != '' then added_up.unanswered
            when added_up.has_absent_units = 1 and added_up.units_present_count != added_up.most_units_present_count
                then 'units_differ'
            when added_up.numerator is null then added_up.null_reason
            when indicators.shape = 'sum' then ''
            when added_up.denominator is null then added_up.null_reason
            when added_up.denominator = 0 then 'zero_denominator'
            else ''
        end as why_null

    from added_up

    inner join indicators
        on added_up.indicator_code = indicators.indicator_code

    inner join term_counts
        on added_up.indicator_code = term_counts.indicator_code

    where
        added_up.known_numerator_count > 0
        -- what nobody reported as such (a breakdown, a quarter made of months) is there whole or not at all
        and (
            added_up.known_term_count = term_counts.term_count
            or (added_up.breakdown = '' and not added_up.is_rolled_up_in_time)
        )
        and (indicators.space_aggregation = 'from_terms' or not added_up.is_rolled_up_in_space)

),

indicator_values as (

    select
        ---------- keys
        indicator_code,
        org_unit_code,
        breakdown,
        clock,
        period_type,
        period_start_date,
        period_end_date,

        ---------- measure
        cast(
            case
                when why_null != '' then null
                when shape = 'ratio'
                    then cast(numerator * factor as double) / nullif(cast(denominator as double), 0)
                else numerator * factor
            end as decimal(38, 12)
        ) as value,
        case
            when why_null != '' or least_qualifier is null then ''
            when turned_bounds = 0 and least_qualifier = greatest_qualifier then least_qualifier
            else '~'
        end as value_qualifier,
        why_null as null_reason,
        case maturity_rank when 1 then 'estimate' when 2 then 'preliminary' else 'official' end as maturity,

        ---------- how it came about
        org_unit_valid_from_date,
        is_rolled_up_in_space,
        is_rolled_up_in_time,
        units_present_count,
        units_expected_count,
        delivery_seq

    from judged

)

select * from indicator_values
