"""What people ask about a delivery → raw.delivery and its neighbours, with the marker that it was loaded."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from ioc_pipeline.domain.deliveries import Delivery, Release, Verdict
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.warehouse.imprints import take_imprints
from ioc_pipeline.warehouse.keys import SCOPE_KEY

_TOLD_CELLS = 100  # failing cells kept per check; failed_count says how many there were

# Found in columns that no contract has described: their header is the sender's own text, and stays in the answer.
_IN_ANY_COLUMN = frozenset({"extra-column", "unknown-field", "personal-data"})

_Row = dict[str, Any]


def append_facts(
    connection: duckdb.DuckDBPyConnection, new: Sequence[tuple[Verdict, Loaded]], loaded_at: datetime
) -> None:
    """Write what people ask about a delivery, also when no row of it was loaded; the marker goes with it.

    The observations and records are there already: the marker keeps the imprint of all rows of its load.
    """
    rows: dict[str, list[_Row]] = defaultdict(list)
    for verdict, loaded in new:
        keys = {"load_seq": loaded.load_seq, "delivery_seq": loaded.delivery_seq}
        rows["delivery"].append({**keys, **_envelope(verdict, loaded)})
        rows["waiver" if loaded.outcome == "waiver" else "delivery_scope"] += [
            {**keys, **scope} for scope in _scopes(verdict, loaded)
        ]
        if verdict.delivery.kind == "release" and verdict.release:
            rows["release"] += [{**keys, **release} for release in _releases(verdict.delivery, verdict.release)]
        rows["delivery_error"] += [{**keys, **problem} for problem in _problems(verdict, loaded)]
        rows["check_result"] += [{**keys, **check} for check in _checks(verdict)]
        rows["load"].append(
            {
                **keys,
                "contract_hash": verdict.read_under,
                "outcome": loaded.outcome,
                "loaded_at": _utc(loaded_at),
                "sha256": verdict.delivery.sha256,
            }
        )
    markers = rows.pop("load")
    for table, values in rows.items():
        if values:
            _append_rows(connection, table, values)
    imprints = take_imprints(connection, [marker["load_seq"] for marker in markers])
    _append_rows(connection, "load", [{**marker, "imprint": imprints[marker["load_seq"]]} for marker in markers])


def _releases(decision: Delivery, release: Release) -> Iterator[_Row]:
    """One row for each place at which something was found that is no personal data."""
    for place in release.places:
        yield {
            "decides_delivery_seq": decision.decides_delivery_seq,
            "found_place": place,
            "reason": release.reason,
            "decided_by": release.by,
        }


def _envelope(verdict: Verdict, loaded: Loaded) -> _Row:
    delivery = verdict.delivery
    severities = Counter(problem.severity for problem in (*verdict.problems, *loaded.problems))
    return {
        "kind": delivery.kind,
        "source_name": verdict.source_name,
        "department_code": delivery.department_code,
        "file_name": without_identifiers(delivery.file_name) if delivery.kind == "file" else delivery.file_name,
        "sha256": delivery.sha256,
        "size_bytes": delivery.size_bytes,
        "received_at": _utc(delivery.received_at),
        "scan_seq": delivery.scan_seq,
        "is_sealed": delivery.is_sealed,
        "decides_delivery_seq": delivery.decides_delivery_seq,
        "outcome": loaded.outcome,
        "contract_hash": verdict.contract_hash,
        "observation_count": verdict.observation_count if loaded.outcome == "loaded" else 0,
        "error_count": severities["critical"],
        "warning_count": severities["warning"],
        "extract_id": delivery.extract_id,
        "request": delivery.request,
        "channel": delivery.channel,
        "sender": delivery.sender,
    }


def _scopes(verdict: Verdict, loaded: Loaded) -> Iterator[_Row]:
    """What the delivery speaks for; of a waiver, what is not owed."""
    for scope in verdict.scopes:
        place = {
            "source_name": verdict.source_name,
            "reporting_unit_code": scope.reporting_unit_code,
            "period_type": scope.period.type,
            "period_start_date": scope.period.start,
            "period_end_date": scope.period.end,
        }
        if loaded.outcome == "waiver":
            yield {**place, "due_date": verdict.waived_until, "reason": verdict.reason}
        else:
            replaces = verdict.replaces.get(scope.table_name, "scope")
            yield {**place, "table_name": scope.table_name, "replaces": replaces, "outcome": loaded.outcome}


def _problems(verdict: Verdict, loaded: Loaded) -> Iterator[_Row]:
    """Each problem with its place, and without the text that was found there."""
    for index, problem in enumerate((*verdict.problems, *loaded.problems)):
        yield {
            "problem_index": index,
            "code": problem.code,
            "severity": problem.severity,
            "sheet_name": problem.sheet,
            "cell_address": problem.cell,
            "column_header": "" if problem.code in _IN_ANY_COLUMN else problem.column,
            "expected": problem.expected or MESSAGES[problem.code].expected,
        }


def _checks(verdict: Verdict) -> Iterator[_Row]:
    """Each expectation's result, numbered within its suite."""
    index_in_suite: Counter[str] = Counter()
    for check in verdict.checks:
        yield {
            "suite_name": check.suite_name,
            "expectation_index": index_in_suite[check.suite_name],
            "expectation_type": check.expectation_type,
            "column_name": check.column_name,
            "severity": check.severity,
            "outcome": check.outcome,
            "description": check.description,
            "checked_count": check.checked_count,
            "failed_count": check.failed_count,
            "failed_cells": json.dumps(check.cells[:_TOLD_CELLS], ensure_ascii=False),
        }
        index_in_suite[check.suite_name] += 1


def _append_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: list[_Row]) -> None:
    """Insert rows by the names of their columns, whose types they take; a scope's key is made of them."""
    schema = connection.execute(f"select * from raw.{table} limit 0").to_arrow_table().schema  # noqa: S608
    given = pa.schema([schema.field(name) for name in rows[0]])
    connection.register("new_rows", pa.Table.from_pylist(rows, schema=given))
    key = f"{SCOPE_KEY} as scope_key" if "scope_key" in schema.names else ""
    connection.execute(f"insert into raw.{table} by name select *, {key} from new_rows")  # noqa: S608
    connection.unregister("new_rows")


def _utc(moment: datetime) -> datetime:
    """The same moment without a zone, as a DuckDB timestamp holds it; what has no zone is UTC already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
