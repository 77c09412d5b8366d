"""Marts → what people query: a new verified version beside the old ones, and a pointer moved to it at once."""

import hashlib
import json
import logging
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ioc_pipeline.domain.errors import ConflictError
from ioc_pipeline.publish.data_contract import write_contracts
from ioc_pipeline.publish.database import NO_EXTENSIONS, Publication, write_database
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.publish.parquet import table_schema, write_parquet
from ioc_pipeline.publish.prints import keep_prints, prints_after, prints_file, read_before
from ioc_pipeline.publish.versions import (
    PACKAGE,
    Pointer,
    damage_of,
    forget_old,
    forget_unfinished,
    hash_file,
    link,
    move_pointer,
    next_number,
    read_pointer,
)
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import place_of, quoted

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """`changed` is false when the marts were those already published; `load_seq` is the newest load they hold."""

    version: str
    path: Path
    load_seq: int
    sha256: str
    package_sha256: str
    changed: bool

    @property
    def told(self) -> dict[str, str | int | bool]:
        """What an event of Airflow says of it."""
        return {"version": self.version, "load_seq": self.load_seq, "changed": self.changed}


def publish(settings: Settings, *, published_at: datetime, last_version: str = "") -> Published:
    """Copy the marts of a finished build to a new version, verify it, and move the pointer to it.

    The same content again changes nothing, and a mart that did not change is taken from the version before. The
    pointer never moves back, and the last three versions stay: who reads one of them is not disturbed. A current
    version that is not as it was published, or another installation's, is left behind: a new one is written.
    `last_version` is the last that the ledger knows, whatever the folder still has. The caller works on the warehouse
    alone: two publishers at once would give one number twice.

    Raises:
        ConflictError: the last build did not finish, a mart is gone, or a copy differs from it; the pointer stays.
    """
    marts = read_marts(settings.dbt_project)
    folder = settings.published
    folder.mkdir(parents=True, exist_ok=True)
    with closing(_connect(folder)) as connection:
        place_of(settings).attach_to_read(connection)
        as_of, load_seq = _finished_build(connection)
        if gone := sorted({mart.name for mart in marts} - _marts_there(connection)):
            raise ConflictError(f"{', '.join(gone)}: gone from the warehouse since they were built")
        installation_id = _installation_id(connection)
        current = _usable(folder, installation_id)
        before = read_before(folder, current, marts) if current else None
        build_id, years = _touched_since(connection, before.build_id if before else "")
        if before and years is not None:
            connection.execute("set threads = 1")  # a second one has little to do then, and costs a third more
        prints = prints_after(connection, marts, before, years)
        content = [
            {mart.name: sorted(prints[mart].items()) for mart in marts},
            [table_schema(mart, marts) for mart in marts],
        ]
        content_hash = hashlib.sha256(json.dumps(content).encode()).hexdigest()
        if current and current.content_hash == content_hash:
            link(folder, current.file)
            write_contracts(folder, marts)
            hashes = (current.sha256, current.package_sha256)
            return Published(current.version, folder / current.file, load_seq, *hashes, changed=False)
        version = f"{next_number(folder, last_version):06d}_{content_hash[:8]}"
        forget_unfinished(folder)
        write_contracts(folder, marts)
        publication = Publication(version, published_at.astimezone(UTC).replace(tzinfo=None), as_of, load_seq)
        path, parquet = folder / f"marts_{version}.duckdb", folder / f"parquet_{version}"
        changed = write_database(connection, path, publication, prints, before)
        connection.execute(f"attach {quoted(path)} as version (read_only)")
        write_parquet(connection, parquet, publication, prints, changed, before)
        hashes = (hash_file(path), hash_file(parquet / PACKAGE))
        move_pointer(
            folder,
            Pointer(
                version=version,
                file=path.name,
                parquet=parquet.name,
                published_at=published_at.astimezone(UTC).isoformat(),
                as_of=as_of.isoformat(),
                load_seq=load_seq,
                content_hash=content_hash,
                sha256=hashes[0],
                package_sha256=hashes[1],
                installation_id=installation_id,
                prints_sha256=keep_prints(folder / prints_file(version), build_id, prints),
            ),
        )
        forget_old(folder)
    return Published(version, path, load_seq, *hashes, changed=True)


def _usable(folder: Path, installation_id: str) -> Pointer | None:
    """The current version, if it is ours and as it was published."""
    current = read_pointer(folder)
    if current is None or current.installation_id != installation_id:
        return None
    if damage := damage_of(folder, current.version, current.sha256, current.package_sha256):
        _LOG.warning("version %s: %s; a new one is published", current.version, damage)
        return None
    return current


def _installation_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Whose warehouse it is, "" where that is not said."""
    if not _has(connection, "raw", "installation"):
        return ""
    found = connection.execute("select installation_id from warehouse.raw.installation").fetchone()
    return str(found[0]) if found else ""


def _touched_since(connection: duckdb.DuckDBPyConnection, build_id: str) -> tuple[str, list[int] | None]:
    """The newest build of the warehouse, and the years that were touched after this one; None if any may have been.

    A build of everything, or on another day, forgets those before it.
    """
    if not _has(connection, "build", "touched"):
        return "", None
    rows: list[tuple[str, int | None]] = connection.execute(
        "select build_id, period_year from warehouse.build.touched order by build_number desc"
    ).fetchall()
    ids = [found for found, _ in rows]
    years = [year for _, year in rows[: ids.index(build_id)]] if build_id in ids else [None]
    return ids[0], None if None in years else [year for year in years if year is not None]


def _marts_there(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Tables and views."""
    return {
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables"
            " where table_catalog = 'warehouse' and table_schema = 'marts'"
        ).fetchall()
    }


def _has(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    return bool(
        connection.execute(
            "from duckdb_tables() where database_name = 'warehouse' and schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchall()
    )


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that spills into the folder, beyond what a small machine can spare."""
    spill = str(folder / ".unfinished_spill")
    return duckdb.connect(config={**NO_EXTENSIONS, "memory_limit": "600MB", "temp_directory": spill})


def _finished_build(connection: duckdb.DuckDBPyConnection) -> tuple[date, int]:
    """The day the marts in the warehouse speak of, and the newest load they were built from."""
    run = connection.execute("select as_of, load_seq, is_complete from warehouse.build.run").fetchone()
    if run is None or not run[2]:
        raise ConflictError("the last build did not finish, so its marts are not published: build again")
    return run[0], run[1]
