"""Suites are run by Great Expectations itself, over frames as the parser makes them."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ioc_pipeline.check.validate import Check, validate
from ioc_pipeline.domain.errors import ContractError

NAME = "admin_procedures__settlements"
ONCE = {
    "type": "expect_compound_columns_to_be_unique",
    "description": "Mỗi đơn vị chỉ báo cáo một kỳ một lần.",
    "severity": "critical",
    "kwargs": {"column_list": ["delivery_seq", "org_unit_code", "period_start_date"]},
}
PART = {
    "type": "expect_column_pair_values_a_to_be_greater_than_b",
    "description": "Hồ sơ trực tuyến là một phần hồ sơ tiếp nhận, không thể nhiều hơn.",
    "severity": "critical",
    "kwargs": {
        "column_A": "received_count",
        "column_B": "online_count",
        "or_equal": True,
        "ignore_row_if": "either_value_is_missing",
    },
}
FEW = {
    "type": "expect_column_values_to_be_between",
    "description": "Hiếm có đơn vị nhận trên 100.000 hồ sơ một tháng; đề nghị kiểm tra lại.",
    "severity": "warning",
    "kwargs": {"column": "received_count", "min_value": 0, "max_value": 100000},
}


def suite(*expectations: dict[str, object], name: str = NAME) -> bytes:
    return yaml.safe_dump({"name": name, "expectations": list(expectations)}, allow_unicode=True).encode()


def frame(*rows: tuple[int, str, float | None, float | None]) -> pd.DataFrame:
    """Rows of (delivery_seq, org_unit_code, received_count, online_count); row_id counts from 100."""
    return pd.DataFrame(
        {
            "delivery_seq": [row[0] for row in rows],
            "row_id": range(100, 100 + len(rows)),
            "reporting_unit_code": "vp-ubnd",
            "org_unit_code": [row[1] for row in rows],
            "org_unit_name": [f"Xã {row[1]}" for row in rows],
            "period_type": "month",
            "period_start_date": pd.Timestamp("2025-09-15"),
            "period_end_date": pd.Timestamp("2025-10-14"),
            "received_count": pd.Series([row[2] for row in rows], dtype="float64"),
            "online_count": pd.Series([row[3] for row in rows], dtype="float64"),
            "note": "",
        }
    )


def run(content: bytes, rows: pd.DataFrame) -> dict[int, list[Check]]:
    return validate({NAME: rows}, {NAME: content})


def test_a_failing_cell_is_traced_to_its_row() -> None:
    checks = run(suite(ONCE, PART, FEW), frame((1, "03646", 10, 4), (1, "03649", 5, 9), (1, "03652", 7, 7)))
    assert checks[1][1] == Check(
        suite_name=NAME,
        expectation_type="expect_column_pair_values_a_to_be_greater_than_b",
        columns=("received_count", "online_count"),
        severity="critical",
        outcome="failed",
        description="Hồ sơ trực tuyến là một phần hồ sơ tiếp nhận, không thể nhiều hơn.",
        checked_count=3,
        failed_count=1,
        failed_row_ids=(101,),
    )
    assert [check.outcome for check in checks[1]] == ["passed", "failed", "passed"]


def test_row_ids_are_plain_numbers_that_json_can_hold() -> None:
    checks = run(suite(PART), frame((1, "03646", 1, 2)))
    assert [type(row_id) for row_id in checks[1][0].failed_row_ids] == [int]
    assert [type(delivery_seq) for delivery_seq in checks] == [int]


def test_three_deliveries_in_one_frame_each_answer_for_their_own_rows() -> None:
    checks = run(
        suite(ONCE, PART, FEW),
        frame(
            (7, "03646", 10, 4),
            (8, "03646", 10, 40),
            (9, "03646", 200000, 4),
            (7, "03649", 10, 4),
            (9, "03649", 10, 11),
            (9, "03649", 10, 12),
        ),
    )
    assert {seq: [check.outcome for check in found] for seq, found in checks.items()} == {
        7: ["passed", "passed", "passed"],
        8: ["passed", "failed", "passed"],
        9: ["failed", "failed", "failed"],
    }
    assert [check.failed_row_ids for check in checks[9]] == [(104, 105), (104, 105), (102,)]
    assert [(check.checked_count, check.failed_count) for check in checks[9]] == [(3, 2), (3, 2), (3, 1)]
    assert checks[9][0].columns == ("org_unit_code", "period_start_date")


def test_a_verdict_does_not_depend_on_who_else_is_in_the_batch() -> None:
    suites = suite(ONCE, PART, FEW)
    rows = frame((1, "03646", 10, 40), (2, "03646", 10, 4), (3, "03646", 1, 0))
    together = run(suites, rows)
    alone = {seq: run(suites, rows[rows["delivery_seq"] == seq])[seq] for seq in (1, 2, 3)}
    assert together == alone


def test_an_empty_cell_fails_nothing_when_the_suite_says_so() -> None:
    checks = run(suite(PART, FEW), frame((1, "03646", None, 4), (1, "03649", 5, None), (1, "03652", 5, 1)))
    assert [check.outcome for check in checks[1]] == ["passed", "passed"]


def test_sums_over_several_columns_name_their_rows() -> None:
    whole = {
        "type": "expect_multicolumn_sum_to_equal",
        "description": "Cộng lại phải bằng 10.",
        "severity": "critical",
        "kwargs": {
            "column_list": ["received_count", "online_count"],
            "sum_total": 10,
            "ignore_row_if": "any_value_is_missing",
        },
    }
    checks = run(suite(whole), frame((1, "03646", 6, 4), (1, "03649", 6, 5), (2, "03646", None, 4)))
    assert checks[1][0].failed_row_ids == (101,)
    assert checks[2][0].outcome == "passed"


def test_a_missing_column_is_our_error_and_not_a_failure_of_the_data() -> None:
    rows = frame((1, "03646", 5, 9), (2, "03646", 5, 1)).drop(columns="received_count")
    checks = run(suite(ONCE, PART, FEW), rows)
    assert [check.outcome for check in checks[1]] == ["passed", "error", "error"]
    assert [check.outcome for check in checks[2]] == ["passed", "error", "error"]
    assert checks[1][2].error == (
        "admin_procedures__settlements.yml: expectation 3 (expect_column_values_to_be_between): "
        "the frame has no column received_count"
    )
    assert checks[1][2].checked_count == 0


def test_what_an_expectation_choked_on_is_not_repeated() -> None:
    broken = {**FEW, "kwargs": {"column": "note", "min_value": 0}}
    rows = frame((1, "03646", 5, 9)).assign(note="Nguyễn Văn A 012345678901")
    (check,) = run(suite(broken), rows)[1]
    assert check.outcome == "error"
    assert "could not run" in check.error
    assert "012345678901" not in check.error
    assert "Nguyễn" not in check.error


def test_two_suites_of_a_source_are_told_in_one_answer() -> None:
    other = "admin_procedures__overdue"
    checks = validate(
        {NAME: frame((1, "03646", 5, 9)), other: frame((1, "03646", 5, 9), (2, "03646", 1, 1))},
        {NAME: suite(FEW), other: suite(PART, name=other)},
    )
    assert [check.suite_name for check in checks[1]] == [NAME, other]
    assert [check.suite_name for check in checks[2]] == [other]


def test_an_empty_frame_has_nothing_to_say() -> None:
    assert run(suite(FEW), frame()) == {}


def test_checking_leaves_the_frame_as_it_was() -> None:
    rows = frame((1, "03646", 5, 9), (2, "03646", None, 1))
    before = rows.copy(deep=True)
    run(suite(ONCE, PART, FEW), rows)
    pd.testing.assert_frame_equal(rows, before)


def test_rows_are_named_by_their_id_whatever_the_index_of_the_frame() -> None:
    rows = frame((1, "03646", 5, 9), (1, "03649", 5, 1), (2, "03652", 5, 7)).set_axis([2, 7, 0])
    checks = run(suite(PART), rows)
    assert (checks[1][0].failed_row_ids, checks[2][0].failed_row_ids) == ((100,), (102,))


def test_an_expectation_said_twice_is_told_twice() -> None:
    checks = run(suite(PART, FEW, PART), frame((1, "03646", 5, 9)))
    assert [check.outcome for check in checks[1]] == ["failed", "passed", "failed"]


def test_repeated_row_ids_are_refused() -> None:
    rows = frame((1, "03646", 5, 9), (2, "03646", 5, 1)).assign(row_id=1)
    with pytest.raises(ValueError, match="row_id repeats"):
        run(suite(FEW), rows)


def test_a_suite_that_is_none_stops_its_deliveries_when_it_is_run_too() -> None:
    with pytest.raises(ContractError, match=r"settlements\.yml: expectation 2 \(expect_colum_values_to_be_between\)"):
        run(suite(ONCE, {**FEW, "type": "expect_colum_values_to_be_between"}), frame((1, "03646", 5, 4)))


def test_an_empty_suite_has_nothing_to_say() -> None:
    assert run(suite(), frame((1, "03646", 5, 4))) == {}


def test_a_rule_names_the_rows_that_break_it_and_judges_no_row_that_lacks_a_value() -> None:
    rule = {"must_hold": "received_count == 2 * online_count", "description": "Gấp đôi.", "severity": "warning"}
    checks = run(suite(FEW, rule), frame((1, "03646", 8, 4), (2, "03646", 8, 3), (2, "03649", None, 3), (2, "", 7, 3)))
    assert [(check.outcome, check.failed_row_ids) for check in checks[1]] == [("passed", ()), ("passed", ())]
    assert checks[2][1] == Check(
        suite_name=NAME,
        expectation_type="must_hold",
        columns=("received_count", "online_count"),
        severity="warning",
        outcome="failed",
        description="Gấp đôi.",
        checked_count=3,
        failed_count=2,
        failed_row_ids=(101, 103),
    )


def test_a_rule_over_a_missing_column_is_our_error_and_not_a_failure_of_the_data() -> None:
    rule = {"must_hold": "received_count == online_count", "description": "Bằng nhau.", "severity": "critical"}
    (check,) = run(suite(rule), frame((1, "03646", 8, 4)).drop(columns="online_count"))[1]
    assert (check.outcome, check.checked_count) == ("error", 0)
    assert check.error == f"{NAME}.yml: expectation 1 (must_hold): the frame has no column online_count"


def test_a_rule_that_chokes_on_a_value_is_our_error_and_does_not_repeat_it() -> None:
    rule = {"must_hold": "note > 5", "description": "Trên 5.", "severity": "critical"}
    (check,) = run(suite(rule), frame((1, "03646", 8, 4)).assign(note="Nguyễn Văn A"))[1]
    assert check.outcome == "error"
    assert "could not run" in check.error
    assert "Nguyễn" not in check.error


def test_checking_says_nothing_and_sends_nothing(tmp_path: Path) -> None:
    """In a process of its own: every connection to the network is an error, every word on a stream is seen."""
    (tmp_path / "suite.yml").write_bytes(suite(ONCE, PART, FEW))
    rows = frame((1, "03646", 5, 9))
    rows.to_parquet(tmp_path / "frame.parquet")
    script = f"""
import sys
sys.addaudithook(lambda event, args: sys.exit("network: " + event) if event.startswith("socket.connect") else None)
import pandas as pd
from ioc_pipeline.check import validate
assert "great_expectations" not in sys.modules, "importing the module already pays for Great Expectations"
content = open({str(tmp_path / "suite.yml")!r}, "rb").read()
checks = validate.validate({{"{NAME}": pd.read_parquet({str(tmp_path / "frame.parquet")!r})}}, {{"{NAME}": content}})
assert [check.outcome for check in checks[1]] == ["passed", "failed", "passed"], checks
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frame.parquet", "suite.yml"]
