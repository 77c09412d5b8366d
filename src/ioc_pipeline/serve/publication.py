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
