"""Marts → parquet_<version>/: one file a mart, and what is in them as a Frictionless data package.

A mart that a build keeps by year is a folder with one file a year. A file that did not change is that of the version
before under another name, so that a version takes the place of what differs from it.
"""

import json
import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb

from ioc_pipeline.durable import sync_file, sync_folder, write_durably
from ioc_pipeline.publish.database import Publication
from ioc_pipeline.publish.marts import Mart, foreign_keys
from ioc_pipeline.publish.prints import Before, Part, Prints, in_years
from ioc_pipeline.publish.versions import PACKAGE, finish, hash_file, make_read_only, unfinished
from ioc_pipeline.warehouse.place import quoted

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


@dataclass(frozen=True, slots=True)
class _File:
    """All rows of a mart, or those of one year; "" is the year of a mart that is one file."""

    mart: Mart
    year: str

    @property
    def path(self) -> str:
        """In the folder of a version."""
        return f"{self.mart.name}/{self.year}.parquet" if self.year else f"{self.mart.name}.parquet"

    @property
    def condition(self) -> str:
        return in_years([int(self.year)]) if self.year else "true"


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    publication: Publication,
    prints: Mapping[Mart, Prints],
    changed: Mapping[Mart, Collection[Part]],
    before: Before | None,
) -> None:
    """Write a version's folder under an unfinished name, then give it its own.

    Args:
        connection: has the database of the version attached as `version`.
        prints: of every mart, as the version holds it.
        changed: parts in which it differs from the version before.
        before: that version, as it was published.
    """
    folder, marts = unfinished(path), list(prints)
    folder.mkdir()
    hashes = _said_hashes(before.parquet) if before else {}
    files = [file for mart in marts for file in _files_of(mart, prints[mart])]
    for file in files:
        target = folder / file.path
        target.parent.mkdir(exist_ok=True)
        years = {f"{year:04}" if file.year else "" for year, _ in changed[file.mart]}
        if before and file.path in hashes and file.year not in years:
            _take_over(before.parquet / file.path, target)
            continue
        connection.execute(
            f"copy (select {file.mart.column_list} from version.marts.{file.mart.name} where {file.condition})"  # noqa: S608
            f" to {quoted(target)} (format parquet)"
        )
        sync_file(target)
        make_read_only(target)
        hashes[file.path] = f"sha256:{hash_file(target)}"
    for mart in marts:
        if mart.is_kept_by_year:
            sync_folder(folder / mart.name)
    package = {
        "name": "ioc-marts",
        "title": "Dữ liệu tổng hợp của Trung tâm giám sát, điều hành thông minh",
        "version": publication.version,
        "created": publication.published_at.replace(tzinfo=UTC).isoformat(),
        "as_of": publication.as_of.isoformat(),
        "load_seq": publication.load_seq,
        "licenses": [LICENCE],
        "contributors": _CONTRIBUTORS,
        "resources": [_resource(file, hashes[file.path], marts) for file in files],
    }
    write_durably(folder / PACKAGE, json.dumps(package, ensure_ascii=False, indent=1).encode())
    make_read_only(folder / PACKAGE)
    finish(path)


def _files_of(mart: Mart, prints: Prints) -> list[_File]:
    """Of a mart by year one a year; without rows a single one, which has its columns."""
    years = sorted({year for year, _ in prints}) or [0]
    return [_File(mart, f"{year:04}") for year in years] if mart.is_kept_by_year else [_File(mart, "")]


def _said_hashes(folder: Path) -> dict[str, str]:
    """Of the files of a version, as its data package has them."""
    resources = json.loads((folder / PACKAGE).read_bytes())["resources"]
    return {resource["path"]: resource["hash"] for resource in resources}


def _take_over(file: Path, target: Path) -> None:
    try:
        os.link(file, target)
    except OSError:  # a file system that has no second names
        shutil.copyfile(file, target)
        sync_file(target)
        make_read_only(target)


def files_pattern(mart: Mart) -> str:
    """Which files of a version's folder hold a mart."""
    return f"{mart.name}/*.parquet" if mart.is_kept_by_year else f"{mart.name}.parquet"


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


def _resource(file: _File, sha256: str, marts: Sequence[Mart]) -> dict[str, Any]:
    mart = file.mart
    return {
        "name": "-".join([_resource_name(mart), *([file.year] if file.year else [])]),
        "title": " ".join([mart.words.label, *([file.year] if file.year else [])]),
        "path": file.path,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "description": mart.comment,
        "hash": sha256,
        "schema": table_schema(mart, marts),
    }


def _resource_name(mart: Mart) -> str:
    return mart.name.replace("_", "-")
