-- Words for codes: what each code in a column of the marts is called. A code means the same wherever it stands.

with

codes as (

    select * from {{ ref('codes') }}

),

systems as (

    select * from {{ ref('systems') }}

),

rankings as (

    select * from {{ ref('rankings') }}

),

elements as (

    select * from {{ source('catalogue', 'element') }}

),

element_names as (

    select * from {{ ref('element_names_en') }}

),

all_codes as (

    select
        code_set,
        coalesce(code, '') as code,
        label_vi,
        label_en,
        coalesce(explanation_vi, '') as explanation_vi

    from codes

    union all

    select
        'system_code' as code_set,
        system_code as code,
        name_vi as label_vi,
        name_en as label_en,
        owner as explanation_vi

    from systems

    union all

    select
        'ranking_code' as code_set,
        ranking_code as code,
        name_vi as label_vi,
        ranking_code as label_en,
        '' as explanation_vi

    from rankings

    union all

    select
        'element_code' as code_set,
        elements.element_code as code,
        elements.name_vi as label_vi,
        coalesce(element_names.name_en, elements.element_code) as label_en,
        elements.unit_measure as explanation_vi

    from elements

    left join element_names
        on elements.element_code = element_names.element_code

),

keyed as (

    select
        code_set || '/' || code as code_key,
        code_set,
        code,
        label_vi,
        label_en,
        explanation_vi

    from all_codes

)

select * from keyed
