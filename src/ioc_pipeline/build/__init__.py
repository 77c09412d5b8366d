"""Raw → tested marts, by dbt."""
