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
from ioc_pipeline.publish.marts import Mart, foreign_keys
from ioc_pipeline.publish.versions import PACKAGE, finish, hash_file, make_read_only, unfinished

LICENCE = {
    "name": "notspecified",
    "title": "Chưa công bố giấy phép: dữ liệu chia sẻ trong cơ quan nhà nước theo Nghị định 47/2020/NĐ-CP",
}
_CONTRIBUTORS = [
    {"title": "Trung tâm giám sát, điều hành thông minh của tỉnh", "role": "publisher"},
    {"title": "Các sở, cơ quan và xã, phường gửi báo cáo (mart_lineage nói ô nào của ai)", "role": "contributor"},
]
_FIELD_TYPES = {
    "varchar": "string",
    "date": "date",
    "timestamp": "datetime",
    "boolean": "boolean",
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
        connection: has the database of the version attached as `version`.
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
                f"copy (select {mart.column_list} from version.marts.{mart.name}) to {quoted(file)} (format parquet)"  # noqa: S608
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
        "licenses": [LICENCE],
        "contributors": _CONTRIBUTORS,
        "resources": [_resource(folder / _file_name(mart), mart, marts) for mart in marts],
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


def table_schema(mart: Mart, marts: Sequence[Mart]) -> dict[str, Any]:
    """The contract of a mart as a Frictionless table schema, with the joins that `marts` allow.

    Whole numbers are `number` with their `physicalType`: whoever reads Parquet through pandas, as frictionless does,
    gets a nullable one as a float and would take it for an error.
    """
    return {
        "fields": [
            {
                "name": column.name,
                "type": _FIELD_TYPES.get(column.data_type, "number"),
                "physicalType": column.data_type,
                "title": column.words.label,
                "description": column.comment,
            }
            for column in mart.columns
        ],
        "primaryKey": list(mart.key),
        "foreignKeys": [
            {"fields": [name], "reference": {"resource": _resource_name(other), "fields": [name]}}
            for name, other in foreign_keys(mart, marts).items()
        ],
    }


def _resource(file: Path, mart: Mart, marts: Sequence[Mart]) -> dict[str, Any]:
    return {
        "name": _resource_name(mart),
        "title": mart.words.label,
        "path": file.name,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": mart.comment,
        "hash": _hash(file),
        "schema": table_schema(mart, marts),
    }


def _resource_name(mart: Mart) -> str:
    return mart.name.replace("_", "-")


def _file_name(mart: Mart) -> str:
    return f"{mart.name}.parquet"


def _hash(file: Path) -> str:
    return f"sha256:{hash_file(file)}"
