-- The management months that records are counted by: from the month of a system's first record to the one in which it
-- was last heard of. A month runs from the 15th to the 14th.

-- The month an instant lies in, by its first day. It begins at midnight of the province.
{% macro management_month_start(instant) -%}
    cast(
        date_trunc('month', {{ instant }} + {{ ahead_of_utc() }} - interval '14' day) + interval '14' day as date
    )
{%- endmacro %}

-- A relation with the whole numbers 0 to 599 in column `number`: fifty years of months.
{% macro six_hundred_numbers() -%}
    select hundreds.digit * 100 + tens.digit * 10 + ones.digit as number
    from (values (0), (1), (2), (3), (4), (5)) as hundreds (digit)
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as tens (digit)
    cross join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as ones (digit)
{%- endmacro %}

-- One row per system and month. `first_months` has source_name, reporting_unit_code and first_month_date of each
-- system, `loads` its loads with complete_until. What is pending is counted at `counted_at`: when the month ended, or
-- as far as is known of a month that runs. It still runs on as_of, or nothing was fetched since it ended.
{% macro management_months(first_months, loads) -%}
    select
        source_name,
        reporting_unit_code,
        period_start_date,
        period_end_date,
        {{ year_of('period_end_date') }} as period_year,
        least({{ end_of_day('period_end_date') }}, known_until) as counted_at,
        period_end_date >= {{ as_of() }}
        or known_until < {{ end_of_day('period_end_date') }} as is_running

    from (
        select
            systems.source_name,
            systems.reporting_unit_code,
            cast(systems.first_month_date + numbers.number * interval '1' month as date) as period_start_date,
            cast(systems.first_month_date + (numbers.number + 1) * interval '1' month - interval '1' day as date)
                as period_end_date,
            least(systems.complete_until, {{ end_of_day(as_of()) }}) as known_until

        from (
            select
                first_months.source_name,
                first_months.reporting_unit_code,
                first_months.first_month_date,
                max(loads.complete_until) as complete_until

            from {{ first_months }} as first_months

            inner join {{ loads }} as loads
                on first_months.source_name = loads.source_name

            group by all
        ) as systems

        cross join ({{ six_hundred_numbers() }}) as numbers
    ) as all_months

    where {{ management_month_start('known_until') }} >= period_start_date
{%- endmacro %}

-- The load that answers for a month in which nothing happened: the first that knew the whole of it.
{% macro first_loads_of_months(months, loads) -%}
    select
        months.source_name,
        months.period_start_date,
        loads.delivery_seq,
        loads.load_seq

    from {{ months }} as months

    inner join {{ loads }} as loads
        on months.source_name = loads.source_name

    qualify
        row_number() over (
            partition by months.source_name, months.period_start_date
            order by
                case when loads.complete_until >= months.counted_at then 0 else 1 end,
                loads.delivery_seq
        ) = 1
{%- endmacro %}
