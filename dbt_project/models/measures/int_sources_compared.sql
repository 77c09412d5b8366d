-- Where several sources give one element of one unit and period: the one that is believed beside each of the others.

with

candidates as (

    select
        element_code,
        breakdown,
        org_unit_code,
        clock,
        period_type,
        period_start_date,
        period_end_date,
        period_year,
        source_rank,
        max(unit_measure) as unit_measure,
        max(source_name) as source_name,
        max(table_name) as table_name,
        max(reporting_unit_code) as reporting_unit_code,
        sum(measured_value) as measured_value,
        max(value_qualifier) as value_qualifier,
        max(null_reason) as null_reason,
        max_by(sheet_name, delivery_seq) as sheet_name,
        max_by(cell_address, delivery_seq) as cell_address,
        max_by(load_seq, delivery_seq) as load_seq,
        max(delivery_seq) as delivery_seq

    from {{ ref('int_measure_candidate') }}

    where {{ is_touched(['period_year', 'element_code']) }}

    group by all

),

pairs as (

    select
        ---------- keys
        believed.element_code,
        believed.breakdown,
        believed.org_unit_code,
        believed.period_type,
        believed.period_start_date,
        believed.period_end_date,
        believed.period_year,
        believed.clock,
        other.source_rank as other_source_rank,

        ---------- what the two say
        believed.source_name,
        believed.reporting_unit_code,
        believed.measured_value,
        believed.value_qualifier,
        believed.load_seq,
        believed.delivery_seq,
        believed.sheet_name,
        believed.cell_address,
        other.source_name as other_source_name,
        other.reporting_unit_code as other_reporting_unit_code,
        other.measured_value as other_measured_value,
        other.value_qualifier as other_value_qualifier,
        other.load_seq as other_load_seq,
        other.delivery_seq as other_delivery_seq,
        other.sheet_name as other_sheet_name,
        other.cell_address as other_cell_address,
        case
            when believed.measured_value is not null and other.measured_value is not null then ''
            else coalesce(nullif(believed.null_reason, ''), other.null_reason)
        end as null_reason,

        ---------- rounding of percentages and points; counts have none
        case when believed.unit_measure = 'count' then 0 else 0.005 end as tolerance

    from candidates as believed

    inner join candidates as other
        on
            believed.element_code = other.element_code
            and believed.breakdown = other.breakdown
            and believed.org_unit_code = other.org_unit_code
            and believed.period_type = other.period_type
            and believed.period_start_date = other.period_start_date
            and believed.period_end_date = other.period_end_date

    where
        believed.source_rank = 1
        and other.source_rank > 1

)

select * from pairs
