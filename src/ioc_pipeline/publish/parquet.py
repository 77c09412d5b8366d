"""Marts → parquet_<version>/: one file a mart, and what is in them as a Frictionless data package."""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.durable import sync_file, write_durably
from ioc_pipeline.publish.database import Publication, quoted
from ioc_pipeline.publish.marts import Mart
from ioc_pipeline.publish.versions import PACKAGE, finish, hash_file, make_read_only, unfinished

_FIELD_TYPES = {
    "varchar": "string",
    "date": "date",
    "timestamp": "datetime",
    "boolean": "boolean",
    "integer": "integer",
    "bigint": "integer",
}


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    publication: Publication,
    marts: Sequence[Mart],
    kept: dict[Mart, Path],
) -> None:
    """Write a version's folder under an unfinished name, then give it its own.

    Args:
        connection: has the warehouse attached as `warehouse`.
        kept: the files of the version before that hold a mart as it still is; they are copied byte for byte.
    """
    folder = unfinished(path)
    folder.mkdir()
    for mart in marts:
        file = folder / _file_name(mart)
        if mart in kept:
            shutil.copyfile(kept[mart], file)
        else:
            connection.execute(
                f"copy (select {mart.column_list} from warehouse.marts.{mart.name} order by {', '.join(mart.key)})"  # noqa: S608
                f" to {quoted(file)} (format parquet)"
            )
        sync_file(file)
        make_read_only(file)
    package = {
        "name": "ioc-marts",
        "title": "Dữ liệu tổng hợp của Trung tâm giám sát, điều hành thông minh",
        "version": publication.version,
        "created": publication.published_at.replace(tzinfo=UTC).isoformat(),
        "as_of": publication.as_of.isoformat(),
        "load_seq": publication.load_seq,
        "resources": [_resource(folder / _file_name(mart), mart) for mart in marts],
    }
    write_durably(folder / PACKAGE, json.dumps(package, ensure_ascii=False, indent=1).encode())
    make_read_only(folder / PACKAGE)
    finish(path)


def intact_files(folder: Path, marts: Sequence[Mart]) -> dict[Mart, Path]:
    """Those of these marts whose file in an earlier version is byte for byte what its data package says."""
    package = folder / PACKAGE
    try:
        resources = json.loads(package.read_bytes())["resources"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    said = {resource["path"]: resource["hash"] for resource in resources}
    files = {mart: folder / _file_name(mart) for mart in marts}
    return {mart: file for mart, file in files.items() if file.exists() and said.get(file.name) == _hash(file)}


def table_schema(mart: Mart) -> dict[str, Any]:
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


def _resource(file: Path, mart: Mart) -> dict[str, Any]:
    return {
        "name": mart.name.replace("_", "-"),
        "path": file.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": mart.description,
        "bytes": file.stat().st_size,
        "hash": _hash(file),
        "schema": table_schema(mart),
    }


def _file_name(mart: Mart) -> str:
    return f"{mart.name}.parquet"


def _hash(file: Path) -> str:
    return f"sha256:{hash_file(file)}"
