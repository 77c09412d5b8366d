"""The current version, for who asks it: the connection it is read through, its day, and the hashes of its marts."""

import hashlib
from contextlib import closing
from datetime import date

import duckdb

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.publish.database import NO_EXTENSIONS
from ioc_pipeline.publish.marts import Mart, read_marts
from ioc_pipeline.publish.versions import POINTER, hash_file, kept_versions, read_pointer
from ioc_pipeline.settings import Settings

# What a rebuild from landing cannot repeat and need not: load_seq and the clock of the load do not reach the marts,
# so only the day the build spoke of, and what is counted from it, are left out of a comparison.
RUN_METADATA = frozenset({"as_of_date", "age_days"})

_READ_NO_MORE: dict[str, str | bool | int | float | list[str]] = {
    **NO_EXTENSIONS,
    "enable_external_access": "false",
    "lock_configuration": "true",
}


def connect_published(settings: Settings, version: str = "") -> duckdb.DuckDBPyConnection:
    """Open a version, "" for the current one: read-only, no access to files or the network, no setting can be changed.

    Schema `marts` is the default one.

    Raises:
        UserError: nothing is published yet, the version is not kept any more, or it is not what was published.
    """
    pointer = read_pointer(settings.published)
    if pointer is None:
        is_torn = (settings.published / POINTER).exists()
        said = f"{settings.published / POINTER} is not whole" if is_torn else "nothing is published yet"
        raise UserError(f"{said}: `ioc run` publishes, or wait for the next build")
    path = settings.published / pointer.file
    if version in ("", pointer.version) and pointer.sha256 and hash_file(path) != pointer.sha256:
        raise UserError(f"{path} is not what was published, or gone: `ioc run` publishes it anew")
    if version and version != pointer.version:
        kept = kept_versions(settings.published)
        if version not in kept:
            raise UserError(f"version {version} is not kept any more; the current one is {pointer.version}")
        path = kept[version]
    # Locked from the start: a process that opens a version twice shares its settings, and could not lock them again.
    connection = duckdb.connect(str(path), read_only=True, config=_READ_NO_MORE)
    connection.execute("use marts")
    return connection


def as_of(settings: Settings) -> date | None:
    """The day the published marts speak of; None when nothing is published."""
    pointer = read_pointer(settings.published)
    return date.fromisoformat(pointer.as_of) if pointer else None


def ordered_row_hash(settings: Settings) -> dict[str, str]:
    """Hash of each published mart's rows without `RUN_METADATA`, whatever their order on disk; empty if none is there.

    Made of the MD5 of each row, so it compares across machines and versions.
    """
    if read_pointer(settings.published) is None:
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
