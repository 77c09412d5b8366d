-- One row per load whose records count: the newest of its delivery, if it was accepted and not withdrawn.

with

delivery as (

    select * from {{ source('raw', 'delivery') }}

),

withdrawn as (

    select distinct decides_delivery_seq as delivery_seq from delivery

    where kind = 'withdrawal'

),

-- A record that changes while the pages of an extract are fetched may be missing from it, so an extract is complete up
-- to its first page. The API's clock counts where it is behind ours, since the records are dated by it.
first_pages as (

    select
        source_name,
        extract_id,
        min(least(received_at, coalesce({{ http_date_in('request', 'server_time') }}, received_at))) as first_page_at

    from delivery

    where kind = 'page'

    group by all

),

-- A delivery that was read again under a new contract counts as it is read now, and no longer as before.
newest_loads as (

    select * from delivery

    where kind in ('file', 'extract')

    qualify
        row_number() over (partition by delivery_seq order by load_seq desc) = 1

),

accepted as (

    select
        ---------- keys
        newest_loads.load_seq,
        newest_loads.delivery_seq,
        newest_loads.source_name,

        ---------- whose, and until when it is complete
        newest_loads.department_code as reporting_unit_code,
        coalesce(first_pages.first_page_at, newest_loads.received_at) as complete_until

    from newest_loads

    left join first_pages
        on
            newest_loads.source_name = first_pages.source_name
            and newest_loads.extract_id = first_pages.extract_id

    left join withdrawn
        on newest_loads.delivery_seq = withdrawn.delivery_seq

    where
        {{ is_accepted('newest_loads.outcome') }}
        and withdrawn.delivery_seq is null

)

select * from accepted
