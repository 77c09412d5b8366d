"""Marts → what people query: a new verified version beside the old ones, and a pointer moved to it at once.

published/
    current.json                      the pointer: version, file, content hash
    current.duckdb                    a link to the same file, for tools that want one path
    marts_<version>.duckdb            the marts and `_publication`, never written again
    parquet_<version>/                the same tables as Parquet with a Frictionless datapackage.json
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.domain.errors import ConflictError, UserError
from ioc_pipeline.durable import sync_folder, write_durably
from ioc_pipeline.publish.marts import Mart, read_marts
from ioc_pipeline.settings import Settings

VERSIONS_KEPT = 3
POINTER = "current.json"
LINK = "current.duckdb"

# What a rebuild from landing cannot repeat and need not: load_seq and the clock of the load do not reach the marts,
# so only the day the build spoke of, and what is counted from it, are left out of a comparison.
RUN_METADATA = frozenset({"as_of_date", "age_days"})

_NO_EXTENSIONS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
_FIELD_TYPES = {
    "varchar": "string",
    "date": "date",
    "timestamp": "datetime",
    "boolean": "boolean",
    "integer": "integer",
    "bigint": "integer",
}


@dataclass(frozen=True, slots=True)
class Published:
    """`changed` is false when the marts were those already published; `load_seq` is the newest load they hold."""

    version: str
    path: Path
    load_seq: int
    changed: bool


def publish(settings: Settings, *, published_at: datetime) -> Published:
    """Copy the marts of a finished build to a new version, verify it, and move the pointer to it.

    The same content again changes nothing. The pointer never moves back, and the last three versions stay: who reads
    one of them is not disturbed.

    Raises:
        ConflictError: the last build did not finish, or a copy differs from its mart; the pointer stays.
    """
    marts = read_marts(settings.dbt_project)
    folder = settings.published
    folder.mkdir(parents=True, exist_ok=True)
    with _only_publisher(folder), closing(_connect(folder)) as connection:
        connection.execute(f"attach {_quoted(settings.warehouse)} as warehouse (read_only)")
        as_of, load_seq = _finished_build(connection)
        prints = {mart.name: _fingerprint(connection, "warehouse.marts", mart) for mart in marts}
        content_hash = hashlib.sha256(json.dumps([prints, [_schema(mart) for mart in marts]]).encode()).hexdigest()
        current = _read_pointer(folder)
        if current and current["content_hash"] == content_hash and (folder / current["file"]).exists():
            _link(folder, current["file"])
            return Published(current["version"], folder / current["file"], load_seq, changed=False)
        version = f"{_next_number(folder):06d}_{content_hash[:8]}"
        _forget_unfinished(folder)
        publication = (version, published_at.astimezone(UTC).replace(tzinfo=None), as_of, load_seq)
        path = _write_database(connection, folder, marts, prints, publication)
        _write_parquet(connection, folder, marts, publication)
        pointer = {
            "version": version,
            "file": path.name,
            "parquet": f"parquet_{version}",
            "published_at": published_at.astimezone(UTC).isoformat(),
            "as_of": as_of.isoformat(),
            "load_seq": load_seq,
            "content_hash": content_hash,
        }
        _move_pointer(folder, pointer)
        _forget_old(folder)
    return Published(version, path, load_seq, changed=True)


def connect_published(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the current version: read-only, no access to files or the network, no setting can be changed.

    Schema `marts` is the default one.

    Raises:
        UserError: nothing is published yet.
    """
    pointer = _read_pointer(settings.published)
    if pointer is None:
        raise UserError("nothing is published yet: run `ioc run`, or wait for the first build")
    path = settings.published / pointer["file"]
    connection = duckdb.connect(str(path), read_only=True, config={**_NO_EXTENSIONS, "enable_external_access": "false"})
    connection.execute("use marts")
    connection.execute("set lock_configuration = true")
    return connection


def as_of(settings: Settings) -> date | None:
    """The day the published marts speak of; None when nothing is published."""
    pointer = _read_pointer(settings.published)
    return date.fromisoformat(pointer["as_of"]) if pointer else None


def ordered_row_hash(settings: Settings) -> dict[str, str]:
    """Hash of each published mart's rows without `RUN_METADATA`, whatever their order on disk; empty if none is there.

    Made of the MD5 of each row, so it compares across machines and versions.
    """
    if _read_pointer(settings.published) is None:
        return {}
    with closing(connect_published(settings)) as connection:
        return {mart.name: _hash_rows(connection, mart) for mart in read_marts(settings.dbt_project)}


def _hash_rows(connection: duckdb.DuckDBPyConnection, mart: Mart) -> str:
    columns = ", ".join(column.name for column in mart.columns if column.name not in RUN_METADATA)
    sums = connection.execute(
        f"""
        select count(*), sum(cast(md5_number_lower(line) as hugeint)), sum(cast(md5_number_upper(line) as hugeint))
        from (select cast(row({columns}) as varchar) as line from marts.{mart.name})
        """  # noqa: S608  # names come from the project's own contracts
    ).fetchone()
    return hashlib.sha256(repr(sums).encode()).hexdigest()


def _fingerprint(connection: duckdb.DuckDBPyConnection, schema: str, mart: Mart) -> list[str]:
    """Count and hashes of all rows; twenty times faster than `_hash_rows`, good within one DuckDB version."""
    columns = ", ".join(column.name for column in mart.columns)
    sums = connection.execute(
        f"""
        select count(*), sum(cast(hash({columns}) as hugeint)), sum(cast(hash(1, {columns}) as hugeint))
        from {schema}.{mart.name}
        """  # noqa: S608
    ).fetchone()
    return [str(value) for value in sums or ()]


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that spills into the folder, beyond what a small machine can spare."""
    spill = str(folder / ".unfinished_spill")
    return duckdb.connect(config={**_NO_EXTENSIONS, "memory_limit": "600MB", "temp_directory": spill})


def _finished_build(connection: duckdb.DuckDBPyConnection) -> tuple[date, int]:
    """The day the marts in the warehouse speak of, and the newest load they were built from."""
    run = connection.execute("select as_of, load_seq, is_complete from warehouse.build.run").fetchone()
    if run is None or not run[2]:
        raise ConflictError("the last build did not finish, so its marts are not published: build again")
    return run[0], run[1]


def _write_database(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    marts: Sequence[Mart],
    prints: dict[str, list[str]],
    publication: tuple[str, datetime, date, int],
) -> Path:
    """Write, verify and sync marts_<version>.duckdb under an unfinished name, then give it its own."""
    path = folder / f"marts_{publication[0]}.duckdb"
    unfinished = folder / f".unfinished_{path.name}"
    connection.execute(f"attach {_quoted(unfinished)} as version (storage_version 'v1.2.0')")
    connection.begin()  # one commit: each would wait for the disk
    connection.execute("create schema version.marts")
    for mart in marts:
        columns = ", ".join(column.name for column in mart.columns)
        connection.execute(
            f"create table version.marts.{mart.name} as select {columns} from warehouse.marts.{mart.name}"  # noqa: S608
            f" order by {', '.join(mart.key)}"
        )
        _describe(connection, mart)
        found = connection.execute(
            "select column_name, lower(data_type) from duckdb_columns()"
            " where database_name = 'version' and table_name = ? order by column_index",
            [mart.name],
        ).fetchall()
        if found != [(column.name, column.data_type) for column in mart.columns]:
            raise ConflictError(f"{mart.name}: its columns are not those of its contract")
        if _fingerprint(connection, "version.marts", mart) != prints[mart.name]:
            raise ConflictError(f"{mart.name}: the copy differs from the mart in the warehouse")
    connection.execute(
        "create table version.marts._publication (version varchar, published_at timestamp, as_of date, load_seq bigint)"
    )
    connection.execute("insert into version.marts._publication values (?, ?, ?, ?)", publication)
    connection.commit()
    connection.execute("checkpoint version")
    connection.execute("detach version")
    _sync(unfinished)
    unfinished.replace(path)
    sync_folder(folder)
    return path


def _describe(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    connection.execute(f"comment on table version.marts.{mart.name} is {_quoted(mart.description)}")
    for column in mart.columns:
        connection.execute(
            f"comment on column version.marts.{mart.name}.{column.name} is {_quoted(column.description)}"
        )


def _write_parquet(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    marts: Sequence[Mart],
    publication: tuple[str, datetime, date, int],
) -> None:
    """Write parquet_<version>/: one file per mart, and what is in them as a Frictionless data package."""
    version, published_at, as_of_date, load_seq = publication
    unfinished = folder / f".unfinished_parquet_{version}"
    unfinished.mkdir()
    resources: list[dict[str, Any]] = []
    for mart in marts:
        path = unfinished / f"{mart.name}.parquet"
        columns = ", ".join(column.name for column in mart.columns)
        connection.execute(
            f"copy (select {columns} from warehouse.marts.{mart.name} order by {', '.join(mart.key)})"  # noqa: S608
            f" to {_quoted(path)} (format parquet)"
        )
        _sync(path)
        resources.append(
            {
                "name": mart.name.replace("_", "-"),
                "path": path.name,
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "description": mart.description,
                "bytes": path.stat().st_size,
                "hash": f"sha256:{_sha256(path)}",
                "schema": _schema(mart),
            }
        )
    package = {
        "name": "ioc-marts",
        "title": "Dữ liệu tổng hợp của Trung tâm giám sát, điều hành thông minh",
        "version": version,
        "created": published_at.replace(tzinfo=UTC).isoformat(),
        "as_of": as_of_date.isoformat(),
        "load_seq": load_seq,
        "resources": resources,
    }
    write_durably(unfinished / "datapackage.json", json.dumps(package, ensure_ascii=False, indent=1).encode())
    unfinished.replace(folder / f"parquet_{version}")
    sync_folder(folder)


def _schema(mart: Mart) -> dict[str, Any]:
    """The contract of a mart as a Frictionless table schema."""
    return {
        "fields": [
            {
                "name": column.name,
                "type": _FIELD_TYPES.get(column.data_type, "number"),
                "description": column.description,
            }
            for column in mart.columns
        ],
        "primaryKey": list(mart.key),
    }


@contextmanager
def _only_publisher(folder: Path) -> Iterator[None]:
    """Two publishers at once would give one number twice; the second waits."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_pointer(folder: Path) -> dict[str, Any] | None:
    path = folder / POINTER
    pointer: dict[str, Any] | None = json.loads(path.read_bytes()) if path.exists() else None
    return pointer


def _next_number(folder: Path) -> int:
    """One more than any version that was ever given, also by a publisher that died before it moved the pointer."""
    numbers = [int(path.stem.split("_")[1]) for path in folder.glob("marts_*.duckdb")]
    current = _read_pointer(folder)
    return max([0, *numbers, *([int(current["version"].split("_")[0])] if current else [])]) + 1


def _move_pointer(folder: Path, pointer: dict[str, Any]) -> None:
    write_durably(folder / POINTER, json.dumps(pointer, indent=1).encode())
    _link(folder, pointer["file"])


def _link(folder: Path, file_name: str) -> None:
    link = folder / LINK
    if link.is_symlink() and str(link.readlink()) == file_name:
        return
    fresh = folder / f".{LINK}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(file_name)
    fresh.replace(link)
    sync_folder(folder)


def _forget_unfinished(folder: Path) -> None:
    for path in folder.glob(".unfinished_*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _forget_old(folder: Path) -> None:
    for path in sorted(folder.glob("marts_*.duckdb"))[:-VERSIONS_KEPT]:
        path.unlink()
    for path in sorted(folder.glob("parquet_*"))[:-VERSIONS_KEPT]:
        shutil.rmtree(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _quoted(text: str | Path) -> str:
    """A literal for the statements of DuckDB that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"
