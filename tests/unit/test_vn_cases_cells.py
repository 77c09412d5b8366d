"""Every case of vn_normalisation_cases.csv has one outcome; decisions on them are in docs/decisions/0002."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.period_labels import BadPeriod, parse_period
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.parse.cells import BadCell, Parsed, parse_cell
from ioc_pipeline.parse.legacy_text import repair_text
from ioc_pipeline.parse.personal import at_cells, kinds_in_column
from ioc_pipeline.parse.rows import classify_row, read_unit_lines, read_unit_measure

with Path(__file__).with_name("vn_normalisation_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def _outcome(case: dict[str, str]) -> str:
    read = {
        **dict.fromkeys(("number", "scale", "date", "code"), _of_cell),
        **dict.fromkeys(("tcvn3", "vni", "nfd", "mojibake"), lambda case: f"value={repair_text(case['text'])}"),
        "period": _of_period,
        "row": _of_row,
        "ascii": _of_header,
        "pii": _of_column,
    }[case["kind"]]
    try:
        return read(case)
    except (BadCell, BadPeriod) as error:
        return f"error={error.code}"


def _of_cell(case: dict[str, str]) -> str:
    value = float(case["text"]) if case["stored"] == "number" else case["text"]
    parsed: Parsed = parse_cell(value, case["column_type"], case["locale"], case["mark"])
    if parsed.null_reason:
        return f"null={parsed.null_reason}"
    number = parsed.value
    parts = [f"value={number.isoformat() if isinstance(number, date) else _as_expected(number, case)}"]
    parts += [f"of={parsed.of}"] if parsed.of is not None else []
    parts += [f"qualifier={parsed.qualifier}"] if parsed.qualifier else []
    parts += [f"unit_measure={parsed.unit_measure}"] if parsed.unit_measure else []
    return "; ".join(parts)


def _as_expected(value: object, case: dict[str, str]) -> str:
    """Equal numbers may be written with more or fewer zeros at the end; the case's own spelling then stands."""
    wanted = case["outcome"].partition("value=")[2].partition(";")[0]
    try:
        return wanted if value == type(value)(wanted) else str(value)
    except (ArithmeticError, ValueError):
        return str(value)


def _of_period(case: dict[str, str]) -> str:
    label = parse_period(case["text"], case["clock"])
    words = _written(label.period) if label.period else f"relative={label.relative}"
    return f"{words}; maturity={label.maturity}" if label.maturity else words


def _written(period: Period) -> str:
    return f"{period.type} {period.start}..{period.end}"


def _of_row(case: dict[str, str]) -> str:
    row_class = classify_row(case["text"].split(" | "))
    said = f"class={row_class}"
    if row_class == "period_line":
        period = parse_period(case["text"], case["clock"]).period
        said += f"; period={_written(period)}" if period else ""
    for unit_line in read_unit_lines(case["text"]):
        unit_measure = read_unit_measure(unit_line)
        said += f"; unit_measure={unit_measure.name}; multiplier={unit_measure.multiplier}"
    return said


def _of_header(case: dict[str, str]) -> str:
    other = case["outcome"].removeprefix("same as ")
    return case["outcome"] if fold(case["text"]) == fold(other) else f"{fold(case['text'])} is not {fold(other)}"


def _of_column(case: dict[str, str]) -> str:
    header = "Số CMND" if len(case["text"]) == 9 else "Mã"
    kinds = kinds_in_column(header, [(7, case["text"])])
    problems = [at_cells("Biểu 1", row, 1, kind, header) for kind, row in kinds.items()]
    assert all(case["text"] not in str(problem) for problem in problems)
    return f"error={problems[0].code}" if problems else _of_cell(case | {"locale": "vi"})


def test_no_case_was_lost() -> None:
    assert len(CASES) == 195


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["kind"] != "unit"],
    ids=lambda case: f"{case['kind']}: {case['input']}",
)
def test_a_case_has_the_outcome_decided_for_it(case: dict[str, str]) -> None:
    assert _outcome(case) == case["outcome"]
