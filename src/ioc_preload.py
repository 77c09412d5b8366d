"""What Airflow's fork server holds for the tasks that are forked from it: third-party code, imported and warmed once.

Nothing of ours: code, a manifest or a connection would stay the old one after an edit. So this module lies beside the
package, and a task imports the package anew. Neither a thread nor a DuckDB handle would survive the fork.

Great Expectations comes before Airflow sets up logging: its import is silent only then.
"""
# ruff: noqa: E402, F401, I001

import gc
import inspect
import logging

logging.getLogger("great_expectations").setLevel(logging.WARNING)  # its import writes 50 KB of log otherwise
import great_expectations
import multiprocessing.dummy
import multiprocessing.pool
import pandas
import pandas.core.methods.to_dict  # type: ignore[import-not-found]
import psycopg
import pyarrow.csv
import pyarrow.dataset
import pyarrow.pandas_compat
import pyarrow.parquet
import duckdb
import python_calamine
import lxml.etree
import xlsxwriter  # type: ignore[import-untyped]
import sqlalchemy.dialects.sqlite
import dbt.adapters.__about__
import dbt.adapters.duckdb
import dbt.adapters.duckdb.__version__
import dbt.adapters.duckdb.environments.local
import dbt.cli.main
import dbt.parser.sql
import dbt.task.build
import dbt.task.printer
import dbt_common.clients.agate_helper
import encodings.utf_8_sig
import google.protobuf.descriptor_pb2  # type: ignore[import-untyped]
import sqlparse.engine.grouping
import airflow.dag_processing.dagbag
import airflow.executors.local_executor
import airflow.providers.standard.operators.python
import airflow.sdk.execution_time.supervisor
import airflow.sdk.execution_time.task_runner
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.contracts.project import Configuration, PackageConfig, ProfileConfig, Project, ProjectFlags
from dbt.contracts.selection import SelectorFile
from dbt.task.test import TestResultData

# What every start of dbt makes anew in a process: the schemas its files are checked by (0.2 CPU seconds), and where the
# source of each module lies, which it looks up to name the caller of a behaviour flag (0.1).
for checked in (Configuration, DuckDBCredentials, PackageConfig, ProfileConfig, Project, ProjectFlags, SelectorFile):
    checked.json_schema()
TestResultData.json_schema()
inspect.stack()

# A task never looks through all of this for garbage: a third of what it does in Python.
gc.collect()
gc.freeze()
