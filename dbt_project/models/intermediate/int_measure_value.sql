-- The one fact: element × org unit × breakdown × period, as reported or added up from int_measure_contribution.

with

contributions as (

    select * from {{ ref('int_measure_contribution') }}

),

org_units as (

    select * from {{ ref('dim_org_unit') }}

),

-- over units first, within each period that was reported; a unit that wrote "-" or "x" has answered, a blank has not
over_units as (

    select
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        source_period_type,
        source_period_end_date,
        max(source_org_unit_level) as source_org_unit_level,
        max(case when is_rolled_up_in_space then 1 else 0 end) as rolled_up_in_space,
        max(case when is_rolled_up_in_time then 1 else 0 end) as rolled_up_in_time,
        case when max(space_aggregation) != 'sum' and count(*) > 1 then 1 else 0 end as not_additive,
        sum(measured_value) as measured_value,
        count(
            distinct case
                when measured_value is not null or null_reason in ('nil', 'not_applicable') then source_org_unit_code
            end
        ) as units_present_count,
        max(null_reason) as null_reason,
        min(nullif(value_qualifier, '')) as least_qualifier,
        max(nullif(value_qualifier, '')) as greatest_qualifier,
        min(case maturity when 'estimate' then 1 when 'preliminary' then 2 else 3 end) as maturity_rank,
        max(delivery_seq) as delivery_seq

    from contributions

    group by
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        source_period_type,
        source_period_end_date

),

roll_ups as (

    select distinct
        org_unit_code,
        source_org_unit_level,
        source_period_end_date

    from over_units

    where rolled_up_in_space = 1

),

-- nobody declares which agencies must report an element, so for agencies the number expected is not known
expected as (

    select
        roll_ups.org_unit_code,
        roll_ups.source_org_unit_level,
        roll_ups.source_period_end_date,
        count(*) as units_expected_count

    from roll_ups

    inner join org_units
        on
            roll_ups.org_unit_code = org_units.province_code
            and roll_ups.source_org_unit_level = org_units.org_unit_level
            and roll_ups.source_period_end_date between org_units.valid_from_date and org_units.valid_to_date

    where roll_ups.source_org_unit_level != 'agency'

    group by
        roll_ups.org_unit_code,
        roll_ups.source_org_unit_level,
        roll_ups.source_period_end_date

),

with_expected as (

    select
        over_units.*,
        case when over_units.rolled_up_in_space = 1 then expected.units_expected_count else 1 end
            as units_expected_count

    from over_units

    left join expected
        on
            over_units.org_unit_code = expected.org_unit_code
            and over_units.source_org_unit_level = expected.source_org_unit_level
            and over_units.source_period_end_date = expected.source_period_end_date

),

-- then over time: one period without an answer leaves the longer one without a value
over_time as (

    select
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        max(rolled_up_in_space) = 1 as is_rolled_up_in_space,
        max(rolled_up_in_time) = 1 as is_rolled_up_in_time,
        max(not_additive) as not_additive,
        sum(measured_value) as measured_value,
        min(units_present_count) as units_present_count,
        max(units_expected_count) as units_expected_count,
        max(null_reason) as null_reason,
        min(least_qualifier) as least_qualifier,
        max(greatest_qualifier) as greatest_qualifier,
        min(maturity_rank) as maturity_rank,
        max(delivery_seq) as delivery_seq

    from with_expected

    group by
        element_code,
        breakdown,
        org_unit_code,
        org_unit_valid_from_date,
        clock,
        period_type,
        period_start_date,
        period_end_date

),

judged as (

    select
        over_time.*,
        case
            when not_additive = 1 then 'not_additive'
            when units_present_count = 0 then 'no_data'
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
        org_unit_code,
        clock,
        period_type,
        period_start_date,
        period_end_date,

        ---------- measure
        cast(case when why_null = '' then measured_value end as decimal(38, 12)) as measured_value,
        why_null as null_reason,
        case
            when least_qualifier is null then ''
            when least_qualifier = greatest_qualifier then least_qualifier
            else '~'
        end as value_qualifier,
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

select * from measure_values
