-- Which measure of a unit stands for which term of its indicators. A term without a breakdown is taken for each
-- breakdown that its element has; a term with one counts only towards the whole.

with

terms as (

    select * from {{ source('catalogue', 'indicator_term') }}

    where {{ is_touched(['indicator_code']) }}

),

elements as (

    select * from {{ source('catalogue', 'element') }}

),

indicators as (

    select * from {{ source('catalogue', 'indicator') }}

),

-- A stock in the denominator, such as the population, may be older than the value. Every other term is of the value's
-- own period.
dated_terms as (

    select
        terms.indicator_code,
        terms.role,
        terms.element_code,
        terms.breakdown as term_breakdown,
        terms.coefficient,
        elements.max_age_months,
        terms.role = 'denominator' and elements.kind = 'stock' and elements.max_age_months > 0 as may_be_older,
        indicators.shape in ('mean_of_units', 'share_of_units') as is_over_units,
        indicators.space_aggregation

    from terms

    inner join elements
        on terms.element_code = elements.element_code

    inner join indicators
        on terms.indicator_code = indicators.indicator_code

),

-- Read by each for itself: what both shared would be read whole, whichever years are asked for.
{% set measures %}
    select
        element_code,
        breakdown as element_breakdown,
        geography,
        org_unit_code as measured_org_unit_code,
        org_unit_series_from_date as measured_series_from_date,
        period_type as measured_period_type,
        period_start_date as measured_period_start_date,
        period_end_date as measured_period_end_date,
        measured_value,
        null_reason,
        value_qualifier,
        maturity,
        restatement,
        restatement_basis,
        is_rolled_up_in_space,
        is_rolled_up_in_time,
        units_present_count,
        units_expected_count,
        units_key,
        delivery_seq,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year

    from {{ ref('int_measure_value') }}
{% endset %}

measures as (

    {{ measures }}

    where {{ is_touched(['period_year']) }}

),

all_measures as (

    {{ measures }}

),

stock_elements as (

    select distinct element_code from dated_terms

    where may_be_older

),

-- What a later value may take for its denominator. Of what is older than the years to compute only the newest of its
-- kind can be taken: the rest is left out before it is compared with every value.
stocks as (

    select all_measures.*

    from all_measures

    inner join stock_elements
        on all_measures.element_code = stock_elements.element_code

    {% if var('touched_years') %}
        qualify
            all_measures.period_year >= {{ var('touched_years') | min }}
            or row_number() over (
                partition by
                    all_measures.element_code,
                    all_measures.element_breakdown,
                    all_measures.geography,
                    all_measures.measured_org_unit_code,
                    all_measures.measured_series_from_date,
                    all_measures.measured_period_type,
                    all_measures.clock,
                    all_measures.is_rolled_up_in_space
                order by
                    case when all_measures.measured_value is null then 1 else 0 end,
                    all_measures.measured_period_end_date desc,
                    all_measures.measured_period_start_date desc
            ) = 1
    {% endif %}

),

of_the_period as (

    select
        dated_terms.indicator_code,
        dated_terms.role,
        dated_terms.coefficient,
        dated_terms.term_breakdown,
        dated_terms.is_over_units,
        dated_terms.space_aggregation,
        case when dated_terms.term_breakdown = '' then measures.element_breakdown else '' end as breakdown,
        measures.*

    from dated_terms

    inner join measures
        on
            dated_terms.element_code = measures.element_code
            and (dated_terms.term_breakdown = '' or dated_terms.term_breakdown = measures.element_breakdown)

    where
        not dated_terms.may_be_older
        -- a mean over units or a share of units is made of each unit's own figures, never of their sum
        and not (dated_terms.is_over_units and measures.is_rolled_up_in_space)

),

-- a value is wanted where a numerator is there
wanted as (

    select distinct
        indicator_code,
        breakdown,
        geography,
        measured_org_unit_code,
        measured_series_from_date,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year

    from of_the_period

    where role = 'numerator'

),

older as (

    select
        wanted.indicator_code,
        dated_terms.role,
        dated_terms.coefficient,
        dated_terms.term_breakdown,
        dated_terms.is_over_units,
        dated_terms.space_aggregation,
        wanted.breakdown,
        stocks.element_code,
        stocks.element_breakdown,
        wanted.geography,
        wanted.measured_org_unit_code,
        wanted.measured_series_from_date,
        stocks.measured_period_type,
        stocks.measured_period_start_date,
        stocks.measured_period_end_date,
        {{ months_later('stocks.measured_period_end_date', 'dated_terms.max_age_months') }} < wanted.period_end_date
            as is_too_old,
        stocks.measured_value,
        stocks.null_reason,
        stocks.value_qualifier,
        stocks.maturity,
        stocks.restatement,
        stocks.restatement_basis,
        stocks.is_rolled_up_in_space,
        stocks.is_rolled_up_in_time,
        stocks.units_present_count,
        stocks.units_expected_count,
        stocks.units_key,
        stocks.delivery_seq,
        wanted.clock,
        wanted.period_type,
        wanted.period_start_date,
        wanted.period_end_date,
        wanted.period_year

    from wanted

    inner join dated_terms
        on
            wanted.indicator_code = dated_terms.indicator_code
            and dated_terms.may_be_older

    inner join stocks
        on
            dated_terms.element_code = stocks.element_code
            and case when dated_terms.term_breakdown = '' then wanted.breakdown else dated_terms.term_breakdown end
            = stocks.element_breakdown
            and wanted.geography = stocks.geography
            and wanted.measured_org_unit_code = stocks.measured_org_unit_code
            and wanted.measured_series_from_date = stocks.measured_series_from_date
            and wanted.period_end_date >= stocks.measured_period_end_date

    where not (dated_terms.is_over_units and stocks.is_rolled_up_in_space)

    qualify
        row_number() over (
            partition by
                wanted.indicator_code,
                dated_terms.element_code,
                dated_terms.term_breakdown,
                wanted.breakdown,
                wanted.geography,
                wanted.measured_org_unit_code,
                wanted.period_type,
                wanted.period_start_date,
                wanted.period_end_date
            order by
                case when stocks.measured_value is null then 1 else 0 end,
                stocks.measured_period_end_date desc,
                case when stocks.measured_period_type = wanted.period_type then 0 else 1 end,
                case when stocks.clock = wanted.clock then 0 else 1 end,
                stocks.measured_period_start_date desc
        ) = 1

),

aged as (

    select
        indicator_code,
        role,
        coefficient,
        is_over_units,
        space_aggregation,
        breakdown,
        element_code,
        element_breakdown,
        geography,
        measured_org_unit_code,
        measured_series_from_date,
        measured_period_type,
        measured_period_start_date,
        measured_period_end_date,
        value_qualifier,
        maturity,
        restatement,
        restatement_basis,
        is_rolled_up_in_space,
        is_rolled_up_in_time,
        units_present_count,
        units_expected_count,
        units_key,
        delivery_seq,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year,
        case when not is_too_old then measured_value end as measured_value,
        case when is_too_old then 'stock_too_old' else null_reason end as null_reason

    from older

),

terms_of_units as (

    {{ union_by_name(['of_the_period', 'aged'], [
        'indicator_code',
        'role',
        'coefficient',
        'is_over_units',
        'space_aggregation',
        'breakdown',
        'element_code',
        'element_breakdown',
        'geography',
        'measured_org_unit_code',
        'measured_series_from_date',
        'measured_period_type',
        'measured_period_start_date',
        'measured_period_end_date',
        'measured_value',
        'null_reason',
        'value_qualifier',
        'maturity',
        'restatement',
        'restatement_basis',
        'is_rolled_up_in_space',
        'is_rolled_up_in_time',
        'units_present_count',
        'units_expected_count',
        'units_key',
        'delivery_seq',
        'clock',
        'period_type',
        'period_start_date',
        'period_end_date',
        'period_year',
    ]) }}

)

select * from terms_of_units
