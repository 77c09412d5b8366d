"""Values + an expectation suite → what cannot be true, per delivery; the only module that imports Great Expectations.

The import costs 4 CPU seconds, so it stays inside the functions: a scan that finds nothing to check never pays it.
Why every check must be attributable to a row: docs/decisions/0003-validation.md.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ioc_pipeline.domain.deliveries import CheckOutcome
from ioc_pipeline.domain.errors import ContractError, Severity
from ioc_pipeline.reference.contracts import read_yaml

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult

ENVELOPE_COLUMNS = frozenset(
    {
        "delivery_seq",
        "row_id",
        "reporting_unit_code",
        "org_unit_code",
        "org_unit_name",
        "period_type",
        "period_start_date",
        "period_end_date",
        "latest_possible_at",
    }
)
"""Columns that a frame has whatever its contract: of figures the period, of records `latest_possible_at`."""

# A frame holds the rows of several deliveries, and a verdict may depend on one of them only.
_LOOKS_AT_OTHER_ROWS = {
    "expect_column_values_to_be_unique": "say expect_compound_columns_to_be_unique with delivery_seq in column_list",
    "expect_column_values_to_be_increasing": "the rows of other deliveries come before and after",
    "expect_column_values_to_be_decreasing": "the rows of other deliveries come before and after",
    "expect_column_value_z_scores_to_be_less_than": "the mean would be that of other deliveries too",
    "expect_column_values_to_not_be_outliers": "the spread would be that of other deliveries too",
    "expect_column_values_to_be_of_type": "types come from the contract",
    "expect_column_values_to_be_in_type_list": "types come from the contract",
}
_COMPOUND_UNIQUE = "expect_compound_columns_to_be_unique"
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")


@dataclass(frozen=True, slots=True)
class Check:
    """One expectation over the rows of one delivery.

    `failed_row_ids` × `columns` are the cells it complains about (`delivery_seq` is never among the columns).
    `checked_count` is the delivery's rows in the frame, `failed_count` those that fail. `error` is set with outcome
    `error`: the expectation could not run, which is our fault and says nothing about the data.
    """

    suite_name: str
    expectation_type: str
    columns: tuple[str, ...]
    severity: Severity
    outcome: CheckOutcome
    description: str
    checked_count: int
    failed_count: int
    failed_row_ids: tuple[int, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Expectation:
    """One entry of a suite file."""

    type: str
    description: str
    severity: Severity
    kwargs: dict[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        names = [self.kwargs[argument] for argument in _COLUMN_ARGUMENTS if argument in self.kwargs]
        flat = [name for item in names for name in (item if isinstance(item, list) else [item])]
        return tuple(dict.fromkeys(flat))


def validate(frames: Mapping[str, "pd.DataFrame"], suites: Mapping[str, bytes]) -> dict[int, list[Check]]:
    """Run each suite once over the rows of all deliveries of the batch.

    Args:
        frames: by suite name. Columns are ENVELOPE_COLUMNS and one per contract column: float64 for numbers (NaN where
            the cell held none), datetime64 in UTC for the dates and times of records, text for the rest. `row_id` is
            unique within a frame.
        suites: content of the suite files by name; a name without a frame is not read.

    Returns:
        By delivery_seq, the checks in the order of frames and suites. A delivery without a row is not a key.

    Raises:
        ContractError: a suite is broken. Call this per source, so that it stops that source's deliveries only. An
            expectation that fails to run does not raise: its checks have outcome `error`.
    """
    checks: dict[int, list[Check]] = defaultdict(list)
    for name, frame in frames.items():
        if not frame.empty:
            for delivery_seq, found in _validate_suite(name, suites[name], frame).items():
                checks[delivery_seq].extend(found)
    return dict(checks)


def check_suite(name: str, content: bytes, columns: Collection[str]) -> None:
    """Refuse a suite that could not run, or whose results could not be told to one delivery.

    Args:
        name: of the file, without `.yml`.
        columns: of the contract's table, by name.

    Raises:
        ContractError: names the file, the expectation and what is expected instead.
    """
    expectations = _read_suite(name, content)
    _build_suite(name, expectations)
    known = ENVELOPE_COLUMNS.union(columns)
    for number, expectation in enumerate(expectations, start=1):
        if unknown := [column for column in expectation.columns if column not in known]:
            raise ContractError(
                f"{_place(name, number, expectation.type)}: unknown column {', '.join(unknown)}: "
                f"expected one of {', '.join(sorted(known))}"
            )


def _validate_suite(name: str, content: bytes, frame: "pd.DataFrame") -> dict[int, list[Check]]:
    if not frame["row_id"].is_unique:
        raise ValueError(f"{name}: row_id repeats in the frame")
    expectations = _read_suite(name, content)
    results = _run(_build_suite(name, expectations), frame)
    if len(results) != len(expectations):
        raise ContractError(f"{name}.yml: {len(expectations)} expectations, but {len(results)} gave a result")

    delivery_seqs: list[int] = frame["delivery_seq"].tolist()
    row_ids: list[int] = frame["row_id"].tolist()
    row_counts = Counter(delivery_seqs)
    checks: dict[int, list[Check]] = {delivery_seq: [] for delivery_seq in row_counts}
    for index, expectation in enumerate(expectations):
        result = results[index]
        positions = result.result.get("unexpected_index_list") or []
        error = "" if result.success or positions else _explain(name, index + 1, expectation, frame, result)
        failed: dict[int, list[int]] = defaultdict(list)
        for position in sorted(positions):
            failed[delivery_seqs[position]].append(row_ids[position])
        for delivery_seq, row_count in row_counts.items():
            failed_row_ids = tuple(failed.get(delivery_seq, ()))
            checks[delivery_seq].append(
                Check(
                    suite_name=name,
                    expectation_type=expectation.type,
                    columns=tuple(column for column in expectation.columns if column != "delivery_seq"),
                    severity=expectation.severity,
                    outcome="error" if error else "failed" if failed_row_ids else "passed",
                    description=expectation.description,
                    checked_count=0 if error else row_count,
                    failed_count=len(failed_row_ids),
                    failed_row_ids=failed_row_ids,
                    error=error,
                )
            )
    return checks


def _run(suite: "ExpectationSuite", frame: "pd.DataFrame") -> dict[int, "ExpectationValidationResult"]:
    """Validate in an ephemeral context: nothing is read from disk, nothing is written or sent.

    Results come back in another order than asked, so each is found by the index it carries. They name failing rows by
    their position: asked for a column of theirs instead, Great Expectations looks up cell by cell, 160 µs a row.
    """
    import great_expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = great_expectations.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset(suite.name)
    batch = asset.add_batch_definition_whole_dataframe("rows").get_batch({"dataframe": frame.reset_index(drop=True)})
    outcome = batch.validate(suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False})
    return {config.meta["index"]: result for result in outcome.results if (config := result.expectation_config)}


def _explain(
    name: str, number: int, expectation: _Expectation, frame: "pd.DataFrame", result: "ExpectationValidationResult"
) -> str:
    """Say why an expectation could not run, without its message: that may hold a value of the frame."""
    place = _place(name, number, expectation.type)
    if missing := [column for column in expectation.columns if column not in frame.columns]:
        return f"{place}: the frame has no column {', '.join(missing)}"
    infos = [info for info in (result.exception_info, *result.exception_info.values()) if isinstance(info, dict)]
    traceback = next((info["exception_traceback"] for info in infos if info.get("exception_traceback")), "")
    kind = traceback.strip().rpartition("\n")[2].partition(":")[0]
    return f"{place}: could not run ({kind or 'no rows given for a failure'})"


def _read_suite(name: str, content: bytes) -> list[_Expectation]:
    try:
        data = read_yaml(content.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{name}.yml: not readable as YAML: {error}") from error
    if not isinstance(data, dict) or data.keys() != {"name", "expectations"}:
        raise ContractError(f"{name}.yml: expected the keys name and expectations")
    if data["name"] != name:
        raise ContractError(f"{name}.yml: name: is {data['name']!r}, must be the file's name {name!r}")
    if not isinstance(data["expectations"], list) or not data["expectations"]:
        raise ContractError(f"{name}.yml: expectations: expected a list of one or more")
    return [_read_expectation(name, number, entry) for number, entry in enumerate(data["expectations"], start=1)]


def _read_expectation(name: str, number: int, entry: Any) -> _Expectation:
    kind = entry.get("type", "no type") if isinstance(entry, dict) else "not a mapping"
    place = _place(name, number, kind)
    if not isinstance(entry, dict) or entry.keys() != {"type", "description", "severity", "kwargs"}:
        raise ContractError(f"{place}: expected the keys type, description, severity and kwargs")
    if not isinstance(entry["description"], str) or not entry["description"].strip():
        raise ContractError(f"{place}: description: expected the sentence that the department will read")
    if entry["severity"] not in ("critical", "warning"):
        raise ContractError(f"{place}: severity: {entry['severity']!r}, expected critical or warning")
    if not isinstance(entry["kwargs"], dict):
        raise ContractError(f"{place}: kwargs: expected a mapping")
    if "mostly" in entry["kwargs"]:
        raise ContractError(f"{place}: mostly is not used here: each failing cell is told; say severity: warning")
    return _Expectation(kind, entry["description"].strip(), entry["severity"], entry["kwargs"])


def _build_suite(name: str, expectations: list[_Expectation]) -> "ExpectationSuite":
    """Build the suite from checked instances: given as plain data, a misspelt type would be dropped silently."""
    # Before the import: it writes 50 KB of log otherwise.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    from great_expectations import ExpectationSuite
    from great_expectations.compatibility.pydantic import ValidationError
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.expectation import (
        ColumnMapExpectation,
        ColumnPairMapExpectation,
        MulticolumnMapExpectation,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    built = []
    for index, expectation in enumerate(expectations):
        place = _place(name, index + 1, expectation.type)
        try:
            kind = get_expectation_impl(expectation.type)
        except ExpectationNotFoundError as error:
            raise ContractError(f"{place}: unknown expectation type") from error
        if not issubclass(kind, (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)):
            raise ContractError(f"{place}: tells no row, so no delivery: expected one that checks row by row")
        if expectation.type in _LOOKS_AT_OTHER_ROWS:
            raise ContractError(f"{place}: cannot be told to one delivery: {_LOOKS_AT_OTHER_ROWS[expectation.type]}")
        if expectation.type == _COMPOUND_UNIQUE:
            if "delivery_seq" not in expectation.columns:
                raise ContractError(f"{place}: column_list: expected delivery_seq in it")
        elif not issubclass(kind, ColumnMapExpectation) and "ignore_row_if" not in expectation.kwargs:
            raise ContractError(f"{place}: ignore_row_if: say what an empty cell means, e.g. either_value_is_missing")
        try:
            built.append(
                kind(
                    **expectation.kwargs,
                    description=expectation.description,
                    severity=FailureSeverity(expectation.severity),
                    meta={"index": index},
                )
            )
        except (ValidationError, TypeError) as error:
            raise ContractError(f"{place}: kwargs: {error}") from error
    return ExpectationSuite(name=name, expectations=built)


def _place(name: str, number: int, expectation_type: str) -> str:
    return f"{name}.yml: expectation {number} ({expectation_type})"
