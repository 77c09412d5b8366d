-- All comparisons of two figures for one fact.

with

compared as (

    {{ union_by_name([
        ref('int_conflicts_of_sources'),
        ref('int_conflicts_with_press'),
        ref('int_conflicts_of_twins'),
        ref('int_claims_judged'),
    ], conflict_columns()) }}

)

select * from compared
