"""The dbt project on DuckDB, DuckLake and Spark, in full and after one more month: are the marts equal?

    make engines

Two sample months with records of the four APIs are loaded into a DuckDB file, then a third; what is loaded is given to
the others. Each mart is compared by the hashes of its rows in order, and what differs is counted. Spark runs in a
process of its own, then on a master and two workers. Needs Java 17.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from datetime import date
from pathlib import Path

import duckdb

from engines.cluster import standalone_cluster
from ioc_pipeline.build.marts import build
from ioc_pipeline.fetch.client import Connection
from ioc_pipeline.flows.extracts import Extraction
from ioc_pipeline.flows.inbox import land_inbox
from ioc_pipeline.flows.loads import load_prepared
from ioc_pipeline.flows.prepare import prepare_all
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.publish.marts import Mart, read_marts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.api import server
from ioc_pipeline.sample.api.credentials import LOGIN, PASSWORD
from ioc_pipeline.sample.api.world import World
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.place import place_of
from shipped import PROFILE

AS_OF = date(2026, 1, 20)
MONTHS = (date(2025, 12, 20), AS_OF)
"""Until when the first load goes, and the one after it."""

DOSSIERS = 300

Rows = list[str]
"""The hash of each row of a mart, every column and every decimal, in order."""

_INPUTS = ("raw", "seeds")
_HERE = Path(__file__).resolve().parent


def main() -> None:
    logging.disable(logging.WARNING)
    python = Path(sys.argv[1]).absolute()  # a link: what it links to has no packages
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = from_environment({"IOC_HOME": str(home / "file"), "IOC_SETTLE_SECONDS": "0"})
        lake = from_environment(
            {"IOC_HOME": str(home / "lake"), "IOC_WAREHOUSE_URL": f"ducklake:{home}/lake/catalogue"}
        )
        marts = read_marts(file.dbt_project)
        engines = [Lake(lake), Spark(python, home / "session"), Spark(python, home / "cluster", on_cluster=True)]
        for number, until in enumerate(MONTHS):
            take(file, until)
            build(file, as_of=AS_OF)
            years = None if number == 0 else touched_years(file)
            expected = rows_of_file(file, marts)
            for engine in engines:
                engine.build(file, years)
                report(engine, "in full" if years is None else "one more month", expected, engine.rows(marts))


def take(settings: Settings, until: date) -> None:
    """Load what the sample departments and systems have sent by a day; nothing is built."""
    sample = ("sample", "--seed", "1", "--months", "1", "--until", until.isoformat())
    environment = {**os.environ, "IOC_HOME": str(settings.home)}
    command = [sys.executable, "-m", "ioc_pipeline.cli", *sample]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert not prepare_all(settings, land_inbox(settings))
    load_prepared(settings)
    world = World(OrgUnits.from_seeds(settings.seeds), PROFILE, today=until, months=2, dossiers=DOSSIERS)
    with server.serving(server.make_app(world)) as url:
        for name, contract in Reference(settings).contracts.ready.items():
            if contract.source.api:
                Extraction(settings, name, Connection(url, LOGIN, PASSWORD), as_of=until).run()


def touched_years(settings: Settings) -> list[int]:
    """What the newest build of the file computed again."""
    with closing(place_of(settings).connect_to_read()) as connection:
        rows = connection.execute(
            "select period_year from build.touched where build_number = (select max(build_number) from build.touched)"
        ).fetchall()
    return sorted(year for (year,) in rows)


def rows_of_file(settings: Settings, marts: Sequence[Mart]) -> dict[str, Rows]:
    with closing(place_of(settings).connect_to_read()) as connection:
        return {mart.name: rows_of(connection, mart, f"marts.{mart.name}") for mart in marts}


def rows_of(connection: duckdb.DuckDBPyConnection, mart: Mart, table: str) -> Rows:
    columns = ", ".join(f"cast({column.name} as {column.data_type}) as {column.name}" for column in mart.columns)
    rows = f"select {columns} from {table}"  # names of ours
    query = f"select md5(cast(made as varchar)) as line from ({rows}) as made order by line"
    return [line for (line,) in connection.execute(query).fetchall()]


class Lake:
    """DuckLake: its own loads, the same in order, and the pipeline's own build."""

    name = "DuckLake"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def build(self, file: Settings, years: Sequence[int] | None) -> None:
        place = place_of(self.settings)
        with closing(place.connect()) as connection:
            connection.execute(f"attach '{file.warehouse}' as given (read_only)")
            tables = connection.execute(
                "select table_name from duckdb_columns()"
                " where database_name = 'given' and schema_name = 'raw' and column_name = 'load_seq'"
            ).fetchall()
            connection.begin()
            ((newest,),) = connection.execute("select coalesce(max(load_seq), 0) from raw.load").fetchall()
            for (name,) in tables:
                connection.execute(f'create table if not exists raw."{name}" as from given.raw."{name}" limit 0')
                connection.execute(
                    f'insert into raw."{name}" by name from given.raw."{name}" where load_seq > {newest}'
                )
            connection.commit()
        build(self.settings, as_of=AS_OF)

    def rows(self, marts: Sequence[Mart]) -> dict[str, Rows]:
        return rows_of_file(self.settings, marts)


class Spark:
    """Spark, in the process of dbt or as a cluster; raw and seeds come as Parquet."""

    def __init__(self, python: Path, home: Path, *, on_cluster: bool = False) -> None:
        self.python, self.home, self.on_cluster = python, home, on_cluster
        self.name = "Spark cluster" if on_cluster else "Spark"

    def build(self, file: Settings, years: Sequence[int] | None) -> None:
        inputs = {schema: str(self.home / "inputs" / schema) for schema in _INPUTS}
        with closing(place_of(file).connect_to_read()) as connection:
            for schema, folder in inputs.items():
                export(connection, schema, Path(folder))
        task = {
            "warehouse": str(self.home / "warehouse"),
            "inputs": inputs,
            "marts": str(self.home / "marts"),
            "project": str(file.dbt_project),
            "variables": {"as_of": AS_OF.isoformat(), "province": file.province_code, "touched_years": years or []},
            "full": years is None,
        }
        path = self.home / "task.json"
        with standalone_cluster(self.python) if self.on_cluster else nullcontext("local[2]") as master:
            path.write_text(json.dumps({**task, "master": master}))
            done = subprocess.run(
                [self.python, _HERE / "spark_build.py", path],
                cwd=self.home,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode:
            sys.exit(f"{self.name}: {done.stdout[-6000:]}\n{done.stderr[-2000:]}")

    def rows(self, marts: Sequence[Mart]) -> dict[str, Rows]:
        with closing(duckdb.connect()) as connection:
            return {
                mart.name: rows_of(connection, mart, f"read_parquet('{self.home}/marts/{mart.name}/*.parquet')")
                for mart in marts
            }


def export(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path) -> None:
    """Write the tables of a schema as Parquet; times are UTC and have no zone on either side."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = connection.execute("select table_name from duckdb_tables() where schema_name = ?", [schema]).fetchall()
    for (name,) in tables:
        connection.execute(f"copy {schema}.\"{name}\" to '{folder / name}.parquet' (format parquet)")


def report(engine: Lake | Spark, what: str, expected: Mapping[str, Rows], found: Mapping[str, Rows]) -> None:
    unequal = {name: rows for name, rows in expected.items() if found[name] != rows}
    equal_rows = sum(len(rows) for name, rows in expected.items() if name not in unequal)
    print(f"{engine.name}, {what}: {len(expected) - len(unequal)} of {len(expected)} marts equal, {equal_rows} rows")
    for name, rows in unequal.items():
        lacking = (Counter(rows) - Counter(found[name])).total()
        print(f"  {name}: {lacking} of {len(rows)} rows are not there, {len(found[name])} are")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
