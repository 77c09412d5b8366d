"""Which version answers: its number, its day, and whether it rests on sample files."""

from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from ioc_pipeline.serve.result import records

# `ioc sample` writes this into the name of each file, so that it stands beside every figure made of it.
_PUBLICATION = """
select
    version,
    published_at,
    as_of,
    exists (from mart_lineage where contains(file_name, 'MẪU)')) as is_sample
from _publication
"""


@dataclass(frozen=True, slots=True)
class Publication:
    """A version of the marts; `published_at` is UTC, `as_of` the day it speaks of."""

    version: str
    published_at: datetime
    as_of: date
    is_sample: bool


def publication(marts: duckdb.DuckDBPyConnection) -> Publication:
    """The version that this connection reads."""
    [found] = records(marts, _PUBLICATION)
    return Publication(**found)


def words(marts: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[str, str]]:
    """What the codes of this version mean, by code set and code: in Vietnamese and in English.

    Empty for a version of before the marts had words; there the codes speak for themselves.
    """
    try:
        found = records(marts, "select code_set, code, label_vi, label_en from dim_code")
    except duckdb.CatalogException:
        return {}
    return {(row["code_set"], row["code"]): (row["label_vi"], row["label_en"]) for row in found}
