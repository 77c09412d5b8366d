-- Each delivery that arrived for a report, accepted or not. A form says which report it is; an extract of records
-- counts for the newest period that was over when it came.

with

obligations as (

    select * from {{ source('raw', 'reporting_obligation') }}

),

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

delivery_scope as (

    select * from {{ source('raw', 'delivery_scope') }}

),

accepted_scope as (

    select * from {{ ref('stg_delivery_scope') }}

),

record_loads as (

    select * from {{ ref('stg_record_load') }}

),

withdrawn as (

    select distinct decides_delivery_seq as delivery_seq from delivery

    where kind = 'withdrawal'

),

-- One row per delivery and scope: loading the same bytes again is not another arrival.
scope_arrivals as (

    select
        delivery_scope.source_name,
        delivery_scope.reporting_unit_code,
        delivery_scope.period_type,
        delivery_scope.period_start_date,
        delivery_scope.period_end_date,
        delivery.delivery_seq,
        delivery.kind,
        delivery.load_seq,
        delivery.received_at,
        delivery.error_count,
        accepted_scope.load_seq is not null as is_accepted,
        delivery_scope.outcome = 'returned' as is_returned

    from delivery_scope

    inner join delivery
        on delivery_scope.load_seq = delivery.load_seq

    left join accepted_scope
        on
            delivery_scope.load_seq = accepted_scope.load_seq
            and delivery_scope.scope_key = accepted_scope.scope_key

    qualify
        row_number() over (
            partition by
                delivery_scope.source_name,
                delivery_scope.reporting_unit_code,
                delivery_scope.period_type,
                delivery_scope.period_start_date,
                delivery_scope.period_end_date,
                delivery.delivery_seq
            order by case when accepted_scope.load_seq is null then 1 else 0 end, delivery.load_seq desc
        ) = 1

),

-- Records have no period. An extract completes a period if it was fetched after the period's last day, by the API's own
-- clock where that is behind ours. An API that only tells the present (rain) reports the day on which it was asked, and
-- no other.
extract_turns as (

    select
        source_name,
        reporting_unit_code,
        period_type,
        period_start_date,
        period_end_date,
        fulfilled_by,
        lead(period_end_date) over (
            partition by source_name, reporting_unit_code, period_type
            order by period_end_date
        ) as next_period_end_date

    from obligations

    where fulfilled_by in ('extract', 'reading')

),

told as (

    select
        delivery.*,
        {{ local_date('delivery.received_at') }} as received_date,
        {{ local_date('coalesce(record_loads.complete_until, delivery.received_at)') }} as told_until_date

    from delivery

    left join record_loads
        on delivery.load_seq = record_loads.load_seq

    where delivery.kind = 'extract'

),

extract_arrivals as (

    select
        extract_turns.source_name,
        extract_turns.reporting_unit_code,
        extract_turns.period_type,
        extract_turns.period_start_date,
        extract_turns.period_end_date,
        told.delivery_seq,
        told.kind,
        told.load_seq,
        told.received_at,
        told.error_count,
        {{ is_accepted('told.outcome') }} and withdrawn.delivery_seq is null as is_accepted,
        told.outcome = 'returned' as is_returned

    from extract_turns

    inner join told
        on
            extract_turns.source_name = told.source_name
            and case
                when extract_turns.fulfilled_by = 'reading'
                    then
                        told.received_date
                        between extract_turns.period_start_date and extract_turns.period_end_date
                else
                    extract_turns.period_end_date < told.told_until_date
                    and told.told_until_date <= coalesce(extract_turns.next_period_end_date, {{ open_end() }})
            end

    left join withdrawn
        on told.delivery_seq = withdrawn.delivery_seq

    qualify
        row_number() over (
            partition by extract_turns.source_name, extract_turns.period_type, told.delivery_seq
            order by told.load_seq desc
        ) = 1

),

arrivals as (

    {{ union_by_name(['scope_arrivals', 'extract_arrivals'], [
        'source_name',
        'reporting_unit_code',
        'period_type',
        'period_start_date',
        'period_end_date',
        'delivery_seq',
        'kind',
        'load_seq',
        'received_at',
        'error_count',
        'is_accepted',
        'is_returned',
    ]) }}

)

select * from arrivals
