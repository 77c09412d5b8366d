"""Marts → marts_<version>.duckdb: rows that changed are copied from the warehouse, all of them are compared with it."""

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.durable import sync_file
from ioc_pipeline.publish.marts import Mart
from ioc_pipeline.publish.prints import Before, Part, Prints, differing, is_in, is_little, prints_of
from ioc_pipeline.publish.versions import finish, make_read_only, unfinished
from ioc_pipeline.warehouse.place import quoted

NO_EXTENSIONS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


@dataclass(frozen=True, slots=True)
class Publication:
    """What a version says of itself in `_publication` and its data package; `published_at` is UTC without a zone."""

    version: str
    published_at: datetime
    as_of: date
    load_seq: int


def write_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    publication: Publication,
    prints: Mapping[Mart, Prints],
    before: Before | None,
) -> dict[Mart, set[Part]]:
    """Write, verify and sync a version, and give it its name last.

    It begins as a copy of the version before it. What the warehouse holds in the same way stays and is not read; of a
    mart in which little changed the parts that did are written again, any other is sorted and written whole.

    Args:
        connection: has the warehouse attached as `warehouse`.
        prints: of every mart, as it is in the warehouse.
        before: the version before, as it was published.

    Returns:
        The parts of each mart in which this version differs from that one.

    Raises:
        ConflictError: a copy differs from its mart, or the columns of a mart are not those of its contract.
    """
    file = unfinished(path)
    if before:
        shutil.copyfile(before.database, file)
    connection.execute(f"attach {quoted(file)} as version (storage_version 'v1.2.0')")
    connection.begin()  # one commit: each would wait for the disk
    connection.execute("create schema if not exists version.marts")
    _drop_others(connection, list(prints))
    declared = _as_declared(connection, list(prints))
    changed = {
        mart: differing(before.prints[mart.name], now) if before and mart in declared else set(now)
        for mart, now in prints.items()
    }
    few = {mart: changed[mart] for mart in declared if changed[mart] and is_little(prints[mart], changed[mart])}
    whole = [mart for mart in prints if mart not in declared or (changed[mart] and mart not in few)]
    for mart, parts in few.items():
        _copy_parts(connection, mart, parts)
    for mart in whole:
        _copy(connection, mart)
    written = _as_declared(connection, whole)
    if wrong := [
        *(mart.name for mart, parts in few.items() if not _is_copied(connection, mart, prints[mart], parts)),
        *(m.name for m in whole if m not in written or prints_of(connection, "version.marts", m) != prints[m]),
    ]:
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
    return changed


def _drop_others(connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> None:
    """A version holds the marts of the project and nothing else: drop what only the version before has."""
    tables = connection.execute("select table_name from duckdb_tables() where database_name = 'version'").fetchall()
    for name in {name for (name,) in tables} - {mart.name for mart in marts}:
        connection.execute(f"drop table version.marts.{name}")


def _as_declared(connection: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> list[Mart]:
    """Marts that the version holds with the columns and words of their contract."""
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
        for mart in marts
        if found.get(mart.name) == [(column.name, column.data_type, column.comment) for column in mart.columns]
        and described[mart.name] == mart.comment
    ]


def _is_copied(connection: duckdb.DuckDBPyConnection, mart: Mart, prints: Prints, parts: Collection[Part]) -> bool:
    expected = {part: prints[part] for part in parts if part in prints}
    return prints_of(connection, "version.marts", mart, is_in(mart, parts)) == expected


def _copy_parts(connection: duckdb.DuckDBPyConnection, mart: Mart, parts: Collection[Part]) -> None:
    connection.execute(f"delete from version.marts.{mart.name} where {is_in(mart, parts)}")  # noqa: S608
    connection.execute(
        f"insert into version.marts.{mart.name}"  # noqa: S608
        f" select {mart.column_list} from warehouse.marts.{mart.name} where {is_in(mart, parts)}"
        f" order by {', '.join(mart.key)}"
    )


def _copy(connection: duckdb.DuckDBPyConnection, mart: Mart) -> None:
    connection.execute(
        f"create or replace table version.marts.{mart.name} as"  # noqa: S608
        f" select {mart.column_list} from warehouse.marts.{mart.name} order by {', '.join(mart.key)}"
    )
    connection.execute(f"comment on table version.marts.{mart.name} is {quoted(mart.comment)}")
    for column in mart.columns:
        connection.execute(f"comment on column version.marts.{mart.name}.{column.name} is {quoted(column.comment)}")
