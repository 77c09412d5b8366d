-- One row per task and state it was ever in (updated_at), with the newest by that time marked, whichever delivery told
-- it first. Old states are kept, because whether a task was slow when a month ended depends on its state at that time.

with

task as (

    select * from {{ source('raw', 'task') }}

),

record_load as (

    select * from {{ ref('stg_record_load') }}

),

versions as (

    select
        ---------- keys
        task.source_name,
        task.record_key,
        task.updated_at,

        ---------- what it is
        record_load.reporting_unit_code,
        task.org_unit_code,
        task.progress,

        ---------- when, in UTC
        task.assigned_at,
        task.due_at,
        task.done_at,

        ---------- lineage
        task.delivery_seq,
        task.load_seq,
        task.sheet_name,
        task.cell_address,
        {{ place_in_answer('task.cell_address') }} as place

    from task

    inner join record_load
        on task.load_seq = record_load.load_seq

),

states as (

    select * from versions

    qualify
        row_number() over (
            partition by source_name, record_key, updated_at
            order by delivery_seq desc, load_seq desc, place desc nulls last
        ) = 1

),

with_newest as (

    select
        states.*,
        row_number() over (
            partition by source_name, record_key
            order by updated_at desc nulls last, delivery_seq desc, load_seq desc, place desc nulls last
        ) = 1 as is_newest

    from states

)

select * from with_newest
