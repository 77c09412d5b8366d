"""The tables behind the views in PostgreSQL: which of the version before go on, and what of them is written again.

A table says of itself, in its comment, of which shape it is and what each part of its rows hashes to. One that holds
what the new version holds, or nearly, moves on to the schema of that version; any other is copied whole.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import duckdb
import psycopg
import pyarrow.csv
from psycopg import sql

from ioc_pipeline.publish.marts import Column, Mart
from ioc_pipeline.publish.prints import Part, Prints, in_years, is_in, is_little, prints_of

_BATCH_ROWS = 50_000
_ASKED_BY = ("indicator_code", "org_unit_code", "period_end_date")


@dataclass(frozen=True, slots=True)
class Content:
    """`shape` changes with the columns, the key and the version of DuckDB; `parts` are hashes of rows by part."""

    shape: str
    row_count: int
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one table: None in `changed` means that it is copied whole."""

    mart: Mart
    content: Content
    changed: frozenset[Part] | None


def steps_to(
    version: duckdb.DuckDBPyConnection, there: psycopg.Connection, before: str, marts: Sequence[Mart]
) -> list[Step]:
    """How each table of a version comes from those of the version before, whose schema is `before` or ""."""
    said = _said(there, before)
    return [_step(there, before, mart, prints_of(version, "marts", mart), said.get(mart.name)) for mart in marts]


def _step(there: psycopg.Connection, before: str, mart: Mart, prints: Prints, said: Content | None) -> Step:
    columns = [(column.name, column.data_type) for column in mart.columns]
    shape = (duckdb.__version__, mart.key, mart.is_kept_by_year, columns)
    content = Content(
        hashlib.sha256(repr(shape).encode()).hexdigest(),
        sum(count for count, *_ in prints.values()),
        {
            f"{year}:{bucket}": hashlib.sha256(repr(sums).encode()).hexdigest()[:32]
            for (year, bucket), sums in prints.items()
        },
    )
    if (
        said is None
        or said.shape != content.shape
        or said.row_count != _count(there, sql.Identifier(before, mart.name))
    ):
        return Step(mart, content, None)
    differing = said.parts.keys() ^ content.parts.keys()
    differing |= {part for part in said.parts.keys() & content.parts.keys() if said.parts[part] != content.parts[part]}
    changed = frozenset((int(year), int(bucket)) for year, bucket in (part.split(":") for part in differing))
    return Step(mart, content, changed if not changed or is_little(prints, changed) else None)


def copy_whole(version: duckdb.DuckDBPyConnection, there: psycopg.Connection, schema: str, step: Step) -> None:
    """A new table of a version, with its indexes; times are taken as those of the session's zone."""
    mart, table = step.mart, sql.Identifier(schema, step.mart.name)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(type_of(column))) for column in mart.columns
    ]
    there.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)))
    _copy_rows(version, there, table, mart, "true")
    _index(there, table, mart.key, unique=True)
    asked_by = [column for column in _ASKED_BY if column in mart.column_list.split(", ")]
    if asked_by and tuple(asked_by) != mart.key[: len(asked_by)]:
        _index(there, table, asked_by)
    there.execute(sql.SQL("analyze {}").format(table))
    _say(there, table, step.content)


def write_changed(version: duckdb.DuckDBPyConnection, there: psycopg.Connection, schema: str, step: Step) -> None:
    """Bring a table of the version before to what this one holds, within the caller's transaction."""
    mart, table = step.mart, sql.Identifier(schema, step.mart.name)
    if step.changed:
        for year in sorted({year for year, _ in step.changed}):
            _write_year(version, there, table, mart, [part for part in step.changed if part[0] == year])
        _say(there, table, step.content)


def _write_year(
    version: duckdb.DuckDBPyConnection, there: psycopg.Connection, table: sql.Identifier, mart: Mart, parts: list[Part]
) -> None:
    """Write these parts of one year again; PostgreSQL does not know our hash, so it is told whose rows stay."""
    key, condition = mart.key[0], is_in(mart, parts)
    of_year = in_years([parts[0][0]]) if mart.is_kept_by_year else "true"
    stay = version.execute(f"select distinct {key} from marts.{mart.name} where {of_year} and not {condition}")  # noqa: S608
    values = [value for (value,) in stay.fetchall()]
    there.execute(
        sql.SQL("delete from {} where {} and {} <> all(%s)").format(table, sql.SQL(of_year), sql.Identifier(key)),
        [values],
    )
    _copy_rows(version, there, table, mart, condition)


def move_on(there: psycopg.Connection, before: str, name: str, mart: Mart) -> None:
    """Give a table of the version before to this one; its rows and indexes stay as they are."""
    table = sql.Identifier(before, mart.name)
    there.execute(sql.SQL("alter table {} set schema {}").format(table, sql.Identifier(name)))


def _copy_rows(
    version: duckdb.DuckDBPyConnection, there: psycopg.Connection, table: sql.Identifier, mart: Mart, condition: str
) -> None:
    with there.cursor().copy(sql.SQL("copy {} from stdin (format csv)").format(table)) as copy:
        for block in _csv(version, mart, condition):
            copy.write(block)


def _csv(version: duckdb.DuckDBPyConnection, mart: Mart, condition: str) -> Iterator[memoryview]:
    """The rows as CSV: a missing value is nothing at all, an empty text is quoted."""
    found = version.execute(f"select {mart.column_list} from marts.{mart.name} where {condition}")  # noqa: S608
    options = pyarrow.csv.WriteOptions(include_header=False)
    for batch in found.to_arrow_reader(_BATCH_ROWS):
        stream = io.BytesIO()
        pyarrow.csv.write_csv(batch, stream, options)
        yield stream.getbuffer()


def _index(there: psycopg.Connection, table: sql.Identifier, columns: Sequence[str], *, unique: bool = False) -> None:
    kind = sql.SQL("create unique index" if unique else "create index")
    names = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    there.execute(sql.SQL("{} on {} ({})").format(kind, table, names))


def _say(there: psycopg.Connection, table: sql.Identifier, content: Content) -> None:
    there.execute(sql.SQL("comment on table {} is {}").format(table, sql.Literal(json.dumps(asdict(content)))))


def _said(there: psycopg.Connection, schema: str) -> dict[str, Content]:
    """What the tables of a schema say of themselves; one that says nothing is left out."""
    rows = there.execute(
        """
        select c.relname, obj_description(c.oid, 'pg_class')
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname = %s and c.relkind = 'r' and obj_description(c.oid, 'pg_class') like '{%%'
        """,
        [schema],
    ).fetchall()
    return {name: Content(**json.loads(said)) for name, said in rows}


def _count(there: psycopg.Connection, table: sql.Identifier) -> int:
    ((count,),) = there.execute(sql.SQL("select count(*) from {}").format(table)).fetchall()
    return int(count)


def type_of(column: Column) -> str:
    """The type as PostgreSQL spells it; our times are UTC, there they say so."""
    if column.data_type.startswith("decimal"):
        return column.data_type.replace("decimal", "numeric")
    return {"varchar": "text", "timestamp": "timestamp with time zone", "double": "double precision"}.get(
        column.data_type, column.data_type
    )
