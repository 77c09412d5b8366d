-- What every source says of an element, unit and period, ranked by the order in which the element believes its sources.
-- Rank 1 is used; mart_conflict shows all of them.

with

measured as (

    select * from {{ ref('int_measures_collected') }}

),

elements as (

    select * from {{ source('catalogue', 'element') }}

),

-- One table of one reporter wins. A source that the element does not list ranks behind those it lists.
ranked as (

    select
        measured.source_name,
        measured.table_name,
        measured.reporting_unit_code,
        measured.org_unit_code,
        measured.clock,
        measured.period_type,
        measured.period_start_date,
        measured.period_end_date,
        measured.element_code,
        measured.breakdown,
        measured.record_key,
        measured.measured_value,
        measured.value_text,
        measured.value_qualifier,
        measured.null_reason,
        measured.maturity,
        measured.delivery_seq,
        measured.load_seq,
        measured.sheet_name,
        measured.cell_address,
        measured.record_count,
        measured.period_year,
        elements.space_aggregation,
        elements.time_aggregation,
        elements.weight_element,
        elements.unit_measure,
        dense_rank() over (
            partition by
                measured.period_year,
                measured.element_code,
                measured.breakdown,
                measured.org_unit_code,
                measured.period_type,
                measured.period_start_date,
                measured.period_end_date
            order by
                case
                    when
                        position('>' || measured.source_name || '>' in '>' || elements.source_order || '>') = 0
                        then 1
                    else 0
                end,
                position('>' || measured.source_name || '>' in '>' || elements.source_order || '>'),
                measured.source_name,
                measured.table_name,
                measured.reporting_unit_code
        ) as source_rank

    from measured

    inner join elements
        on measured.element_code = elements.element_code

)

select * from ranked
