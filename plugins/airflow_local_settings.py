"""Airflow imports this before anything else, in every process: `now` of SQLite gets its milliseconds.

A DAG run begins once its time is not after `now` of Airflow's database. SQLite's has whole seconds, so that each run
waited for the next one, half a second on average; PostgreSQL's is exact.
"""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import now

__all__ = ()  # what stands here would become settings of Airflow's


@compiles(now, "sqlite")
def exact_now(_element: Any, _compiler: Any, **_options: Any) -> str:
    """UTC, written as SQLAlchemy writes times there; in brackets it may be the default of a column too."""
    return "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))"
