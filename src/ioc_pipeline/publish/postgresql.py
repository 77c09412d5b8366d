"""A published version → PostgreSQL, for BI servers: a schema of its own for each version, stable views over the newest.

Who reads asks the views in schema `marts`. They are switched to a new version in one transaction together with
`_publication`, so that no statement sees two versions. A view keeps its columns for as long as it exists: what a mart
no longer has is null, so that views which others built upon ours go on working. A table that did not change, or little,
is not copied again: it moves to the schema of the new version in the same transaction.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from ioc_pipeline.domain.errors import ConflictError, UserError
from ioc_pipeline.publish.database import NO_EXTENSIONS
from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.publish.served_tables import Step, copy_whole, move_on, steps_to, type_of, write_changed

SCHEMA, READERS = "marts", "ioc_bi"
VERSIONS_KEPT = 2  # the one before the newest, for statements that began before the switch
CONNECT_SECONDS = 3
LOCK_WAIT = "400ms"  # a reader who comes while the switch waits for another reader waits no longer than this
TRIES, PAUSE_SECONDS = 15, 0.7
_PUBLISHERS = 1_766_202_5  # number of the advisory lock: one publisher at a time
_WRITING_FUNCTIONS = ("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "lo_put(oid, bigint, bytea)",
                      "lowrite(integer, bytea)", "lo_open(oid, integer)", "lo_unlink(oid)",
                      "lo_truncate(integer, integer)", "lo_truncate64(integer, bigint)")  # fmt: skip
"""Large objects are the one thing that PostgreSQL lets everybody write."""

_LOG = logging.getLogger(__name__)
_PUBLICATION = Mart(
    "_publication",
    "Which version of the marts this is, and what it holds.",
    ("version",),
    (
        Column("version", "varchar", "Number and hash of the version."),
        Column("published_at", "timestamp", "When it was published."),
        Column("as_of", "date", "The day the marts speak of."),
        Column("load_seq", "bigint", "The newest load they hold."),
    ),
)


def publish_to_postgresql(url: str, database: Path, marts: Sequence[Mart]) -> bool:
    """Bring a published version there and switch the views to it; False when it is there already.

    Killed anywhere, the views still show the version before, and the next call begins anew.

    Args:
        url: libpq URL of a database in which its user may create schemas.
        database: the DuckDB file of the version.

    Raises:
        psycopg.Error: the server cannot be reached, is full, or its readers leave no moment for the switch.
        ConflictError: another process publishes there.
    """
    everything = [*marts, _PUBLICATION]
    with (
        closing(duckdb.connect(str(database), read_only=True, config={**NO_EXTENSIONS})) as version,
        psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS) as there,
        _alone(there),
    ):
        ((number,),) = version.execute("select version from marts._publication").fetchall()
        name = f"{SCHEMA}_{number}"
        _prepare(there)
        before = _current(there)
        is_new = before != name
        if is_new:
            steps = steps_to(version, there, before, everything)
            _copy(version, there, name, steps)
            _switch(version, there, before, name, steps)
        _forget_old(there, name)
    return is_new


def place_of(url: str) -> str:
    """Which database a URL names, without user and password.

    Raises:
        UserError: it names none; it is not repeated, since it may hold a password.
    """
    try:
        said = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise UserError("IOC_SERVING_URL: expected postgresql://user:password@host/database, or off") from None
    return f"{said.get('host', '')}:{said.get('port', '')}/{said.get('dbname', '')}"


@contextmanager
def _alone(there: psycopg.Connection) -> Iterator[None]:
    """One publisher at a time. The server ends the lock with the connection, but only when it gets to that."""
    taken = there.execute("select pg_try_advisory_lock(%s)", [_PUBLISHERS]).fetchone()
    if not (taken and taken[0]):
        raise ConflictError("another process publishes to this PostgreSQL")
    yield
    there.execute("select pg_advisory_unlock(%s)", [_PUBLISHERS])


def _prepare(there: psycopg.Connection) -> None:
    """The schema of the views, and a role that may read them and nothing else."""
    there.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(SCHEMA)))
    readers = sql.Identifier(READERS)
    with there.transaction():
        if not there.execute("select 1 from pg_roles where rolname = %s", [READERS]).fetchone():
            there.execute(sql.SQL("create role {}").format(readers))
    there.execute(sql.SQL("grant usage on schema {} to {}").format(sql.Identifier(SCHEMA), readers))
    database = sql.Identifier(there.info.dbname)
    # Everybody may connect, use temporary tables and write large objects unless that is taken from everybody.
    _if_allowed(there, sql.SQL("revoke temporary on database {} from public").format(database))
    for function in _WRITING_FUNCTIONS:
        _if_allowed(there, sql.SQL("revoke execute on function {} from public").format(sql.SQL(function)))


def _if_allowed(there: psycopg.Connection, statement: sql.Composed) -> None:
    """A right of the server's or the database's owner, who may have settled it otherwise."""
    try:
        there.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        _LOG.info("left to the owner of the database: %s", statement.as_string(there))
        _LOG.debug("%s", error)


def _current(there: psycopg.Connection) -> str:
    """The schema that the views read, "" before the first publication."""
    found = there.execute("select to_regclass(%s)::text", [f"{SCHEMA}._publication"]).fetchone()
    if not (found and found[0]):
        return ""
    version = there.execute(sql.SQL("select version from {}._publication").format(sql.Identifier(SCHEMA))).fetchone()
    return f"{SCHEMA}_{version[0]}" if version else ""


def _copy(version: duckdb.DuckDBPyConnection, there: psycopg.Connection, name: str, steps: Sequence[Step]) -> None:
    """The tables of the version that are new, with their indexes, by one transaction."""
    schema = sql.Identifier(name)
    with there.transaction():
        there.execute(sql.SQL("drop schema if exists {} cascade").format(schema))
        there.execute(sql.SQL("create schema {}").format(schema))
        there.execute("set local timezone = 'UTC'")  # what the times are in
        for step in steps:
            if step.changed is None:
                copy_whole(version, there, name, step)


def _switch(
    version: duckdb.DuckDBPyConnection, there: psycopg.Connection, before: str, name: str, steps: Sequence[Step]
) -> None:
    """Let all views show the version, as soon as there is a moment in which nobody holds one of them.

    Whoever reads meanwhile sees no row of the new version: those of the tables that go on count when all of it does.
    """
    for tried in range(TRIES):
        try:
            with there.transaction():
                there.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_WAIT)))
                there.execute("set local timezone = 'UTC'")
                kept = [step for step in steps if step.changed is not None]
                for step in kept:
                    write_changed(version, there, before, step)
                # from here on readers wait; they take the view before its table, and so must we
                _replace_views(there, {step.mart: name if step.changed is None else before for step in steps})
                for step in kept:
                    move_on(there, before, name, step.mart)
            return
        except psycopg.errors.LockNotAvailable:
            if tried == TRIES - 1:
                raise
            time.sleep(PAUSE_SECONDS)


def _replace_views(there: psycopg.Connection, schemas: Mapping[Mart, str]) -> None:
    """Let each view show the table of its mart in this schema; a table may move on, its view goes with it."""
    shown = _shown_columns(there)
    for mart, schema in schemas.items():
        columns = shown.pop(mart.name, [])
        if _has_other_types(mart, columns) and _dropped(there, mart.name):
            columns = []
        there.execute(_view(schema, mart, columns))
        view = sql.Identifier(SCHEMA, mart.name)
        there.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(mart.comment)))
        for column in mart.columns:
            place = sql.Identifier(SCHEMA, mart.name, column.name)
            there.execute(sql.SQL("comment on column {} is {}").format(place, sql.Literal(column.comment)))
    for gone, columns in shown.items():
        there.execute(_view("", Mart(gone, "", (), ()), columns))
    everything = sql.SQL("grant select on all tables in schema {} to {}")
    there.execute(everything.format(sql.Identifier(SCHEMA), sql.Identifier(READERS)))


def _has_other_types(mart: Mart, shown: Sequence[tuple[str, str]]) -> bool:
    """Whether a column has another type now than a view of before shows it with."""
    types = {column.name: type_of(column) for column in mart.columns}
    return any(types.get(column, data_type) != data_type for column, data_type in shown)


def _dropped(there: psycopg.Connection, view: str) -> bool:
    """Drop a view to make it anew with other types, unless others built upon it: theirs keep the types they know."""
    try:
        with there.transaction():
            there.execute(sql.SQL("drop view {}").format(sql.Identifier(SCHEMA, view)))
    except psycopg.errors.DependentObjectsStillExist:
        return False
    return True


def _view(schema: str, mart: Mart, shown: Sequence[tuple[str, str]]) -> sql.Composed:
    """Columns that are shown already keep their places and types; one that the mart no longer has is null."""
    names = [column.name for column in mart.columns]
    columns: list[sql.Composable] = [
        sql.SQL("{}::{} as {}").format(
            sql.Identifier(column) if column in names else sql.NULL, sql.SQL(data_type), sql.Identifier(column)
        )
        for column, data_type in shown
    ]
    columns += [sql.Identifier(column) for column in names if column not in dict(shown)]
    rows = sql.SQL("from {}").format(sql.Identifier(schema, mart.name)) if names else sql.SQL("where false")
    view = sql.Identifier(SCHEMA, mart.name)
    return sql.SQL("create or replace view {} as select {} {}").format(view, sql.SQL(", ").join(columns), rows)


def _shown_columns(there: psycopg.Connection) -> dict[str, list[tuple[str, str]]]:
    """Name and type of the columns of each view, in their order."""
    found: dict[str, list[tuple[str, str]]] = {}
    for view, column, data_type in there.execute(
        """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = %s and c.relkind = 'v'
        order by c.relname, a.attnum
        """,
        [SCHEMA],
    ):
        found.setdefault(view, []).append((column, data_type))
    return found


def _forget_old(there: psycopg.Connection, current: str) -> None:
    """Drop older versions that nobody reads any more; one that is still read goes another time."""
    found = there.execute("select nspname from pg_namespace where nspname like %s", [f"{SCHEMA}\\_%"]).fetchall()
    names = sorted((name for (name,) in found if name <= current), reverse=True)
    for name in names[VERSIONS_KEPT:]:
        try:
            with there.transaction():
                there.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(LOCK_WAIT)))
                there.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
        except psycopg.errors.LockNotAvailable:
            _LOG.info("%s is still read", name)
