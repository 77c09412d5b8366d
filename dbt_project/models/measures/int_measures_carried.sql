-- Each figure in the units of its time, and once more in the units of today.

with

in_space as (

    select * from {{ ref('int_measures_in_space') }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

crosswalk as (

    select * from {{ ref('crosswalk') }}

),

predecessors as (

    select
        level,
        old_level,
        old_code,
        new_code,
        effective_date,
        count(*) over (partition by level, new_code) as predecessor_count,
        max(case when relation = 'full' then 0 else 1 end) over (partition by level, new_code) as has_split

    from crosswalk

),

merger as (

    select extract(year from max(effective_date)) as merger_year

    from crosswalk

),

of_today as (

    select * from org_units

    where {{ is_current('org_units') }}

),

-- What was said of a unit that no longer exists is carried to its successor, or to each of several. What was said of a
-- unit that still stands is the same in both geographies: it is kept once, but twice in the year of the merger, where
-- figures of old and new units are added up to one quarter and one year.
carried as (

    select
        in_space.*,
        'restated' as geography,
        of_today.org_unit_code as counted_org_unit_code,
        of_today.series_from_date as counted_series_from_date,
        -- a unit that went on as it was, such as Sơn La, is its own predecessor: nothing is restated
        case
            when of_today.series_from_date = in_space.org_unit_series_from_date then 0
            else predecessors.predecessor_count
        end as predecessor_count,
        case
            when of_today.series_from_date = in_space.org_unit_series_from_date then 0
            else predecessors.has_split
        end as has_split

    from in_space

    inner join merger
        on in_space.period_year <= merger.merger_year

    left join predecessors
        on
            in_space.org_unit_code = predecessors.old_code
            and in_space.org_unit_level = predecessors.old_level
            and in_space.source_period_end_date < predecessors.effective_date

    inner join of_today
        on
            coalesce(predecessors.new_code, in_space.org_unit_code) = of_today.org_unit_code
            and (
                predecessors.new_code is not null
                or in_space.org_unit_series_from_date = of_today.series_from_date
            )

),

reported as (

    select
        in_space.*,
        'as_reported' as geography,
        in_space.org_unit_code as counted_org_unit_code,
        in_space.org_unit_series_from_date as counted_series_from_date,
        0 as predecessor_count,
        0 as has_split

    from in_space

),

counted as (

    {{ union_by_name(['reported', 'carried'], [
        'element_code',
        'breakdown',
        'source_name',
        'table_name',
        'reporting_unit_code',
        'source_org_unit_code',
        'record_key',
        'clock',
        'source_period_type',
        'source_period_start_date',
        'source_period_end_date',
        'period_year',
        'measured_value',
        'value_text',
        'value_qualifier',
        'null_reason',
        'maturity',
        'delivery_seq',
        'load_seq',
        'sheet_name',
        'cell_address',
        'record_count',
        'space_aggregation',
        'time_aggregation',
        'weight_element',
        'unit_measure',
        'source_org_unit_level',
        'source_org_unit_series_from_date',
        'org_unit_code',
        'org_unit_level',
        'org_unit_series_from_date',
        'geography',
        'counted_org_unit_code',
        'counted_series_from_date',
        'predecessor_count',
        'has_split',
    ]) }}

)

select * from counted
