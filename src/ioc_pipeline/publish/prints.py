"""What each part of a mart hashes to: by that versions are compared, and what a version had is kept beside it.

A part has the rows of one year whose first key column has one of some values, most often a few indicators or units.
Marts that a build does not keep by year have all their rows in the year 0.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ioc_pipeline.durable import write_durably
from ioc_pipeline.publish.marts import YEAR_COLUMN, Mart
from ioc_pipeline.publish.versions import Pointer, hash_file

_BUCKETS = 256

Part = tuple[int, int]
"""A year and a bucket of the first key column."""

Prints = dict[Part, tuple[int, ...]]
"""Of each part of a mart, count and hashes of its rows in any order; good within one version of DuckDB."""


@dataclass(frozen=True, slots=True)
class Before:
    """A published version to go on with: its files, the build it was made from, the prints of each mart by its name."""

    database: Path
    parquet: Path
    build_id: str
    prints: Mapping[str, Prints]


def prints_of(connection: duckdb.DuckDBPyConnection, schema: str, mart: Mart, condition: str = "true") -> Prints:
    """Of the rows of a mart that this condition names."""
    columns = mart.column_list
    rows = connection.execute(
        f"""
        select {_year_of(mart)} as part_year, {_bucket_of(mart)} as part_bucket,
            count(*), sum(cast(hash({columns}) as hugeint)), sum(cast(hash(1, {columns}) as hugeint))
        from {schema}.{mart.name} where {condition} group by part_year, part_bucket
        """  # noqa: S608  # names come from the project's own contracts
    ).fetchall()
    return {(year, bucket): tuple(sums) for year, bucket, *sums in rows}


def prints_after(
    connection: duckdb.DuckDBPyConnection,
    marts: Sequence[Mart],
    before: Before | None,
    years: Collection[int] | None,
) -> dict[Mart, Prints]:
    """Of every mart in the warehouse, attached as `warehouse`.

    Rows of other `years` are those of the version `before` in marts that a build keeps by year: they are not read.
    None means that anything may have changed.
    """
    found = {}
    for mart in marts:
        if before is None or years is None or not mart.is_kept_by_year:
            found[mart] = prints_of(connection, "warehouse.marts", mart)
            continue
        stayed = {part: sums for part, sums in before.prints[mart.name].items() if part[0] not in years}
        found[mart] = stayed | prints_of(connection, "warehouse.marts", mart, in_years(years))
    return found


def in_years(years: Collection[int]) -> str:
    """The condition by which a row of a mart that is kept by year is of one of these."""
    return f"{YEAR_COLUMN} in ({', '.join(map(str, sorted(years)))})" if years else "false"


def is_in(mart: Mart, parts: Collection[Part]) -> str:
    """The condition by which a row of a mart lies in one of these parts."""
    buckets: dict[int, list[int]] = {}
    for year, bucket in sorted(parts):
        buckets.setdefault(year, []).append(bucket)
    return "(" + " or ".join(
        f"{_year_of(mart)} = {year} and {_bucket_of(mart)} in ({', '.join(map(str, listed))})"
        for year, listed in buckets.items()
    ) + ")"  # fmt: skip


def is_little(prints: Prints, parts: Collection[Part]) -> bool:
    """Whether these parts hold less than half of the rows: they come to lie behind the others, out of their order."""
    rows = sum(count for count, *_ in prints.values())
    return 2 * sum(prints[part][0] for part in parts if part in prints) < rows


def differing(before: Prints, after: Prints) -> set[Part]:
    """Parts whose rows are not the same."""
    return {part for part in before.keys() | after.keys() if before.get(part) != after.get(part)}


def keep_prints(path: Path, build_id: str, prints: Mapping[Mart, Prints]) -> str:
    """Write them beside their version; gives the hash of the file."""
    said = {
        "duckdb": duckdb.__version__,
        "build_id": build_id,
        "prints": {mart.name: sorted(parts.items()) for mart, parts in prints.items()},
    }
    write_durably(path, json.dumps(said).encode())
    return hash_file(path)


def read_before(folder: Path, pointer: Pointer, marts: Sequence[Mart]) -> Before | None:
    """The version to go on with; None where its prints are not as they were written, or speak of other marts."""
    path = folder / prints_file(pointer.version)
    if not pointer.prints_sha256 or hash_file(path) != pointer.prints_sha256:
        return None
    said = json.loads(path.read_bytes())
    if said["duckdb"] != duckdb.__version__ or said["prints"].keys() != {mart.name for mart in marts}:
        return None
    prints = {
        name: {(year, bucket): tuple(sums) for (year, bucket), sums in parts} for name, parts in said["prints"].items()
    }
    return Before(folder / pointer.file, folder / pointer.parquet, said["build_id"], prints)


def prints_file(version: str) -> str:
    return f"prints_{version}.json"


def _year_of(mart: Mart) -> str:
    return YEAR_COLUMN if mart.is_kept_by_year else "0"


def _bucket_of(mart: Mart) -> str:
    return f"hash({mart.key[0]}) % {_BUCKETS}"
