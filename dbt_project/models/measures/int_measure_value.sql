-- Every element by org unit, breakdown and period, in both geographies: as reported, or put together from the cells in
-- int_measure_contribution.

with

over_units as (

    select * from {{ ref('int_measures_over_units') }}

),

-- A period without an answer leaves the longer period without a value. A month in which "-" was written counts nothing.
over_time as (

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
        max(rolled_up_in_space) = 1 as is_rolled_up_in_space,
        max(rolled_up_in_time) = 1 as is_rolled_up_in_time,
        sum(value_together) as measured_value,
        min(units_present_count) as units_present_count,
        max(units_expected_count) as units_expected_count,
        max(case when why_null not in ('', 'nil', 'not_applicable') then why_null end) as unanswered,
        max(why_null) as null_reason,
        max({{ restatement_key('restatement', 'restatement_basis') }}) as restatement_key,
        min(units_key) as least_units_key,
        max(units_key) as greatest_units_key,
        {{ list_of(dated_units_key('units_key', 'source_period_end_date'), "units_key != ''") }} as dated_units_keys,
        min(least_qualifier) as least_qualifier,
        max(greatest_qualifier) as greatest_qualifier,
        min(maturity_rank) as maturity_rank,
        sum(record_count) as record_count,
        max(delivery_seq) as delivery_seq

    from over_units

    group by all

),

judged as (

    select
        over_time.*,
        case
            when unanswered is not null then unanswered
            when measured_value is null then null_reason
            else ''
        end as why_null

    from over_time

),

measure_values as (

    select
        ---------- keys
        element_code,
        breakdown,
        geography,
        org_unit_code,
        clock,
        period_type,
        period_start_date,
        period_end_date,

        ---------- measure
        cast(case when why_null = '' then measured_value end as decimal(38, 12)) as measured_value,
        why_null as null_reason,
        {{ merged_qualifier('least_qualifier', 'greatest_qualifier') }} as value_qualifier,
        {{ maturity_of('maturity_rank') }} as maturity,
        {{ restatement_of('restatement_key') }} as restatement,
        {{ restatement_basis_of('restatement_key') }} as restatement_basis,

        ---------- how it came about
        org_unit_series_from_date,
        is_rolled_up_in_space,
        is_rolled_up_in_time,
        units_present_count,
        units_expected_count,
        case
            when least_units_key = greatest_units_key then least_units_key
            else {{ sorted_text('dated_units_keys') }}
        end as units_key,
        cast(record_count as bigint) as record_count,
        delivery_seq,
        period_year

    from judged

)

select * from measure_values
