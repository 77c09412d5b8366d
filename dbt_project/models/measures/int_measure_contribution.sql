-- Which read cell counts towards which measure: each believed observation for its own unit and period, for its
-- province, and for the quarter and the year around it, as far as its element may be added up; once in the units of
-- its time, and once in those of today.
-- int_measure_value adds these rows up and mart_lineage lists them, so the two cannot disagree.

with

candidates as (

    select * from {{ ref('int_measure_candidate') }}

    where {{ in_touched_years('period_year') }}

),

org_units as (

    select * from {{ ref('stg_org_unit') }}

),

crosswalk as (

    select * from {{ ref('crosswalk') }}

),

-- a code names a unit only together with a date
believed as (

    select
        candidates.element_code,
        candidates.breakdown,
        candidates.source_name,
        candidates.table_name,
        candidates.reporting_unit_code,
        candidates.org_unit_code as source_org_unit_code,
        candidates.record_key,
        candidates.clock,
        candidates.period_type as source_period_type,
        candidates.period_start_date as source_period_start_date,
        candidates.period_end_date as source_period_end_date,
        candidates.period_year,
        candidates.measured_value,
        candidates.value_text,
        candidates.value_qualifier,
        candidates.null_reason,
        candidates.maturity,
        candidates.delivery_seq,
        candidates.load_seq,
        candidates.sheet_name,
        candidates.cell_address,
        candidates.record_count,
        candidates.space_aggregation,
        candidates.time_aggregation,
        candidates.weight_element,
        candidates.unit_measure,
        org_units.org_unit_level as source_org_unit_level,
        org_units.series_from_date as source_org_unit_series_from_date,
        org_units.province_code

    from candidates

    inner join org_units
        on
            candidates.org_unit_code = org_units.org_unit_code
            and candidates.period_end_date between org_units.valid_from_date and org_units.valid_to_date

    where candidates.source_rank = 1

),

for_own_unit as (

    select
        believed.*,
        believed.source_org_unit_code as org_unit_code,
        believed.source_org_unit_level as org_unit_level,
        believed.source_org_unit_series_from_date as org_unit_series_from_date,
        0 as space_rank

    from believed

),

for_province as (

    select
        believed.*,
        provinces.org_unit_code,
        provinces.org_unit_level,
        provinces.series_from_date as org_unit_series_from_date,
        case believed.source_org_unit_level when 'commune' then 1 when 'district' then 2 else 3 end as space_rank

    from believed

    inner join org_units as provinces
        on
            believed.province_code = provinces.org_unit_code
            and provinces.org_unit_level = 'province'
            and believed.source_period_end_date between provinces.valid_from_date and provinces.valid_to_date

    where
        believed.space_aggregation in ('sum', 'weighted', 'max')
        and believed.source_org_unit_level in ('commune', 'district', 'agency')

),

-- what was reported at a level is not replaced by what is put together, and one level is put together, never two
province_levels as (

    select
        element_code,
        breakdown,
        org_unit_code,
        source_period_type,
        source_period_start_date,
        source_period_end_date,
        min(space_rank) as space_rank

    from for_province

    group by all

),

put_together as (

    select for_province.*

    from for_province

    inner join province_levels
        on
            for_province.element_code = province_levels.element_code
            and for_province.breakdown = province_levels.breakdown
            and for_province.org_unit_code = province_levels.org_unit_code
            and for_province.source_period_type = province_levels.source_period_type
            and for_province.source_period_start_date = province_levels.source_period_start_date
            and for_province.source_period_end_date = province_levels.source_period_end_date
            and for_province.space_rank = province_levels.space_rank

    left join for_own_unit as reported
        on
            for_province.element_code = reported.element_code
            and for_province.breakdown = reported.breakdown
            and for_province.org_unit_code = reported.org_unit_code
            and for_province.source_period_type = reported.source_period_type
            and for_province.source_period_start_date = reported.source_period_start_date
            and for_province.source_period_end_date = reported.source_period_end_date
            and reported.org_unit_level = 'province'

    where reported.element_code is null

),

in_space as (

    select * from for_own_unit

    union all

    select * from put_together

),

-- The units of today: what was said of a unit that is no more is carried to its successor, or to each of several. What
-- was said of a unit that stands is the same in both geographies, and kept once but in the year of the merger, which
-- adds up both.
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

    where valid_to_date = date '9999-12-31'

),

carried as (

    select
        in_space.*,
        'restated' as geography,
        of_today.org_unit_code as counted_org_unit_code,
        of_today.series_from_date as counted_series_from_date,
        -- a unit that went on as it was, Sơn La for one, is its own predecessor: nothing is restated
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

counted as (

    select
        in_space.*,
        'as_reported' as geography,
        in_space.org_unit_code as counted_org_unit_code,
        in_space.org_unit_series_from_date as counted_series_from_date,
        0 as predecessor_count,
        0 as has_split

    from in_space

    union all

    select * from carried

),

measured as (

    select distinct
        element_code,
        breakdown,
        geography,
        counted_org_unit_code as org_unit_code,
        counted_series_from_date as org_unit_series_from_date,
        time_aggregation,
        clock,
        source_period_type,
        source_period_start_date,
        source_period_end_date

    from counted

),

as_measured as (

    select
        measured.*,
        source_period_type as period_type,
        source_period_start_date as period_start_date,
        source_period_end_date as period_end_date

    from measured

),

-- a flow needs all three months, a stock only the last one; the unit must be the same unit all along
month_in_quarter as (

    select
        measured.*,
        'quarter' as period_type,
        {{ first_day_around('quarter', 'source_period_end_date', 'clock') }} as period_start_date,
        {{ last_day_around('quarter', 'source_period_end_date', 'clock') }} as period_end_date

    from measured

    where
        source_period_type = 'month'
        and (
            time_aggregation = 'sum'
            or (time_aggregation = 'last' and extract(month from source_period_end_date) in (3, 6, 9, 12))
        )

),

whole_quarters as (

    select * from month_in_quarter

    qualify
        case time_aggregation when 'sum' then 3 else 1 end
        = count(*) over (
            partition by
                element_code,
                breakdown,
                geography,
                org_unit_code,
                org_unit_series_from_date,
                clock,
                period_start_date
        )

),

with_quarters as (

    select * from as_measured

    union all

    select whole_quarters.*

    from whole_quarters

    left join measured
        on
            whole_quarters.element_code = measured.element_code
            and whole_quarters.breakdown = measured.breakdown
            and whole_quarters.geography = measured.geography
            and whole_quarters.org_unit_code = measured.org_unit_code
            and whole_quarters.period_type = measured.source_period_type
            and whole_quarters.period_start_date = measured.source_period_start_date
            and whole_quarters.period_end_date = measured.source_period_end_date

    where measured.element_code is null

),

quarters as (

    select distinct
        element_code,
        breakdown,
        geography,
        org_unit_code,
        org_unit_series_from_date,
        time_aggregation,
        clock,
        period_start_date,
        period_end_date

    from with_quarters

    where
        period_type = 'quarter'
        and (
            time_aggregation = 'sum'
            or (time_aggregation = 'last' and extract(month from period_end_date) = 12)
        )

),

whole_years as (

    select
        element_code,
        breakdown,
        geography,
        org_unit_code,
        org_unit_series_from_date,
        clock,
        period_start_date as quarter_start_date,
        period_end_date as quarter_end_date,
        {{ first_day_around('year', 'period_end_date', 'clock') }} as period_start_date,
        {{ last_day_around('year', 'period_end_date', 'clock') }} as period_end_date

    from quarters

    qualify
        case time_aggregation when 'sum' then 4 else 1 end
        = count(*) over (
            partition by
                element_code,
                breakdown,
                geography,
                org_unit_code,
                org_unit_series_from_date,
                clock,
                {{ first_day_around('year', 'period_end_date', 'clock') }}
        )

),

quarter_in_year as (

    select
        with_quarters.element_code,
        with_quarters.breakdown,
        with_quarters.geography,
        with_quarters.org_unit_code,
        with_quarters.org_unit_series_from_date,
        with_quarters.time_aggregation,
        with_quarters.clock,
        with_quarters.source_period_type,
        with_quarters.source_period_start_date,
        with_quarters.source_period_end_date,
        'year' as period_type,
        whole_years.period_start_date,
        whole_years.period_end_date

    from with_quarters

    inner join whole_years
        on
            with_quarters.element_code = whole_years.element_code
            and with_quarters.breakdown = whole_years.breakdown
            and with_quarters.geography = whole_years.geography
            and with_quarters.org_unit_code = whole_years.org_unit_code
            and with_quarters.org_unit_series_from_date = whole_years.org_unit_series_from_date
            and with_quarters.clock = whole_years.clock
            and with_quarters.period_start_date = whole_years.quarter_start_date
            and with_quarters.period_end_date = whole_years.quarter_end_date

    left join measured
        on
            whole_years.element_code = measured.element_code
            and whole_years.breakdown = measured.breakdown
            and whole_years.geography = measured.geography
            and whole_years.org_unit_code = measured.org_unit_code
            and measured.source_period_type = 'year'
            and whole_years.period_start_date = measured.source_period_start_date
            and whole_years.period_end_date = measured.source_period_end_date

    where
        with_quarters.period_type = 'quarter'
        and measured.element_code is null

),

in_time as (

    select * from with_quarters

    union all

    select * from quarter_in_year

),

contributions as (

    select
        ---------- keys
        in_time.element_code,
        in_time.breakdown,
        in_time.geography,
        in_time.org_unit_code,
        in_time.clock,
        in_time.period_type,
        in_time.period_start_date,
        in_time.period_end_date,
        counted.source_org_unit_code,
        counted.source_period_type,
        counted.source_period_start_date,
        counted.source_period_end_date,
        counted.record_key,

        ---------- what it is
        in_time.org_unit_series_from_date,
        counted.source_org_unit_level,
        counted.source_org_unit_series_from_date,
        counted.org_unit_code as reported_org_unit_code,
        counted.predecessor_count,
        counted.has_split,
        counted.source_org_unit_code != counted.org_unit_code as is_rolled_up_in_space,
        counted.source_period_type != in_time.period_type as is_rolled_up_in_time,
        counted.space_aggregation,
        counted.weight_element,
        counted.unit_measure,

        ---------- measure
        counted.measured_value,
        counted.value_text,
        counted.value_qualifier,
        counted.null_reason,
        counted.maturity,
        counted.record_count,

        ---------- lineage
        counted.source_name,
        counted.table_name,
        counted.reporting_unit_code,
        counted.delivery_seq,
        counted.load_seq,
        counted.sheet_name,
        counted.cell_address,
        cast(extract(year from in_time.period_end_date) as integer) as period_year

    from in_time

    inner join counted
        on
            in_time.element_code = counted.element_code
            and in_time.breakdown = counted.breakdown
            and in_time.geography = counted.geography
            and in_time.org_unit_code = counted.counted_org_unit_code
            and in_time.org_unit_series_from_date = counted.counted_series_from_date
            and in_time.source_period_type = counted.source_period_type
            and in_time.source_period_start_date = counted.source_period_start_date
            and in_time.source_period_end_date = counted.source_period_end_date

)

select * from contributions
