"""Marts → published/contracts/: what each promises, whatever version is current.

One contract a mart, as the Open Data Contract Standard 3.2 has them: columns with types, keys and words in both
languages, the checks every build makes, the sums that are right, and where and how fresh the data are.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from ioc_pipeline.durable import remove, write_durably
from ioc_pipeline.publish.marts import Column, Mart, Sums, foreign_keys
from ioc_pipeline.publish.parquet import LICENCE, files_pattern
from ioc_pipeline.publish.postgresql import READERS, SCHEMA
from ioc_pipeline.publish.versions import hash_file

CONTRACTS = "contracts"
STANDARD = "v3.2.0"

_WRITTEN = "written.sha256"  # of which contracts the folder holds, written last
_LOGICAL_TYPES = {
    "varchar": "string",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
    "bigint": "integer",
    "integer": "integer",
}
_SERVICE_LEVELS = [
    {
        "property": "latency",
        "value": 1,
        "unit": "d",
        "description": "Minutes after a delivery was accepted; every night the marts are built as of the new day.",
    },
    {"property": "frequency", "value": 1, "unit": "d", "description": "At least; and after every accepted delivery."},
    {
        "property": "retention",
        "value": "unlimited",
        "description": "Every period that was ever reported stays; of versions of the files the last three.",
    },
]


def contract(mart: Mart, marts: Sequence[Mart]) -> dict[str, Any]:
    """What a mart promises, with the joins that `marts` allow."""
    return {
        "apiVersion": STANDARD,
        "kind": "DataContract",
        "id": f"ioc-{mart.name.replace('_', '-')}",
        "name": mart.words.label,
        "version": version("ioc-pipeline"),
        "status": "active",
        "domain": "ioc",
        "dataProduct": "ioc-marts",
        "description": {
            "purpose": mart.comment,
            "usage": LICENCE["title"],
            "limitations": "Times are UTC, dates local, percentages from 0 to 100. Add up only the measures below.",
        },
        "servers": _servers(mart),
        "roles": [{"role": READERS, "access": "read", "description": "May select from the views, and nothing else."}],
        "slaProperties": _SERVICE_LEVELS,
        "schema": [
            {
                "id": mart.name,
                "name": mart.name,
                "physicalName": f"{SCHEMA}.{mart.name}",
                "physicalType": "table",
                "logicalType": "object",
                "businessName": mart.words.label,
                "description": mart.comment,
                "dataGranularityDescription": f"One row per {', '.join(mart.key)}.",
                "properties": [*(_column(column, mart, marts) for column in mart.columns), *_measures(mart)],
                "quality": [
                    {
                        "type": "library",
                        "metric": "duplicateValues",
                        "mustBe": 0,
                        "arguments": {"properties": list(mart.key)},
                        "dimension": "uniqueness",
                        "description": "The key names one row.",
                    }
                ],
            }
        ],
    }


def write_contracts(published: Path, marts: Sequence[Mart]) -> None:
    """Write a contract for each mart as YAML, unless the folder holds these as they were written: few change."""
    contracts = {mart: contract(mart, marts) for mart in marts}
    digest = hashlib.sha256(json.dumps(list(contracts.values())).encode()).hexdigest()
    folder = published / CONTRACTS
    written = folder / _WRITTEN
    if written.is_file() and written.read_bytes() == _note(digest, folder):
        return
    folder.mkdir(exist_ok=True)
    remove(written)  # first: what is no longer whole must not count as written
    for path in folder.iterdir():
        remove(path)
    for mart, said in contracts.items():
        text = yaml.dump(said, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=120)
        write_durably(folder / file_name(mart), text.encode())
    write_durably(written, _note(digest, folder))


def _note(digest: str, folder: Path) -> bytes:
    """What the contracts came from, and what the files of the folder hash to."""
    files = hashlib.sha256()
    for path in sorted(folder.glob("*.odcs.yaml")):
        files.update(f"{path.name}\0{hash_file(path)}\0".encode())
    return f"{digest} {files.hexdigest()}".encode("ascii")


def file_name(mart: Mart) -> str:
    return f"{mart.name}.odcs.yaml"


def _column(column: Column, mart: Mart, marts: Sequence[Mart]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": column.name,
        "name": column.name,
        "businessName": column.words.label,
        "description": column.comment,
        "logicalType": _LOGICAL_TYPES.get(column.data_type, "number"),
        "physicalType": column.data_type,
    }
    if column.name in mart.key:
        said |= {"primaryKey": True, "primaryKeyPosition": mart.key.index(column.name) + 1, "required": True}
    if other := foreign_keys(mart, marts).get(column.name):
        there = f"{file_name(other)}#/schema/{other.name}/properties/{column.name}"
        said["relationships"] = [{"type": "foreignKey", "to": there}]
    if values := dict(mart.closed_lists).get(column.name):
        said["quality"] = [
            {
                "type": "library",
                "metric": "invalidValues",
                "mustBe": 0,
                "arguments": {"validValues": list(values)},
                "dimension": "conformity",
            }
        ]
    return said


def _measures(mart: Mart) -> Iterator[dict[str, Any]]:
    """The sums that are right, each with its condition and what it may not be summed over."""
    for sums in mart.sums:
        for name in sums.of:
            yield {
                "id": f"sum_of_{name}",
                "name": f"sum_of_{name}",
                "semanticType": "measure",
                "logicalType": "number",
                "transformLogic": expression(sums, name),
                "transformDescription": said_of(sums),
                "transformSourceObjects": [mart.name],
            }


def expression(sums: Sums, column: str) -> str:
    """The sum as SQL that DuckDB and PostgreSQL read alike."""
    return f"sum({column})" + (f" filter (where {sums.where})" if sums.where else "")


def said_of(sums: Sums) -> str:
    """Over what it may be summed."""
    within = f"Only within one {' and one '.join(sums.within)}" if sums.within else "Over everything"
    return f"{within}{', of the rows that the condition names' if sums.where else ''}."


def _servers(mart: Mart) -> list[dict[str, Any]]:
    """Where it is, seen from the folder of published versions; of PostgreSQL `make run` says the port."""
    return [
        {"server": "duckdb", "type": "duckdb", "database": "current.duckdb", "schema": SCHEMA},
        {
            "server": "parquet",
            "type": "local",
            "path": f"parquet_*/{files_pattern(mart)}",
            "format": "parquet",
        },
        {
            "server": "postgresql",
            "type": "postgresql",
            "host": "127.0.0.1",
            "port": 5432,
            "database": "ioc",
            "schema": SCHEMA,
        },
    ]
