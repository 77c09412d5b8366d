-- One row per indicator, role, element and breakdown: the plain one-element columns of the catalogue and its term list.

with

indicators as (

    select * from {{ ref('indicators') }}

),

indicator_terms as (

    select * from {{ ref('indicator_terms') }}

),

numerators as (

    select
        indicator_code,
        'numerator' as role,
        numerator_element as element_code,
        '' as breakdown,
        '1' as coefficient,
        false as is_listed

    from indicators

    where coalesce(numerator_element, '') != ''

),

denominators as (

    select
        indicator_code,
        'denominator' as role,
        denominator_element as element_code,
        '' as breakdown,
        '1' as coefficient,
        false as is_listed

    from indicators

    where coalesce(denominator_element, '') != ''

),

listed as (

    select
        indicator_code,
        role,
        element_code,
        coalesce(breakdown, '') as breakdown,
        coalesce(coefficient, '1') as coefficient,
        true as is_listed

    from indicator_terms

),

terms as (

    select * from numerators

    union all

    select * from denominators

    union all

    select * from listed

)

select * from terms
