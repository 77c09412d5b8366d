-- One row per dossier: its newest version by the system's own time, whichever delivery told it first; of one time the
-- newest delivery, and in it the later place. An incremental run looks at the dossiers of new loads only; after a
-- withdrawal everything is built anew.
{{
    config(
        incremental_strategy='delete+insert',
        unique_key=['source_name', 'record_key'],
        on_schema_change='fail'
    )
}}

with

dossier as (

    select * from {{ source('raw', 'dossier') }}

),

record_load as (

    select * from {{ ref('stg_record_load') }}

),

touched as (

    select distinct
        source_name,
        record_key

    from dossier

    {% if is_incremental() %}
        where dossier.load_seq > (select coalesce(max(built.load_seq), 0) from {{ this }} as built)
    {% endif %}

),

versions as (

    select
        ---------- keys
        dossier.source_name,
        dossier.record_key,

        ---------- what it is
        record_load.reporting_unit_code,
        dossier.org_unit_code,
        dossier.agency_code,
        dossier.procedure_code,
        dossier.channel,
        dossier.status,
        dossier.is_fully_online = 1 as is_fully_online,
        dossier.is_digitised = 1 as is_digitised,
        dossier.reuses_data = 1 as reuses_data,
        dossier.is_paid_online = 1 as is_paid_online,
        dossier.fee_vnd,

        ---------- when, in UTC
        dossier.received_at,
        dossier.due_at,
        dossier.settled_at,
        dossier.updated_at,

        ---------- lineage
        dossier.delivery_seq,
        dossier.load_seq,
        dossier.sheet_name,
        dossier.cell_address

    from dossier

    inner join record_load
        on dossier.load_seq = record_load.load_seq

    inner join touched
        on
            dossier.source_name = touched.source_name
            and dossier.record_key = touched.record_key

),

newest as (

    select * from versions

    qualify
        row_number() over (
            partition by source_name, record_key
            order by
                updated_at desc nulls last,
                delivery_seq desc,
                load_seq desc,
                {{ place_in_answer('cell_address') }} desc nulls last
        ) = 1

)

select * from newest
