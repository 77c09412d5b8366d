-- How tables are written: in place and in one transaction, where dbt's own materializations write beside the table,
-- look up its columns, rename and drop. Nobody else writes the warehouse. A model whose code changed is written anew,
-- so its columns are those that its table has.

-- A table, written anew.
{% materialization table, adapter='duckdb' %}
    {% do run_hooks(pre_hooks) %}
    {% do write_anew() %}
    {% do run_hooks(post_hooks) %}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

-- A table of facts: what a change touched, by the columns in `kept_by`, is written anew, the rest stays.
{% materialization kept, adapter='duckdb' %}
    {% do run_hooks(pre_hooks) %}
    {% if load_cached_relation(this) is none or should_full_refresh() %}
        {% do write_anew() %}
    {% else %}
        {% call statement('delete') %}
            delete from {{ this }} where {{ is_touched(config.meta_require('kept_by')) }}
        {% endcall %}
        {% call statement('main') %}
            insert into {{ this }} by name {{ compiled_code }}
        {% endcall %}
    {% endif %}
    {% do run_hooks(post_hooks) %}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{% macro write_anew() %}
    {% do drop_relation_if_exists(load_cached_relation(this)) %}
    {% call statement('main') %}
        {{ create_table_as(False, this.incorporate(type='table'), compiled_code) }}
    {% endcall %}
{% endmacro %}
