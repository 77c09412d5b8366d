"""Tables of records that models read: there before the first record is, with the columns that dbt's sources.yml names.

A contract fills them, and loading gives each the columns that its contract has; but a model is also built where its
API has told nothing yet, or where its contract is broken.
"""

from pathlib import Path

import duckdb

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.strict_yaml import read_yaml
from ioc_pipeline.warehouse.records import fit_record_table

SOURCES = "models/sources.yml"


def make_record_tables(warehouse: duckdb.DuckDBPyConnection, dbt_project: Path) -> None:
    """Make every table of raw whose columns sources.yml gives, or add what it lacks, within the caller's transaction.

    Raises:
        ContractError: sources.yml cannot be read, or gives a column another type than records were loaded with.
    """
    for table, columns in record_columns(dbt_project).items():
        fit_record_table(warehouse, table, columns.items(), said_by=SOURCES)


def record_columns(dbt_project: Path) -> dict[str, dict[str, str]]:
    """The tables whose columns are given: name → DuckDB's name of the type.

    Raises:
        ContractError: sources.yml cannot be read.
    """
    try:
        sources = read_yaml((dbt_project / SOURCES).read_bytes())["sources"]
        return {
            table["name"]: {column["name"]: column["data_type"].upper() for column in table["columns"]}
            for source in sources
            if source["name"] == "raw"
            for table in source["tables"]
            if "columns" in table
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ContractError(
            f"{SOURCES}: expected sources with tables, and their columns with data_type: {error}"
        ) from None
