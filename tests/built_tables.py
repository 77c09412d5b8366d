"""What dbt made in a warehouse, and the same raw rows built from nothing, for tests that compare the two."""

import shutil
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.build.marts import build
from ioc_pipeline.settings import Settings, from_environment

BUILT_AS_OF = date(2025, 10, 20)
"""Of `built_settings`; a build on another day does more than what new deliveries ask for."""
FLOORS = ("reports", "records", "measures", "indicators", "marts")


def tables_built(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every table that dbt made, as its ordered rows."""
    with closing(duckdb.connect(str(settings.warehouse), read_only=True)) as warehouse:
        names = warehouse.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where schema_name in (select unnest(?)) order by 1",
            [list(FLOORS)],
        ).fetchall()
        return {name: warehouse.execute(f"from {name} order by all").fetchall() for (name,) in names}


def built_anew(settings: Settings, home: Path, as_of: date) -> Settings:
    """The same raw rows in another home, with everything that dbt made built from nothing but the parsed project."""
    again = from_environment({"IOC_HOME": str(home), "IOC_PROJECT": str(settings.project)})
    shutil.copytree(settings.home / "build", home / "build")
    again.warehouse.parent.mkdir(parents=True)
    shutil.copy(settings.warehouse, again.warehouse)
    with closing(duckdb.connect(str(again.warehouse))) as warehouse:
        for schema in (*FLOORS, "staging", "build"):
            warehouse.execute(f"drop schema {schema} cascade")
    assert build(again, as_of=as_of).is_full
    return again
