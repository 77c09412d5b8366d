"""A warehouse with every mart by its contract and no row in it, for tests of what publishes them."""

from contextlib import closing
from pathlib import Path

import duckdb

from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.settings import Settings, from_environment


def empty_marts(home: Path) -> Settings:
    """An installation with nothing else in it."""
    settings = from_environment({"IOC_HOME": str(home)})
    put_empty_marts(settings)
    return settings


def put_empty_marts(settings: Settings) -> None:
    """As a finished build leaves them."""
    settings.warehouse.parent.mkdir(parents=True)
    with closing(duckdb.connect(str(settings.warehouse))) as connection:
        connection.execute("create schema marts; create schema build; create schema raw")
        connection.execute("create table raw.observation (a integer)")
        connection.execute(
            "create table build.run as select date '2025-10-20' as as_of, 7 as load_seq, true as is_complete"
        )
        for mart in read_marts(settings.dbt_project):
            columns = ", ".join(f"{column.name} {column.data_type}" for column in mart.columns)
            connection.execute(f"create table marts.{mart.name} ({columns})")


def change(settings: Settings, sql: str) -> None:
    with closing(duckdb.connect(str(settings.warehouse))) as connection:
        connection.execute(sql)
