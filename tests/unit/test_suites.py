"""A suite's mistakes are told when contracts are read, without Great Expectations, and each one by its place."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.row_checks import LOOKS_AT_OTHER_ROWS, ROW_CHECKS
from ioc_pipeline.reference.suites import check_suite
from ioc_pipeline.reference.tables import Table
from shipped import SEEDS, SOURCES

PROJECT = Path(__file__).resolve().parents[2]
NAME = "admin_procedures__settlements"
TABLE = Table.model_validate(
    {
        "table": "settlements",
        "titles": ["Giải quyết thủ tục hành chính"],
        "columns": [
            {"name": "org_unit", "headers": ["Đơn vị"], "type": "org_unit", "level": "commune"},
            {"name": "received_count", "headers": ["Tiếp nhận"], "type": "count"},
            {"name": "online_count", "headers": ["Trực tuyến"], "type": "count"},
            {"name": "fee", "headers": ["Phí"], "type": "money"},
            {"name": "share", "headers": ["Tỷ số"], "type": "ratio", "element": "a", "of_element": "b"},
            {"name": "note", "headers": ["Ghi chú"], "type": "text"},
        ],
    }
)
SAID = {"description": "Số tiếp nhận không quá 100.000.", "severity": "critical"}
ONCE = {**SAID, "type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["delivery_seq", "note"]}}
PART = {
    **SAID,
    "type": "expect_column_pair_values_a_to_be_greater_than_b",
    "kwargs": {
        "column_A": "received_count",
        "column_B": "online_count",
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    },
}
FEW = {
    **SAID,
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "received_count", "max_value": 100000},
}
RULE = {**SAID, "must_hold": "online_count <= received_count and share <= share_of or note is missing"}


def suite(*expectations: object, name: str = NAME) -> bytes:
    return yaml.safe_dump({"name": name, "expectations": list(expectations)}, allow_unicode=True).encode()


def between(column: str, **limits: object) -> dict[str, Any]:
    return {**FEW, "kwargs": {"column": column, **limits}}


@pytest.mark.parametrize("expectations", [(ONCE, PART, FEW, RULE), ()])
def test_a_good_suite_is_accepted(expectations: tuple[object, ...]) -> None:
    check_suite(NAME, suite(*expectations), TABLE)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({**FEW, "type": "expect_colum_values_to_be_between"}, "no expectation that names rows"),
        (between("recieved", min_value=1), "unknown column recieved: expected one of"),
        (between("org_unit", min_value=1), "unknown column org_unit: expected one of"),
        (between("received_count", min_valu=1), "kwargs: unknown min_valu: expected column, min_value, max_value"),
        (between("received_count", max_value="nhiều"), "kwargs: cannot be max_value: 'nhiều'"),
        (between("received_count"), "kwargs: expected min_value, max_value or both"),
        ({**FEW, "severity": "info"}, "severity: 'info', expected critical or warning"),
        ({**FEW, "description": " "}, "description: expected the sentence"),
        ({key: FEW[key] for key in ("type", "severity", "kwargs")}, "expected the keys type, description"),
        ({**RULE, "kwargs": {}}, "expected the keys type, description, severity and kwargs, or must_hold, description"),
        (between("received_count", max_value=9, mostly=0.9), "mostly is not used"),
        (between("received_count", max_value=9, row_condition="fee > 1"), "write the whole rule as must_hold"),
        ({**FEW, "kwargs": ["column"]}, "kwargs: expected a mapping"),
        ({**ONCE, "kwargs": {"column_list": ["org_unit_code", "note"]}}, "expected delivery_seq"),
        ({**PART, "kwargs": {"column_A": "received_count", "column_B": "online_count"}}, "ignore_row_if: say what"),
        ({**PART, "kwargs": {**PART["kwargs"], "ignore_row_if": "never"}}, "cannot be ignore_row_if: 'never'"),
        ({**FEW, "type": "expect_column_values_to_match_regex", "kwargs": {"column": "note", "regex": "("}}, "regex"),
        ({**FEW, "type": "expect_column_values_to_be_unique"}, "say expect_compound_columns"),
        ({**FEW, "type": "expect_table_row_count_to_equal", "kwargs": {"value": 75}}, "no expectation that names rows"),
        ({**FEW, "type": ["expect"]}, "no expectation that names rows"),
        ({**SAID, "must_hold": "recieved == 1"}, "unknown column recieved: expected one of"),
        ({**SAID, "must_hold": "note > 5"}, "cannot compare text with number: note > 5"),
        ("expect_nothing", "not a mapping"),
    ],
)
def test_an_expectation_that_cannot_be_used_is_refused_with_the_reason(entry: object, message: str) -> None:
    with pytest.raises(ContractError, match=message) as refused:
        check_suite(NAME, suite(entry), TABLE)
    assert str(refused.value).startswith(f"{NAME}.yml: expectation 1")


@pytest.mark.parametrize(
    "entry",
    [
        between("received_count", min_value=0),
        between("received_count", min_value=-5),
        between("share", min_value=0),
        {**SAID, "must_hold": "received_count >= 0"},
        {**SAID, "must_hold": "0 <= received_count"},
        {**ONCE, "kwargs": {"column_list": ["delivery_seq", "org_unit_code", "period_start_date", "note"]}},
    ],
)
def test_an_expectation_that_can_never_fail_is_refused(entry: object) -> None:
    with pytest.raises(ContractError, match=r"can never fail: .*; leave it out"):
        check_suite(NAME, suite(FEW, entry), TABLE)


@pytest.mark.parametrize(
    "entry",
    [
        between("fee", min_value=0),
        between("received_count", min_value=0, strict_min=True),
        between("received_count", min_value=0, max_value=9),
        {**SAID, "must_hold": "received_count >= 1"},
        {**ONCE, "kwargs": {"column_list": ["delivery_seq", "org_unit_code"]}},
    ],
)
def test_an_expectation_that_can_fail_is_not_taken_for_one_that_cannot(entry: object) -> None:
    check_suite(NAME, suite(entry), TABLE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name: [", "not readable as YAML"),
        (b"\xff\xfe", "not readable as YAML"),
        (b"name: a\nname: b\n", "key 'name' is written twice"),
        (b"name: admin_procedures__settlements\n", "expected the keys name and expectations"),
        (b"name: admin_procedures__settlements\nexpectations:\n", "expectations: expected a list"),
        (suite(FEW, name="another"), "must be the file's name 'admin_procedures__settlements'"),
    ],
)
def test_a_suite_file_that_is_no_suite_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        check_suite(NAME, content, TABLE)


def test_a_broken_suite_stops_its_contract_and_no_other(tmp_path: Path) -> None:
    for path in (PROJECT / "expectations").glob("*.yml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "tax_online__filing.yml").write_bytes(suite(between("no_such", max_value=1), name="tax_online__filing"))
    contracts = read_contracts(SOURCES, tmp_path, SEEDS)
    assert set(contracts.broken) == {"tax_online.yml"}
    assert str(contracts.broken["tax_online.yml"]).startswith("tax_online__filing.yml: expectation 1 (expect_column_va")
    assert "rain_gauges" in contracts.ready


def test_reading_contracts_pays_for_neither_great_expectations_nor_pandas() -> None:
    script = "import sys, ioc_pipeline.reference.contracts; print({'great_expectations', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_list_of_row_checks_is_what_great_expectations_has() -> None:
    """What the list lets through is built by Great Expectations itself; what it leaves out is left out on purpose."""
    from great_expectations.expectations import expectation as gx
    from great_expectations.expectations.registry import (
        get_expectation_impl,
        list_registered_expectation_implementations,
    )

    by_row = {
        name
        for name in list_registered_expectation_implementations()
        if issubclass(
            get_expectation_impl(name),
            (gx.ColumnMapExpectation, gx.ColumnPairMapExpectation, gx.MulticolumnMapExpectation),
        )
    }
    dull = ("like_pattern", "json", "dateutil", "strftime")  # of SQL, or for texts that our types have read already
    assert set(ROW_CHECKS) | set(LOOKS_AT_OTHER_ROWS) == {
        name for name in by_row if not any(one in name for one in dull)
    }
    samples = {
        "column": "a", "column_A": "a", "column_B": "b", "column_list": ["a", "b"], "min_value": 1, "max_value": 2,
        "strict_min": True, "strict_max": False, "value_set": ["x"], "regex": "^x$", "regex_list": ["x"],
        "match_on": "any", "value": 3, "or_equal": True, "value_pairs_set": [["x", "y"]], "sum_total": 1.5,
    }  # fmt: skip
    for name, check in ROW_CHECKS.items():
        for missing in ("either_value_is_missing", "any_value_is_missing"):
            arguments = (*check.columns, *check.needs, *check.takes)
            kwargs = {argument: samples.get(argument, missing) for argument in arguments}
            if not check.mistake(kwargs):
                get_expectation_impl(name)(**kwargs)
                break
        else:
            raise AssertionError(f"{name}: {check.mistake(kwargs)}")
