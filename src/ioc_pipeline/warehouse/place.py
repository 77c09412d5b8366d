"""Where the warehouse lies, and the one way to it: a DuckDB file, or a DuckLake that IOC_WAREHOUSE_URL names.

Everything above opens, attaches, saves and brings back a warehouse through these two and never asks which one it has.
"""

import importlib.util
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg

from ioc_pipeline.domain.errors import StoresError
from ioc_pipeline.durable import copy_durably, sync_folder
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.raw import create_raw, create_raw_of_lake
from ioc_pipeline.warehouse.readers import leave_to_reader, reader_of

NAME = "warehouse"
"""What it is called in a connection that has it attached; dbt takes the same from the name of the file."""

_OPENED: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "512MB",  # the process takes about half as much again
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


_TRAVELLED = timedelta(days=30)
"""How far back one can read in a DuckLake; as long as a warehouse that was set aside is kept."""

_UNFINISHED = timedelta(days=1)
"""Longer than anybody is at work on a file."""


@dataclass(frozen=True, slots=True)
class DuckDBFile:
    """One file. While it is open for writing no other process can open it."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """What a finding calls it."""
        return self.path.name

    def exists(self) -> bool:
        return self.path.exists()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open it for writing, made with its raw schema where there is none. The caller closes it.

        Raises:
            duckdb.IOException: another process has it open.
        """
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self.path.parent.parent)  # DuckDB syncs its file, not the folder's name
        spill = str(self.path.with_name(f"{self.path.name}.tmp"))
        connection = duckdb.connect(self.path, config={**_OPENED, "temp_directory": spill})
        create_raw(connection)
        return connection

    def connect_to_read(self) -> duckdb.DuckDBPyConnection:
        """Open it to look at it, as it is. The caller closes it.

        Raises:
            duckdb.IOException: there is none, or another process has it open for writing.
        """
        return duckdb.connect(self.path, read_only=True, config=_OPENED)

    def attach_to_read(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a connection read it as `warehouse`."""
        connection.execute(f"attach {quoted(self.path)} as {NAME} (read_only)")

    def leave_to_reader(self) -> int:
        """Where a program reads the file, leave it that one and go on with a copy; gives its process, 0 for none."""
        reader = reader_of(self.path)
        return reader if reader and leave_to_reader(self.path) else 0

    def save(self, copy: Path) -> None:
        """Write everything that was loaded to a DuckDB file, durably. It must be closed."""
        copy_durably(self.path, copy)

    def set_aside(self) -> None:
        """Make room for another, and keep this one under the time of day."""
        if self.path.exists():
            self.path.rename(self.path.with_name(f"set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S}.duckdb"))

    def bring_back(self, copy: Path) -> None:
        """Take what a saved file holds in the place of what is there."""
        copy_durably(copy, self.path)

    def tidy(self, now: datetime) -> None:
        """DuckDB uses the room of what was deleted again by itself."""

    @property
    def dbt_target(self) -> tuple[str, dict[str, str]]:
        """The output of profiles.yml, and the variables it takes."""
        return "warehouse", {"warehouse": str(self.path)}


@dataclass(frozen=True, slots=True)
class Lake:
    """A catalogue in a database, the rows as Parquet in a folder; several may read and write at once.

    `catalogue` is a file, or `postgres:` with what names a database to libpq. Of several that commit at once DuckLake
    lets one through where they change the same rows, and tells the others: a load changes the row of `raw.turn`.
    """

    catalogue: str
    data: Path

    def __str__(self) -> str:
        if self._conninfo is None:
            return f"ducklake:{self.catalogue}"
        named = psycopg.conninfo.conninfo_to_dict(self._conninfo)
        shown = " ".join(f"{key}={named[key]}" for key in ("host", "port", "dbname") if key in named)
        return f"ducklake:postgres:{shown}"

    @property
    def name(self) -> str:
        return str(self)

    def exists(self) -> bool:
        if self._conninfo is None:
            return Path(self.catalogue).exists()
        try:
            with psycopg.connect(self._conninfo) as there:
                found = there.execute("select to_regclass('ducklake_snapshot')").fetchone()
        except psycopg.Error as error:
            raise StoresError(f"{self} cannot be reached: {_first_line(error)}; correct IOC_WAREHOUSE_URL") from None
        return found != (None,)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """As of a file; nobody is in the way, but of a catalogue in a file, which one process opens at a time.

        Raises:
            StoresError: the folder of its rows is gone, or another one than it was made with.
        """
        if not self.exists():
            self.data.mkdir(parents=True, exist_ok=True)
        if self._conninfo is None:
            Path(self.catalogue).parent.mkdir(parents=True, exist_ok=True)
        connection = self._in_memory(f"data_path {quoted(self.data)}")
        create_raw_of_lake(connection)
        return connection

    def connect_to_read(self) -> duckdb.DuckDBPyConnection:
        return self._in_memory("read_only, create_if_not_exists false")

    def attach_to_read(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let a connection read it as `warehouse`, all the time as it is now."""
        load_extensions(connection)
        self._attach(connection, "read_only, create_if_not_exists false")
        ((now,),) = connection.execute("select max(snapshot_id) from ducklake_snapshots(?)", [NAME]).fetchall()
        connection.execute(f"detach {NAME}")
        self._attach(connection, f"read_only, snapshot_version {now}")

    def leave_to_reader(self) -> int:
        return 0

    def save(self, copy: Path) -> None:
        """What was loaded, without what dbt made of it: the next build makes that again, all of it."""
        half = copy.with_name(".saved.tmp")  # its database is called otherwise than the lake
        half.unlink(missing_ok=True)
        with closing(DuckDBFile(half).connect()) as connection:
            self.attach_to_read(connection)
            _take_raw(connection, NAME, "saved")
        copy_durably(half, copy)
        half.unlink()

    def set_aside(self) -> None:
        """What was there stays to be read as of the time before."""

    def bring_back(self, copy: Path) -> None:
        """As of a file; what was there stays to be read as of the time before."""
        with closing(self.connect()) as connection:
            connection.execute(f"attach {quoted(copy)} as saved (read_only)")
            connection.begin()
            connection.execute("drop schema if exists build cascade")
            _take_raw(connection, "saved", NAME)
            connection.commit()

    def tidy(self, now: datetime) -> None:
        """Forget what was there long ago, and the files that nobody reads any more or a killed process left."""
        with closing(self.connect()) as connection:
            for function, age in (
                ("expire_snapshots", _TRAVELLED),
                ("merge_adjacent_files", None),
                ("cleanup_old_files", _UNFINISHED),
                ("delete_orphaned_files", _UNFINISHED),
            ):
                older = f", older_than => timestamptz {quoted((now - age).isoformat())}" if age else ""
                connection.execute(f"call ducklake_{function}({quoted(NAME)}{older})")

    @property
    def dbt_target(self) -> tuple[str, dict[str, str]]:
        return "lake", {"lake_catalogue": self.catalogue, "lake_data": str(self.data)}

    @property
    def _conninfo(self) -> str | None:
        """What libpq needs to know of the catalogue's database; None where it is a file."""
        kind, _, rest = self.catalogue.partition(":")
        return rest if kind == "postgres" else None

    def _in_memory(self, options: str) -> duckdb.DuckDBPyConnection:
        if not self.data.is_dir():
            raise StoresError(f"the rows of {self} lie in {self.data}, which is gone: bring back that folder")
        connection = duckdb.connect(config={**_OPENED, "temp_directory": str(self.data.with_name(".spill"))})
        try:
            load_extensions(connection)
            self._attach(connection, options)
            connection.execute(f"use {NAME}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _attach(self, connection: duckdb.DuckDBPyConnection, options: str) -> None:
        try:
            connection.execute(f"attach {quoted(f'ducklake:{self.catalogue}')} as {NAME} ({options})")
        except duckdb.Error as error:
            if "DATA_PATH" not in str(error):
                raise
            raise StoresError(
                f"{self} was made with its rows in another folder than {self.data}: "
                "put back folder and IOC_WAREHOUSE_DATA, or move it by `ioc backup` and `ioc restore`"
            ) from None


Place = DuckDBFile | Lake


def place_of(settings: Settings) -> Place:
    """Where the warehouse of an installation lies."""
    if not settings.lake_catalogue:
        return DuckDBFile(settings.warehouse)
    return Lake(settings.lake_catalogue, settings.lake_data)


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load DuckLake, and PostgreSQL for its catalogue, from the packages of the lock: nothing is fetched."""
    for name in ("ducklake", "postgres_scanner"):
        package = importlib.util.find_spec(f"duckdb_extension_{name}")
        assert package is not None
        assert package.origin is not None
        path = Path(package.origin).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        connection.load_extension(str(path))


def _take_raw(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """Copy all tables of `raw`; columns keep their order, by which the imprint of a load is made."""
    tables = connection.execute(
        "select table_name from duckdb_tables() where database_name = ? and schema_name = 'raw'", [source]
    ).fetchall()
    for (name,) in tables:
        there, here = f'"{source}".raw."{name}"', f'"{target}".raw."{name}"'
        connection.execute(f"create table if not exists {here} as from {there} limit 0")
        if _columns(connection, here) == _columns(connection, there):
            connection.execute(f"delete from {here}")  # noqa: S608
            connection.execute(f"insert into {here} from {there}")
        else:
            connection.execute(f"create or replace table {here} as from {there}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {table}").fetchall()]


def quoted(text: str | Path) -> str:
    """A literal of SQL, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def _first_line(error: psycopg.Error) -> str:
    return str(error).strip().partition("\n")[0]
