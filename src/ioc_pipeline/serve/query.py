"""A person's own query: it may ask the published marts anything, and change nothing."""

import duckdb

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.serve.result import Result, fetch

_ASKING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}


def ask(marts: duckdb.DuckDBPyConnection, query: str) -> Result:
    """Answer one query that asks.

    Raises:
        UserError: it is none, more than one, would change something, or DuckDB cannot run it; the message says which.
    """
    try:
        statements = marts.extract_statements(query)
        if not statements:
            raise UserError('found no query; expected one, e.g. "show tables"')
        # A pragma is turned into a query before anybody can ask what it was.
        is_pragma = query.lstrip(" \t\r\n(").lower().startswith("pragma")
        if len(statements) > 1 or statements[0].type not in _ASKING or is_pragma:
            raise UserError("expected one query that asks: select, with, show, describe or explain")
        return fetch(marts, query)
    except duckdb.Error as error:
        raise UserError(str(error)) from error
