"""Readings → what the suites say of them, brought home to each delivery and its cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ioc_pipeline.check.validate import Check, validate
from ioc_pipeline.domain.deliveries import CheckResult
from ioc_pipeline.domain.errors import ContractError, Problem
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.flows.verdicts import PROBLEMS_SHOWN
from ioc_pipeline.parse.records import RecordTable
from ioc_pipeline.parse.tables import ParsedTable

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def check_readings(readings: Iterable[Reading]) -> None:
    """Run each suite once over all deliveries that have its table, and bring failures home to their cells."""
    tables: dict[str, list[tuple[Reading, ParsedTable | RecordTable]]] = {}
    for reading in readings:
        for table in reading.tables:
            if table.row_count():
                tables.setdefault(table.suite_name, []).append((reading, table))
    for suite_name, parts in tables.items():
        _check_parts(suite_name, parts)


def _check_parts(suite_name: str, parts: Sequence[tuple[Reading, ParsedTable | RecordTable]]) -> None:
    """Judge all tables of a suite at once; where a check cannot run, each apart: the fault may be one table's."""
    contract = parts[0][0].contract
    assert contract is not None  # parsed by it
    frame = _frame([table.wide(reading.delivery.delivery_seq) for reading, table in parts])
    frame.insert(0, "row_id", range(len(frame)))
    try:
        checks = validate({suite_name: frame}, {suite_name: contract.suites[suite_name]})
    except ContractError as error:
        for reading, _ in parts:
            _hold(reading, str(error))
        return
    if len(parts) > 1 and any(check.outcome == "error" for some in checks.values() for check in some):
        for part in parts:
            _check_parts(suite_name, [part])
        return
    first_row = 0
    for reading, table in parts:
        rows = range(first_row, first_row + table.row_count())
        some = [_within(rows, check) for check in checks.get(reading.delivery.delivery_seq, [])]
        _take_checks(reading, table, some)
        first_row = rows.stop


def _frame(tables: Iterable[Mapping[str, "np.ndarray[Any, Any]"]]) -> "pd.DataFrame":
    """Tables one below another; where one lacks a column of the others, nothing stands in it.

    Those with the same columns become one frame at once: each frame costs half a millisecond.
    """
    import numpy as np
    import pandas as pd

    frames = []
    for names, some in groupby(tables, key=tuple):
        alike = list(some)
        frames.append(pd.DataFrame({name: np.concatenate([table[name] for table in alike]) for name in names}))
    return pd.concat(frames, ignore_index=True)


def _within(rows: range, check: Check) -> Check:
    """What a check says of one table, whose rows the frame has at `rows`; the result counts them from 0.

    An extract may hold two layouts of one table, so its check may speak of rows of another.
    """
    if check.outcome == "error":
        return check
    failed = tuple(row_id - rows.start for row_id in check.failed_row_ids if row_id in rows)
    return replace(
        check,
        outcome="failed" if failed else "passed",
        checked_count=len(rows),
        failed_count=len(failed),
        failed_row_ids=failed,
    )


def _hold(reading: Reading, reason: str) -> None:
    """Let a delivery wait for us; one that comes back anyway does so now, with what is known."""
    if reading.parsed:
        reading.held = reason


def _without_unread(reading: Reading, table: ParsedTable | RecordTable, check: Check) -> Check:
    """A check less the rows in which it needs a cell that is told as bad already: it says nothing of those."""
    if check.outcome == "error":
        return check
    bad = {(problem.sheet, problem.cell) for problem in reading.problems}
    failed = tuple(
        row
        for row in check.failed_row_ids
        if not any((place.sheet, place.cell) in bad for place in (table.locate(row, name) for name in check.columns))
    )
    return replace(check, outcome="failed" if failed else "passed", failed_count=len(failed), failed_row_ids=failed)


def _take_checks(reading: Reading, table: ParsedTable | RecordTable, checks: Sequence[Check]) -> None:
    """Every expectation's result; the few records that fail are left out where the contract lets the rest count."""
    if reading.parsed is None:
        checks = [_without_unread(reading, table, check) for check in checks]
    problems = [problem for check in checks for problem in _take_check(reading, table, check)]
    failed = {row for check in checks if check.severity == "critical" for row in check.failed_row_ids}
    if isinstance(table, RecordTable) and failed and table.may_leave_out(len(failed)):
        problems = [replace(problem, is_left_out=problem.severity == "critical") for problem in problems]
        table.leave_out(failed)
    reading.problems += problems


def _take_check(reading: Reading, table: ParsedTable | RecordTable, check: Check) -> list[Problem]:
    """One expectation's result: a row of raw.check_result, and a problem at each failing cell."""
    if check.outcome == "error":
        _hold(reading, check.error)
        return []
    column = next((name for name in check.columns if table.header(name)), check.columns[0])
    fix = "Sửa số liệu gốc của bản ghi; lần lấy dữ liệu sau sẽ nhận lại" if reading.delivery.kind == "extract" else ""
    places = [table.locate(row, column) for row in check.failed_row_ids[:PROBLEMS_SHOWN]]
    problems = [
        Problem(
            "failed-check",
            place.sheet,
            place.cell,
            table.header(column),
            found=place.found,
            expected=check.description,
            fix=fix,
            severity=check.severity,
            page=place.page,
            record=place.record,
        )
        for place in places
    ]
    reading.checks.append(
        CheckResult(
            suite_name=check.suite_name,
            expectation_type=check.expectation_type,
            column_name=", ".join(check.columns),
            severity=check.severity,
            outcome=check.outcome,
            description=check.description,
            checked_count=check.checked_count,
            failed_count=check.failed_count,
            cells=tuple((place.sheet, place.cell) for place in places),
        )
    )
    return problems
