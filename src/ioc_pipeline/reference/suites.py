"""Expectation suites (`expectations/<source>__<table>.yml`): read, and judged against their table.

Nothing here imports Great Expectations, so that a mistake is told wherever contracts are read, before the first file.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ioc_pipeline.domain.errors import ContractError, Severity
from ioc_pipeline.reference.must_hold import Kind, MustHold, check_kinds, parse_must_hold
from ioc_pipeline.reference.row_checks import LOOKS_AT_OTHER_ROWS, ROW_CHECKS
from ioc_pipeline.reference.strict_yaml import read_yaml
from ioc_pipeline.reference.tables import NUMERIC, Table

COMPOUND_UNIQUE = "expect_compound_columns_to_be_unique"
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")
_ENVELOPE: Mapping[str, Kind] = {
    "delivery_seq": "number", "row_id": "number", "reporting_unit_code": "text", "org_unit_code": "text",
    "org_unit_name": "text",
}  # fmt: skip
_OF_FIGURES: Mapping[str, Kind] = {"period_type": "text", "period_start_date": "time", "period_end_date": "time"}
_OF_RECORDS: Mapping[str, Kind] = {"latest_possible_at": "time"}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One entry of a suite: an expectation of Great Expectations with its arguments, or a rule that must hold."""

    place: str
    type: str
    columns: tuple[str, ...]
    description: str
    severity: Severity
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    must_hold: MustHold | None = None


def frame_columns(table: Table) -> dict[str, Kind]:
    """The columns of the frame that a suite is run on: each row's keys, and the table's own columns."""
    columns = {**_ENVELOPE, **(_OF_RECORDS if table.record else _OF_FIGURES)}
    for column in table.columns:
        if column.type == "period" or (column.type == "org_unit" and not table.record):
            continue  # of figures these are org_unit_code and period_…
        columns[column.name] = (
            "number" if column.type in NUMERIC else "time" if column.type in ("date", "timestamp") else "text"
        )
        if column.of_element and not table.record:
            columns[f"{column.name}_of"] = "number"
    return columns


def read_suite(name: str, content: bytes) -> list[Expectation]:
    """Read a suite and refuse what could not be run, or whose results could not be told to one delivery.

    Args:
        name: of the file, without `.yml`.

    Raises:
        ContractError: names the file, the expectation and what is expected instead.
    """
    try:
        data = read_yaml(content)
    except ValueError as error:
        raise ContractError(f"{name}.yml: {error}") from error
    if not isinstance(data, dict) or data.keys() != {"name", "expectations"}:
        raise ContractError(f"{name}.yml: expected the keys name and expectations")
    if data["name"] != name:
        raise ContractError(f"{name}.yml: name: is {data['name']!r}, must be the file's name {name!r}")
    if not isinstance(data["expectations"], list):
        raise ContractError(f"{name}.yml: expectations: expected a list, [] where the types of the columns say it all")
    return [_read_expectation(name, number, entry) for number, entry in enumerate(data["expectations"], start=1)]


def check_suite(name: str, content: bytes, table: Table) -> None:
    """Refuse a suite that does not fit its table.

    Raises:
        ContractError: as `read_suite`; also for an unknown column, and for an expectation that can never fail
            because the parser has refused before what it looks for: the score "đúng" counts checks that can fail.
    """
    columns = frame_columns(table)
    for expectation in read_suite(name, content):
        if unknown := [column for column in expectation.columns if column not in columns]:
            expected = ", ".join(sorted(columns))
            raise ContractError(f"{expectation.place}: unknown column {', '.join(unknown)}: expected one of {expected}")
        if expectation.must_hold:
            try:
                check_kinds(expectation.must_hold, columns)
            except ValueError as error:
                raise ContractError(f"{expectation.place}: {error}") from error
        if why := _already_implied(expectation, table):
            raise ContractError(f"{expectation.place}: can never fail: {why}; leave it out")


def _read_expectation(name: str, number: int, entry: Any) -> Expectation:
    is_rule = isinstance(entry, dict) and "must_hold" in entry
    kind = "must_hold" if is_rule else entry.get("type", "no type") if isinstance(entry, dict) else "not a mapping"
    place = f"{name}.yml: expectation {number} ({kind})"
    wanted = {"must_hold"} if is_rule else {"type", "kwargs"}
    if not isinstance(entry, dict) or entry.keys() != {"description", "severity"} | wanted:
        raise ContractError(
            f"{place}: expected the keys type, description, severity and kwargs, or must_hold, description and severity"
        )
    if not isinstance(entry["description"], str) or not entry["description"].strip():
        raise ContractError(f"{place}: description: expected the sentence that the department will read")
    description, severity = entry["description"].strip(), entry["severity"]
    if severity not in ("critical", "warning"):
        raise ContractError(f"{place}: severity: {severity!r}, expected critical or warning")
    if is_rule:
        try:
            rule = parse_must_hold(entry["must_hold"])
        except ValueError as error:
            raise ContractError(f"{place}: {error}") from error
        return Expectation(place, kind, rule.columns, description, severity, must_hold=rule)
    kwargs = entry["kwargs"]
    if mistake := _mistake(kind, kwargs):
        raise ContractError(f"{place}: {mistake}")
    return Expectation(place, kind, tuple(dict.fromkeys(_columns(kwargs))), description, severity, kwargs)


def _mistake(kind: object, kwargs: object) -> str:
    if isinstance(kind, str) and kind in LOOKS_AT_OTHER_ROWS:
        return f"cannot be told to one delivery: {LOOKS_AT_OTHER_ROWS[kind]}"
    check = ROW_CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        return f"no expectation that names rows: expected must_hold, or one of {', '.join(sorted(ROW_CHECKS))}"
    if not isinstance(kwargs, dict):
        return "kwargs: expected a mapping"
    if "mostly" in kwargs:
        return "mostly is not used here: each failing cell is told; say severity: warning"
    if "row_condition" in kwargs:
        return "row_condition is not used here: write the whole rule as must_hold"
    if "ignore_row_if" in check.needs and "ignore_row_if" not in kwargs:
        return "ignore_row_if: say what an empty cell means, e.g. either_value_is_missing"
    if mistake := check.mistake(kwargs):
        return f"kwargs: {mistake}"
    if kind == COMPOUND_UNIQUE and "delivery_seq" not in kwargs["column_list"]:
        return "column_list: expected delivery_seq in it"
    return ""


def _columns(kwargs: Mapping[str, Any]) -> Iterator[str]:
    for argument in _COLUMN_ARGUMENTS:
        if argument in kwargs:
            named = kwargs[argument]
            yield from named if isinstance(named, list) else [named]


def _already_implied(expectation: Expectation, table: Table) -> str:
    """Why the parser lets nothing through that this expectation would refuse; "" if it can fail."""
    never_negative = {column.name: column.type for column in table.columns if column.type in ("count", "rank", "ratio")}
    if (column := _at_least_zero(expectation)) in never_negative:
        return f"a column of type {never_negative[column]} is never negative"
    if expectation.type == COMPOUND_UNIQUE:
        # A figure's unit and period, or a record's key, stand once in a delivery (`duplicate-row`, `duplicate-record`).
        key = {"delivery_seq", *table.record_key}
        key |= set() if table.record else {"org_unit_code", "period_start_date"}
        if key <= set(expectation.columns):
            return f"{', '.join(sorted(key))} stand once, or the file is returned"
    return ""


def _at_least_zero(expectation: Expectation) -> str:
    """The column of which an expectation says only that it is not negative, "" if it says anything else."""
    if expectation.must_hold:
        match expectation.must_hold.tree:
            case (
                ast.Compare(left=ast.Name(id=name), ops=[ast.GtE()], comparators=[ast.Constant(value=0)])
                | ast.Compare(left=ast.Constant(value=0), ops=[ast.LtE()], comparators=[ast.Name(id=name)])
            ):
                return name
    if expectation.type == "expect_column_values_to_be_between":
        kwargs = expectation.kwargs
        limit = kwargs.get("min_value")
        is_weak = isinstance(limit, int | float) and (limit < 0 or (limit == 0 and not kwargs.get("strict_min")))
        if is_weak and "max_value" not in kwargs:
            return str(kwargs["column"])
    return ""
