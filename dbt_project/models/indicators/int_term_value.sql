-- Which measures each indicator value is computed from: fct_indicator_value computes with these rows, and mart_lineage
-- shows their cells.

with

of_own_unit as (

    select * from {{ ref('int_terms_of_units') }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

reported as (

    select distinct
        indicator_code,
        breakdown,
        geography,
        measured_org_unit_code,
        period_type,
        period_start_date,
        period_end_date

    from of_own_unit

    where role = 'numerator'

),

-- A mean over units or a share of units has, for the province, the terms of all its units, unless the province reports
-- its own.
over_units as (

    select
        of_own_unit.*,
        provinces.org_unit_code,
        provinces.series_from_date as org_unit_series_from_date

    from of_own_unit

    inner join org_units as units
        on
            of_own_unit.measured_org_unit_code = units.org_unit_code
            and units.org_unit_level in ('commune', 'district', 'agency')
            and {{ is_unit_of('units', 'of_own_unit') }}

    inner join org_units as provinces
        on
            units.province_code = provinces.org_unit_code
            and provinces.org_unit_level = 'province'
            and {{ is_unit_of('provinces', 'of_own_unit') }}

    left join reported
        on
            of_own_unit.indicator_code = reported.indicator_code
            and of_own_unit.breakdown = reported.breakdown
            and of_own_unit.geography = reported.geography
            and provinces.org_unit_code = reported.measured_org_unit_code
            and of_own_unit.period_type = reported.period_type
            and of_own_unit.period_start_date = reported.period_start_date
            and of_own_unit.period_end_date = reported.period_end_date

    where
        of_own_unit.is_over_units
        and of_own_unit.space_aggregation = 'from_terms'
        and reported.indicator_code is null

),

of_units as (

    select
        of_own_unit.*,
        measured_org_unit_code as org_unit_code,
        measured_series_from_date as org_unit_series_from_date

    from of_own_unit

    -- what was put together for a province counts only where the indicator is computed from such terms
    where
        space_aggregation = 'from_terms'
        or not is_rolled_up_in_space

),

for_values as (

    {{ union_by_name(['of_units', 'over_units'], [
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
        'org_unit_code',
        'org_unit_series_from_date',
    ]) }}

),

term_values as (

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
        measured_org_unit_code,
        role,
        element_code,
        element_breakdown,

        ---------- the measure that stands for the term
        measured_period_type,
        measured_period_start_date,
        measured_period_end_date,
        coefficient,
        measured_value,
        null_reason,
        value_qualifier,
        maturity,
        restatement,
        restatement_basis,

        ---------- how it came about
        org_unit_series_from_date,
        measured_series_from_date,
        is_rolled_up_in_space,
        is_rolled_up_in_time,
        units_present_count,
        units_expected_count,
        units_key,
        delivery_seq,
        period_year

    from for_values

)

select * from term_values
