-- How many cells of a form and period count, and how many of them are blank. Kept by year, because telling which cells
-- count reads all that was delivered of a year.

with

observations as (

    select * from {{ ref('stg_observation') }}

    where {{ is_touched(['period_year']) }}

),

counted as (

    select
        source_name,
        period_type,
        period_start_date,
        period_end_date,
        period_year,
        count(*) as cell_count,
        cast(sum(case when measured_value is null then 1 else 0 end) as bigint) as blank_cell_count

    from observations

    group by all

)

select * from counted
