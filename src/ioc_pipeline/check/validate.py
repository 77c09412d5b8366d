"""Values + an expectation suite → what cannot be true, per delivery; the only module that imports Great Expectations.

The import costs 4 CPU seconds, so it stays inside the functions: a scan that finds nothing to check never pays it.
Why every check must be attributable to a row: docs/decisions/0003-validation.md.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ioc_pipeline.check.must_hold import judge_rows
from ioc_pipeline.domain.deliveries import CheckOutcome
from ioc_pipeline.domain.errors import ContractError, Severity
from ioc_pipeline.reference.suites import Expectation, read_suite

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult

_IN_SET = "expect_column_values_to_be_in_set"


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


def validate(frames: Mapping[str, "pd.DataFrame"], suites: Mapping[str, bytes]) -> dict[int, list[Check]]:
    """Run each suite once over the rows of all deliveries of the batch.

    Args:
        frames: by suite name. Columns as `frame_columns` has them: float64 for numbers (NaN where the cell held none),
            datetime64 in UTC for the dates and times of records, text for the rest. `row_id` is unique within a frame.
        suites: content of the suite files by name; a name without a frame is not read.

    Returns:
        By delivery_seq, the checks in the order of frames and suites. A delivery without a row, or without a check, is
        not a key.

    Raises:
        ContractError: a suite is broken. Call this per source, so that it stops that source's deliveries only. An
            expectation that fails to run does not raise: its checks have outcome `error`.
    """
    checks: dict[int, list[Check]] = defaultdict(list)
    for name, frame in frames.items():
        for delivery_seq, found in _validate_suite(name, suites[name], frame).items():
            checks[delivery_seq].extend(found)
    return dict(checks)


def _validate_suite(name: str, content: bytes, frame: "pd.DataFrame") -> dict[int, list[Check]]:
    if not frame["row_id"].is_unique:
        raise ValueError(f"{name}: row_id repeats in the frame")
    expectations = read_suite(name, content)
    if not expectations:
        return {}
    results = _run(_build_suite(name, expectations), _with_verdicts(expectations, frame))
    if len(results) != len(expectations):
        raise ContractError(f"{name}.yml: {len(expectations)} expectations, but {len(results)} gave a result")

    delivery_seqs: list[int] = frame["delivery_seq"].tolist()
    row_ids: list[int] = frame["row_id"].tolist()
    row_counts = Counter(delivery_seqs)
    checks: dict[int, list[Check]] = {delivery_seq: [] for delivery_seq in row_counts}
    for index, expectation in enumerate(expectations):
        result = results[index]
        positions = result.result.get("unexpected_index_list") or []
        error = "" if result.success or positions else _explain(expectation, frame, result)
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
    batch = asset.add_batch_definition_whole_dataframe("rows").get_batch({"dataframe": frame})
    outcome = batch.validate(suite, result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False})
    return {config.meta["index"]: result for result in outcome.results if (config := result.expectation_config)}


def _explain(expectation: Expectation, frame: "pd.DataFrame", result: "ExpectationValidationResult") -> str:
    """Say why an expectation could not run, without its message: that may hold a value of the frame."""
    place = expectation.place
    if missing := [column for column in expectation.columns if column not in frame.columns]:
        return f"{place}: the frame has no column {', '.join(missing)}"
    infos = [info for info in (result.exception_info, *result.exception_info.values()) if isinstance(info, dict)]
    traceback = next((info["exception_traceback"] for info in infos if info.get("exception_traceback")), "")
    kind = traceback.strip().rpartition("\n")[2].partition(":")[0]
    return f"{place}: could not run ({kind or 'no rows given for a failure'})"


def _build_suite(name: str, expectations: list[Expectation]) -> "ExpectationSuite":
    """Build the suite from checked instances: given as plain data, a misspelt type would be dropped silently."""
    # Before the import: it writes 50 KB of log otherwise.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    from great_expectations import ExpectationSuite
    from great_expectations.compatibility.pydantic import ValidationError
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    built = []
    for index, expectation in enumerate(expectations):
        try:
            built.append(
                get_expectation_impl(_IN_SET if expectation.must_hold else expectation.type)(
                    **(
                        {"column": _verdict(index), "value_set": [1.0]} if expectation.must_hold else expectation.kwargs
                    ),
                    description=expectation.description,
                    severity=FailureSeverity(expectation.severity),
                    meta={"index": index},
                )
            )
        except (ValidationError, TypeError) as error:
            raise ContractError(f"{expectation.place}: kwargs: {error}") from error
    return ExpectationSuite(name=name, expectations=built)


def _with_verdicts(expectations: list[Expectation], frame: "pd.DataFrame") -> "pd.DataFrame":
    """The frame with one more column for each rule that must hold: 1.0, 0.0, or NaN where a row cannot be judged.

    Great Expectations then refuses the rows with 0.0, as it does any value outside a set. A rule over a column that
    the frame lacks, or that chokes on its values, gets no column: its check cannot run, which is our error.
    """
    verdicts = {}
    for index, expectation in enumerate(expectations):
        if expectation.must_hold and not set(expectation.columns).difference(frame.columns):
            with suppress(TypeError, ValueError):
                verdicts[_verdict(index)] = judge_rows(expectation.must_hold, frame)
    return frame.assign(**verdicts)


def _verdict(index: int) -> str:
    return f"must_hold {index}"  # no column of a contract has a blank in its name
