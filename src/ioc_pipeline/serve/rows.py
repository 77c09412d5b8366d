"""Rows of one published table as they are, a part at a time: for programs that read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from ioc_pipeline.serve.result import Result, fetch, records


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows of which table. `key` names a row: by it parts neither repeat nor miss one.

    `equal` are wanted values by column; `ends_from` and `ends_to` bound `period_end_date`, both days included.
    Names of tables and columns are ours, values are given to the query apart from it.
    """

    table: str
    key: Sequence[str]
    equal: Mapping[str, object]
    ends_from: date | None = None
    ends_to: date | None = None


def rows(marts: duckdb.DuckDBPyConnection, question: Question, *, first: int, most: int) -> Result:
    """At most so many rows, from the one with number `first` on, which begins with 0."""
    where, given = _conditions(question)
    query = f"select * from {question.table} where {where} order by {', '.join(question.key)}"  # noqa: S608  # ours
    return fetch(marts, f"{query} limit {most:d} offset {first:d}", given)


def row_count(marts: duckdb.DuckDBPyConnection, question: Question) -> int:
    """How many rows there are in all parts together."""
    where, given = _conditions(question)
    [found] = records(marts, f"select count(*) as row_count from {question.table} where {where}", given)  # noqa: S608
    return int(found["row_count"])


def _conditions(question: Question) -> tuple[str, dict[str, object]]:
    given = dict(question.equal)
    terms = [f"{name} = ${name}" for name in given]
    for name, sign, day in (("ends_from", ">=", question.ends_from), ("ends_to", "<=", question.ends_to)):
        if day is not None:
            terms.append(f"period_end_date {sign} ${name}")
            given[name] = day
    return " and ".join(terms) or "true", given
