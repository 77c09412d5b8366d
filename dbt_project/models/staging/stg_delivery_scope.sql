-- One row per load and scope that was accepted and not withdrawn, with the newest marked.

with

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

delivery_scope as (

    select * from {{ source('raw', 'delivery_scope') }}

),

withdrawn as (

    select distinct decides_delivery_seq as delivery_seq from delivery

    where kind = 'withdrawal'

),

-- A delivery that was read again under a new contract counts as it is read now, and no longer as before.
newest_loads as (

    select
        delivery_seq,
        max(load_seq) as load_seq

    from delivery_scope

    group by all

),

accepted as (

    select
        ---------- keys
        delivery_scope.load_seq,
        delivery_scope.scope_key,
        delivery_scope.source_name,
        delivery_scope.table_name,
        delivery_scope.reporting_unit_code,
        delivery_scope.period_type,
        delivery_scope.period_start_date,
        delivery_scope.period_end_date,

        ---------- lineage
        delivery_scope.delivery_seq,

        row_number() over (
            partition by delivery_scope.scope_key
            order by delivery_scope.delivery_seq desc, delivery_scope.load_seq desc
        ) = 1 as is_newest

    from delivery_scope

    inner join newest_loads
        on
            delivery_scope.delivery_seq = newest_loads.delivery_seq
            and delivery_scope.load_seq = newest_loads.load_seq

    left join withdrawn
        on delivery_scope.delivery_seq = withdrawn.delivery_seq

    where
        {{ is_accepted('delivery_scope.outcome') }}
        and withdrawn.delivery_seq is null

)

select * from accepted
