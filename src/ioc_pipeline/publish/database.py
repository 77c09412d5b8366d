"""Marts → marts_<version>.duckdb: what changed is copied from the warehouse, all of it is compared with it."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.durable import sync_file
from ioc_pipeline.publish.marts import Mart
from ioc_pipeline.publish.versions import finish, make_read_only, unfinished

NO_EXTENSIONS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}

Fingerprint = list[str]


@dataclass(frozen=True, slots=True)
class Publication:
    """What a version says of itself in `_publication` and its data package; `published_at` is UTC without a zone."""

    version: str
    published_at: datetime
    as_of: date
    load_seq: int


def fingerprint(connection: duckdb.DuckDBPyConnection, schema: str, mart: Mart) -> Fingerprint:
    """Count and hashes of all rows, in any order; good within one version of DuckDB."""
    columns = mart.column_list
    sums = connection.execute(
        f"""
        select count(*), sum(cast(hash({columns}) as hugeint)), sum(cast(hash(1, {columns}) as hugeint))
        from {schema}.{mart.name}
        """  # noqa: S608  # names come from the project's own contracts
    ).fetchone()
    return [str(value) for value in sums or ()]


def write_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    publication: Publication,
    prints: Mapping[Mart, Fingerprint],
    before: Path | None,
) -> list[Mart]:
    """Write, verify and sync a version, and give it its name last.

    It begins as a copy of the version before it, whose marts stay where they are what the warehouse holds: a mart is
    sorted and compressed again only when it changed.

    Args:
        connection: has the warehouse attached as `warehouse`.
        prints: of every mart, as it is in the warehouse.
        before: the database of the version before.

    Returns:
        The marts that stayed.

    Raises:
        ConflictError: a copy differs from its mart, or the columns of a mart are not those of its contract.
    """
    file = unfinished(path)
    if before:
        shutil.copyfile(before, file)
    connection.execute(f"attach {quoted(file)} as version (storage_version 'v1.2.0')")
    connection.begin()  # one commit: each would wait for the disk
    connection.execute("create schema if not exists version.marts")
    _drop_others(connection, list(prints))
    kept = _as_expected(connection, prints)
    changed = {mart: prints[mart] for mart in prints if mart not in kept}
    for mart in changed:
        _copy(connection, mart)
    copied = _as_expected(connection, changed)
    if wrong := [mart.name for mart in changed if mart not in copied]:
        raise ConflictError(
            f"{', '.join(wrong)}: the copy differs from the mart in the warehouse, or from its contract"
        )
    connection.execute(
        "create or replace table version.marts._publication"
        " (version varchar, published_at timestamp, as_of date, load_seq bigint)"
    )
    connection.execute(
        "insert into version.marts._publication values (?, ?, ?, ?)",
        [publication.version, publication.published_at, publication.as_of, publication.load_seq],
    )
    connection.commit()
    connection.execute("checkpoint version")
    connection.execute("detach version")
    sync_file(file)
    make_read_only(file)
    finish(path)
    return kept


def _drop_others(connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> None:
    """A version holds the marts of the project and nothing else: drop what only the version before has."""
    tables = connection.execute("select table_name from duckdb_tables() where database_name = 'version'").fetchall()
    for name in {name for (name,) in tables} - {mart.name for mart in marts}:
        connection.execute(f"drop table version.marts.{name}")


def _as_expected(connection: duckdb.DuckDBPyConnection, prints: Mapping[Mart, Fingerprint]) -> list[Mart]:
    """Marts that the version holds as their contract declares them, with exactly the rows of the warehouse."""
    # Of all at once: DuckDB looks through every view of the warehouse to answer.
    columns = connection.execute(
        """
        select table_name, column_name, lower(data_type), comment from duckdb_columns()
        where database_name = 'version' order by table_name, column_index
        """
    ).fetchall()
    described = dict(
        connection.execute("select table_name, comment from duckdb_tables() where database_name = 'version'").fetchall()
    )
    found: dict[str, list[tuple[str, ...]]] = {}
    for table, *column in columns:
        found.setdefault(table, []).append(tuple(column))
    return [
        mart
        for mart, expected in prints.items()
        if found.get(mart.name) == [(column.name, column.data_type, column.comment) for column in mart.columns]
        and described[mart.name] == mart.comment
        and fingerprint(connection, "version.marts", mart) == expected
    ]


def _copy(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    connection.execute(
        f"create or replace table version.marts.{mart.name} as"  # noqa: S608
        f" select {mart.column_list} from warehouse.marts.{mart.name} order by {', '.join(mart.key)}"
    )
    connection.execute(f"comment on table version.marts.{mart.name} is {quoted(mart.comment)}")
    for column in mart.columns:
        connection.execute(f"comment on column version.marts.{mart.name}.{column.name} is {quoted(column.comment)}")


def quoted(text: str | Path) -> str:
    """A literal for the statements of DuckDB that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"
