-- Figures that the press published, as numbers, with what rounding allows: half of the last decimal that was printed.

with

published_figures as (

    select * from {{ ref('published_figures') }}

),

figures as (

    select
        figure_id,
        place_org_unit_code,
        indicator_code,
        period_type,
        period_start_date,
        period_end_date,
        coalesce(breakdown, '') as breakdown_members,
        cast(published_value as decimal(38, 12)) as figure_value,
        coalesce(value_qualifier, '') as qualifier,
        0.5 / power(
            10,
            case
                when position('.' in published_value) = 0 then 0
                else length(published_value) - position('.' in published_value)
            end
        ) as tolerance,
        source_title || coalesce(', ' || cast(source_date as string), '') as place

    from published_figures

)

select * from figures
