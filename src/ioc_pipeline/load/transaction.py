"""Prepared deliveries → raw in the warehouse: one transaction, each delivery once per contract version."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ioc_pipeline.domain.deliveries import Outcome, Scope, Verdict
from ioc_pipeline.domain.errors import ContractError, Problem
from ioc_pipeline.domain.messages import MESSAGES
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.reference.tables import OWN_TABLES
from ioc_pipeline.warehouse.keys import CELL_KEY, SCOPE_KEY
from ioc_pipeline.warehouse.raw import open_warehouse

_ACCEPTED: frozenset[Outcome] = frozenset({"loaded", "nil_report"})
_TOLD_CELLS = 100  # failing cells kept per check; failed_count says how many there were

_PREPARED = "read_parquet(?, hive_partitioning = false, filename = true)"
_KEY = "table_name, org_unit_code, period_type, period_start_date, period_end_date, element_code, breakdown, record_key"

_OBSERVATION_KEYS = f"{SCOPE_KEY} as scope_key, {CELL_KEY} as cell_key"

_ScopeKey = tuple[str, Scope]  # source_name and scope


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one delivery.

    `problems` are those that loading found, beyond the verdict's own. A duplicate gets the receipt of
    `same_as_delivery_seq`, whose bytes are still the newest of every scope.
    """

    delivery_seq: int
    load_seq: int
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    same_as_delivery_seq: int | None = None


@dataclass(frozen=True, slots=True)
class _Version:
    """One accepted load of a scope. `scope_count` is the number of scopes of its delivery."""

    delivery_seq: int
    load_seq: int
    department_code: str
    sha256: str
    contract_hash: str
    scan_seq: int
    scope_count: int


@dataclass(slots=True)
class _History:
    """What raw knows about the scopes of the deliveries at hand: their accepted loads, and who was withdrawn when."""

    versions: dict[_ScopeKey, list[_Version]] = field(default_factory=lambda: defaultdict(list))
    withdrawn_by: dict[int, int] = field(default_factory=dict)

    def newest(self, scope: _ScopeKey, before: int) -> _Version | None:
        """The version that counts for a scope as of the loads before `before`."""
        standing = (
            version
            for version in self.versions[scope]
            if version.load_seq < before and self.withdrawn_by.get(version.delivery_seq, before) >= before
        )
        return max(standing, key=lambda version: (version.delivery_seq, version.load_seq), default=None)

    def remember(self, verdict: Verdict, loaded: Loaded) -> None:
        delivery = verdict.delivery
        if loaded.outcome in _ACCEPTED:
            version = _Version(
                delivery.delivery_seq,
                loaded.load_seq,
                delivery.department_code,
                delivery.sha256,
                verdict.contract_hash,
                delivery.scan_seq,
                len(verdict.scopes),
            )
            for scope in _scopes(verdict):
                self.versions[scope].append(version)
        elif delivery.decides_delivery_seq is not None:
            self.withdrawn_by.setdefault(delivery.decides_delivery_seq, loaded.load_seq)


def load_prepared(
    warehouse: Path, prepared: Path, verdicts: Sequence[Verdict], *, elements: set[str], loaded_at: datetime
) -> list[Loaded]:
    """Load prepared deliveries in one transaction: all of them, or none when it fails.

    Running it again changes nothing and gives the same answer: a delivery that was loaded under this contract
    version is left as it is.

    Args:
        prepared: has `<delivery_seq>/observation.parquet` (observations.OBSERVATION_SCHEMA) for outcome `loaded`, and
            `<delivery_seq>/<record>.parquet` (observations.record_schema) for each of `record_counts`.
        elements: codes of the catalogue.
        loaded_at: an aware time.

    Returns:
        One answer per verdict, in the order of delivery_seq.

    Raises:
        ContractError: a contract fills an element that the catalogue does not have, or changes the type of a column.
        ValueError: prepared rows are not what their verdict says, or repeat. Ours.
        duckdb.IOException: another process has the warehouse open.
    """
    if not verdicts:
        return []
    with closing(open_warehouse(warehouse)) as connection:
        connection.begin()
        outcomes = append(connection, prepared, verdicts, elements=elements, loaded_at=loaded_at)
        connection.commit()
    return outcomes


def append(
    connection: duckdb.DuckDBPyConnection,
    prepared: Path,
    verdicts: Sequence[Verdict],
    *,
    elements: set[str],
    loaded_at: datetime,
) -> list[Loaded]:
    """Do what `load_prepared` does, within the caller's transaction."""
    ordered = sorted(verdicts, key=lambda verdict: verdict.delivery.delivery_seq)
    outcomes, new = _decide(connection, ordered)
    accepted = [(verdict, loaded) for verdict, loaded in new if loaded.outcome == "loaded"]
    if accepted:
        _append_observations(connection, prepared, accepted, elements)
    _append_records(connection, prepared, [(verdict, loaded) for verdict, loaded in new if loaded.outcome in _ACCEPTED])
    if new:
        _append_facts(connection, new, _utc(loaded_at))
    return outcomes


def _decide(
    connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]
) -> tuple[list[Loaded], list[tuple[Verdict, Loaded]]]:
    """Say what becomes of each delivery; the second list has those that raw does not hold yet."""
    history = _read_history(connection, verdicts)
    markers = _read_markers(connection, verdicts)
    contested = _find_contested(verdicts, history)
    last_load_seq: int = _one(connection, "select coalesce(max(load_seq), 0) from raw.load")

    outcomes: list[Loaded] = []
    new: list[tuple[Verdict, Loaded]] = []
    for verdict in verdicts:
        delivery = verdict.delivery
        marker = markers.get((delivery.delivery_seq, verdict.contract_hash))
        if marker:
            load_seq, outcome = marker
        else:
            last_load_seq += 1
            load_seq, outcome = last_load_seq, verdict.outcome
            if outcome in _ACCEPTED:
                if contested.intersection((delivery.scan_seq, scope) for scope in _scopes(verdict)):
                    outcome = "returned"
                elif _find_same(verdict, history, load_seq):
                    outcome = "duplicate"
        loaded = Loaded(
            delivery.delivery_seq,
            load_seq,
            outcome,
            problems=(Problem("two-versions"),) if outcome == "returned" and verdict.outcome in _ACCEPTED else (),
            same_as_delivery_seq=_find_same(verdict, history, load_seq) if outcome == "duplicate" else None,
        )
        outcomes.append(loaded)
        if not marker:
            new.append((verdict, loaded))
            history.remember(verdict, loaded)
    return outcomes, new


def _find_contested(verdicts: Sequence[Verdict], history: _History) -> set[tuple[int, _ScopeKey]]:
    """(scan_seq, scope) that one scan brought in different bytes: nobody can say which file is meant.

    Partial tables (`replaces: row` or `record`) may well come in several files.
    """
    contents: dict[tuple[int, _ScopeKey], set[str]] = defaultdict(set)
    for verdict in verdicts:
        if verdict.outcome in _ACCEPTED and verdict.delivery.kind == "file":
            for source_name, scope in _scopes(verdict):
                if verdict.replaces.get(scope.table_name, "scope") == "scope":
                    contents[verdict.delivery.scan_seq, (source_name, scope)].add(verdict.delivery.sha256)
    for scope_key, versions in history.versions.items():
        for version in versions:
            if (version.scan_seq, scope_key) in contents:
                contents[version.scan_seq, scope_key].add(version.sha256)
    return {place for place, hashes in contents.items() if len(hashes) > 1}


def _find_same(verdict: Verdict, history: _History, load_seq: int) -> int | None:
    """The earlier delivery of the same bytes that is still the newest of every scope, and speaks for no other.

    Two equal answers of an API are two: each says what was true when it was given.
    """
    if verdict.delivery.kind != "file":
        return None
    newest = {history.newest(scope, before=load_seq) for scope in _scopes(verdict)}
    version = newest.pop() if len(newest) == 1 else None
    if (
        version
        and version.delivery_seq < verdict.delivery.delivery_seq
        and (version.department_code, version.sha256, version.contract_hash, version.scope_count)
        == (verdict.delivery.department_code, verdict.delivery.sha256, verdict.contract_hash, len(verdict.scopes))
    ):
        return version.delivery_seq
    return None


def _scopes(verdict: Verdict) -> list[_ScopeKey]:
    return [(verdict.source_name, scope) for scope in verdict.scopes]


def _read_history(connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]) -> _History:
    history = _History()
    touched = {
        (source_name, scope.table_name, scope.reporting_unit_code, *astuple(scope.period))
        for verdict in verdicts
        for source_name, scope in _scopes(verdict)
    }
    names = ("source_name", "table_name", "reporting_unit_code", "period_type", "period_start_date", "period_end_date")
    if touched:
        connection.register("touched", pa.table(dict(zip(names, zip(*touched, strict=True), strict=True))))
        rows = connection.execute(
            f"""
            select {", ".join(f"scope.{name}" for name in names)},
                delivery.delivery_seq, delivery.load_seq, delivery.department_code, delivery.sha256,
                delivery.contract_hash, delivery.scan_seq, counted.scope_count
            from raw.delivery_scope as scope
            inner join touched using ({", ".join(names)})
            inner join raw.delivery as delivery on scope.load_seq = delivery.load_seq
            inner join (select load_seq, count(*) as scope_count from raw.delivery_scope group by load_seq) as counted
                on scope.load_seq = counted.load_seq
            where scope.outcome in ('loaded', 'nil_report')
            """  # noqa: S608  # column names of ours
        ).fetchall()
        connection.unregister("touched")
        for source_name, table_name, reporting_unit_code, period_type, start, end, *version in rows:
            scope = Scope(table_name, reporting_unit_code, Period(period_type, start, end))
            history.versions[source_name, scope].append(_Version(*version))
    history.withdrawn_by.update(
        connection.execute(
            """
            select decides_delivery_seq, min(load_seq) from raw.delivery
            where decides_delivery_seq is not null group by decides_delivery_seq
            """
        ).fetchall()
    )
    return history


def _read_markers(
    connection: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]
) -> dict[tuple[int, str], tuple[int, Outcome]]:
    rows = connection.execute(
        "select delivery_seq, contract_hash, load_seq, outcome from raw.load where delivery_seq in (select unnest(?))",
        [[verdict.delivery.delivery_seq for verdict in verdicts]],
    ).fetchall()
    return {
        (delivery_seq, contract_hash): (load_seq, outcome) for delivery_seq, contract_hash, load_seq, outcome in rows
    }


def _append_observations(
    connection: duckdb.DuckDBPyConnection,
    prepared: Path,
    accepted: Sequence[tuple[Verdict, Loaded]],
    elements: set[str],
) -> None:
    """Copy the rows of all files in one statement; `assigned` gives each delivery its load_seq."""
    paths = [str(prepared / str(loaded.delivery_seq) / "observation.parquet") for _, loaded in accepted]
    _check_observations(connection, paths, [verdict for verdict, _ in accepted], elements)
    load_seqs = [loaded.load_seq for _, loaded in accepted]
    _append_files(connection, "observation", paths, load_seqs, keys=_OBSERVATION_KEYS)


def _append_files(
    connection: duckdb.DuckDBPyConnection, table: str, paths: list[str], load_seqs: list[int], *, keys: str = ""
) -> None:
    """Append prepared rows, each file under the load_seq of its delivery: an extract's rows name their pages."""
    connection.register("assigned", pa.table({"load_seq": load_seqs, "path": paths}))
    connection.execute(
        f"""
        insert into raw."{table}" by name
        select assigned.load_seq, prepared.* exclude (filename), {keys}
        from {_PREPARED} as prepared
        inner join assigned on prepared.filename = assigned.path
        """,  # noqa: S608
        [paths],
    )
    connection.unregister("assigned")


def _append_records(
    connection: duckdb.DuckDBPyConnection, prepared: Path, accepted: Sequence[tuple[Verdict, Loaded]]
) -> None:
    """Append the records of all extracts, table by table; a table or column that a contract added is made first."""
    files: dict[str, list[tuple[Path, Verdict, Loaded]]] = defaultdict(list)
    for verdict, loaded in accepted:
        for record in verdict.record_counts:
            files[record].append((prepared / str(loaded.delivery_seq) / f"{record}.parquet", verdict, loaded))
    for record, parts in files.items():
        for path, verdict, _ in parts:
            _fit_record_table(connection, record, path, verdict)
        paths = [str(path) for path, _, _ in parts]
        _check_records(connection, record, paths, [verdict for _, verdict, _ in parts])
        for path, _, loaded in parts:  # one by one: under two contract versions their columns may differ
            _append_files(connection, record, [str(path)], [loaded.load_seq])


def _fit_record_table(connection: duckdb.DuckDBPyConnection, record: str, path: Path, verdict: Verdict) -> None:
    """Give `raw.<record>` the columns of a prepared file, whose types are the contract's. None is ever taken away."""
    if record in OWN_TABLES:
        raise ContractError(f"{verdict.source_name}.yml: record: raw.{record} is a table of the pipeline's own")
    wanted = connection.execute(f"describe select * exclude (filename) from {_PREPARED}", [[str(path)]]).fetchall()  # noqa: S608
    connection.execute(f'create table if not exists raw."{record}" (load_seq bigint)')
    present = {name: kind for name, kind, *_ in connection.execute(f'describe raw."{record}"').fetchall()}
    for name, kind, *_ in wanted:
        if name not in present:
            connection.execute(f'alter table raw."{record}" add column "{name}" {kind}')
        elif present[name] != kind:
            raise ContractError(
                f"{verdict.source_name}.yml: column {name} is {kind}, and raw.{record} has it as {present[name]}: "
                "give the column another name"
            )


def _check_records(
    connection: duckdb.DuckDBPyConnection, record: str, paths: list[str], verdicts: Sequence[Verdict]
) -> None:
    for path, verdict in zip(paths, verdicts, strict=True):
        ((rows, keys, last),) = connection.execute(
            f"select count(*), count(distinct record_key), max(delivery_seq) from {_PREPARED}",  # noqa: S608
            [[path]],
        ).fetchall()
        seq = verdict.delivery.delivery_seq
        if rows != verdict.record_counts[record]:
            raise ValueError(
                f"delivery {seq}: prepared rows are not the {verdict.record_counts[record]} of its verdict"
            )
        if rows != keys:
            raise ValueError(f"delivery {seq}: table {record} gives a record twice")
        if rows and last >= seq:
            raise ValueError(f"delivery {seq}: prepared rows of a page that came after it")


def _check_observations(
    connection: duckdb.DuckDBPyConnection, paths: list[str], verdicts: Sequence[Verdict], elements: set[str]
) -> None:
    found = connection.execute(f"select distinct source_name, element_code from {_PREPARED}", [paths]).fetchall()  # noqa: S608
    if unknown := sorted(f"{source_name}.yml: {code}" for source_name, code in found if code not in elements):
        raise ContractError(f"{'; '.join(unknown)}: no such element: expected a code of elements.csv")

    # Hashes first: comparing the keys themselves takes several times the memory, and only equal ones need it.
    rows = connection.execute(
        f"""
        select filename, count(*), count(distinct hash({_KEY})), min(delivery_seq), max(delivery_seq)
        from {_PREPARED} group by filename
        """,  # noqa: S608
        [paths],
    ).fetchall()
    counted = {path: (row_count, first, last) for path, row_count, _, first, last in rows}
    for path, verdict in zip(paths, verdicts, strict=True):
        delivery_seq = verdict.delivery.delivery_seq
        row_count, first, last = counted.get(path, (0, delivery_seq, delivery_seq))
        if row_count != verdict.observation_count:
            raise ValueError(
                f"delivery {delivery_seq}: prepared rows are not the {verdict.observation_count} of its verdict"
            )
        is_own = last < delivery_seq if verdict.delivery.kind == "extract" else first == last == delivery_seq
        if row_count and not is_own:
            raise ValueError(f"delivery {delivery_seq}: prepared rows of deliveries nobody asked for")
    if any(row_count != key_count for _, row_count, key_count, *_ in rows):
        repeated = connection.execute(
            f"""
            select min(delivery_seq), table_name, element_code, org_unit_code from {_PREPARED}
            group by filename, {_KEY} having count(*) > 1 order by all limit 1
            """,  # noqa: S608
            [paths],
        ).fetchone()
        if repeated:
            raise ValueError("delivery {}: table {} gives {} of {} twice".format(*repeated))


def _append_facts(
    connection: duckdb.DuckDBPyConnection, new: Sequence[tuple[Verdict, Loaded]], loaded_at: datetime
) -> None:
    """Write what people ask about a delivery, also when no row of it was loaded; the marker goes with it."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for verdict, loaded in new:
        delivery = verdict.delivery
        keys = {"load_seq": loaded.load_seq, "delivery_seq": loaded.delivery_seq}
        problems = (*verdict.problems, *loaded.problems)
        severities = Counter(problem.severity for problem in problems)
        rows["delivery"].append(
            {
                **keys,
                "kind": delivery.kind,
                "source_name": verdict.source_name,
                "department_code": delivery.department_code,
                "file_name": delivery.file_name,
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
            }
        )
        for scope in verdict.scopes:
            place = {
                **keys,
                "source_name": verdict.source_name,
                "reporting_unit_code": scope.reporting_unit_code,
                "period_type": scope.period.type,
                "period_start_date": scope.period.start,
                "period_end_date": scope.period.end,
            }
            if loaded.outcome == "waiver":
                rows["waiver"].append({**place, "due_date": verdict.waived_until, "reason": verdict.reason})
            else:
                replaces = verdict.replaces.get(scope.table_name, "scope")
                rows["delivery_scope"].append(
                    {**place, "table_name": scope.table_name, "replaces": replaces, "outcome": loaded.outcome}
                )
        for index, problem in enumerate(problems):
            rows["delivery_error"].append(
                {
                    **keys,
                    "problem_index": index,
                    "code": problem.code,
                    "severity": problem.severity,
                    "sheet_name": problem.sheet,
                    "cell_address": problem.cell,
                    "column_header": problem.column,
                    "expected": problem.expected or MESSAGES[problem.code].expected,
                }
            )
        index_in_suite: Counter[str] = Counter()
        for check in verdict.checks:
            rows["check_result"].append(
                {
                    **keys,
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
            )
            index_in_suite[check.suite_name] += 1
        rows["load"].append(
            {**keys, "contract_hash": verdict.contract_hash, "outcome": loaded.outcome, "loaded_at": loaded_at}
        )
    for table, values in rows.items():
        _append_rows(connection, table, values)


def _append_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert rows by the names of their columns, whose types they take; a scope's key is made of them."""
    schema = connection.execute(f"select * from raw.{table} limit 0").to_arrow_table().schema  # noqa: S608
    given = pa.schema([schema.field(name) for name in rows[0]])
    connection.register("new_rows", pa.Table.from_pylist(rows, schema=given))
    key = f"{SCOPE_KEY} as scope_key" if "scope_key" in schema.names else ""
    connection.execute(f"insert into raw.{table} by name select *, {key} from new_rows")  # noqa: S608
    connection.unregister("new_rows")


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    (row,) = connection.execute(query).fetchall()
    return row[0]


def _utc(moment: datetime) -> datetime:
    """The same moment without a zone, as a DuckDB timestamp holds it; what has no zone is UTC already."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
