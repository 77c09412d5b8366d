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
        {% set stretches = var('stretches') if 'period_year' in config.meta_require('kept_by') else [] %}
        {% if stretches %}{% do speak_of_years(*stretches[0]) %}{% endif %}
        {% do write_anew() %}
        {% for stretch in stretches[1:] %}
            {% do speak_of_years(*stretch) %}
            {% call statement('main') %}
                insert into {{ this }} by name {{ compiled_code }}
            {% endcall %}
        {% endfor %}
        {% if stretches %}{% do speak_of_years() %}{% endif %}
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

-- The same on Spark, whose tables of Parquet know no delete: the years that a change touched are dropped and written
-- anew, and what is kept by anything else as a whole.
{% materialization kept, adapter='spark' %}
    {% do run_hooks(pre_hooks) %}
    {% set is_by_year = 'period_year' in config.meta_require('kept_by') %}
    {% if is_by_year and var('touched_years') and load_cached_relation(this) and not should_full_refresh() %}
        {% for year in var('touched_years') %}
            {% call statement('drop') %}
                alter table {{ this }} drop if exists partition (period_year = {{ year }})
            {% endcall %}
        {% endfor %}
        {% call statement('main') %}
            insert into {{ this }} by name {{ compiled_code }}
        {% endcall %}
    {% else %}
        {% do drop_relation_if_exists(load_cached_relation(this)) %}
        {% if config.get('contract').enforced %}
            {{ get_assert_columns_equivalent(compiled_code) }}
        {% endif %}
        {% call statement('main') %}
            create table {{ this }} using parquet
            {{ 'partitioned by (period_year)' if is_by_year }} as {{ compiled_code }}
        {% endcall %}
    {% endif %}
    {% do run_hooks(post_hooks) %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}
