"""Rows, envelope, markers and errors of a delivery, as Parquet brings them into raw."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ioc_pipeline.domain.deliveries import CheckResult
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.load.outcome import Loaded
from loading_desk import OCTOBER, Desk, outcomes, scope


def test_a_loaded_value_keeps_its_digits_and_its_place(desk: Desk) -> None:
    assert desk.load(desk.verdict(1)) == [Loaded(1, 1, "loaded")]
    assert desk.ask("select * from raw.observation order by org_unit_code")[1] == (
        1,
        "admin_procedures|settlements|vp-ubnd|month|2025-08-15|2025-09-14",
        "03649|tthc_received||",
        1,
        "admin_procedures",
        "settlements",
        "vp-ubnd",
        "03649",
        "management",
        "month",
        date(2025, 8, 15),
        date(2025, 9, 14),
        "tthc_received",
        "",
        "",
        "scope",
        Decimal("5.500000000000"),
        "5.5",
        "",
        "",
        "official",
        "Biểu 01",
        "C7",
    )


def test_the_envelope_and_the_marker_go_with_the_rows(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert desk.ask("select * from raw.delivery") == [
        (
            *(1, 1, "file", "admin_procedures", "vp-ubnd", "Biểu 01 (1).xlsx", "v1", 4096),
            *(datetime(2025, 9, 16, 1, 0), 1, True, None, "loaded", "c1", 2, 0, 0, "", "", "", ""),  # noqa: DTZ001  # as DuckDB gives it
        )
    ]
    assert desk.ask("select * exclude (sha256, imprint) from raw.load") == [
        (1, 1, "c1", "loaded", datetime(2025, 11, 22, 8, 30))  # noqa: DTZ001
    ]
    assert desk.ask("select * from raw.delivery_scope") == [
        (
            *(1, "admin_procedures|settlements|vp-ubnd|month|2025-08-15|2025-09-14", 1),
            *("admin_procedures", "settlements", "vp-ubnd"),
            *("month", date(2025, 8, 15), date(2025, 9, 14), "scope", "loaded"),
        )
    ]


def test_a_returned_delivery_reaches_raw_with_its_errors_but_without_its_texts(desk: Desk) -> None:
    problems = (
        Problem(
            "failed-check",
            sheet="Biểu 01",
            cell="D17",
            column="Trực tuyến",
            found="012345678901",
            expected="Số nhỏ hơn",
        ),
        Problem("two-versions", severity="warning"),
    )
    verdict = desk.verdict(1, outcome="returned", problems=problems)
    assert outcomes(desk.load(verdict)) == [(1, "returned")]
    assert desk.ask("select * from raw.delivery_error order by problem_index") == [
        (1, 1, 0, "failed-check", "critical", "Biểu 01", "D17", "Trực tuyến", "Số nhỏ hơn"),
        (1, 1, 1, "two-versions", "warning", "", "", "", MESSAGES["two-versions"].expected),
    ]
    assert desk.ask("select outcome, observation_count, error_count, warning_count from raw.delivery") == [
        ("returned", 0, 1, 1)
    ]
    assert desk.ask("select count(*) from raw.observation") == [(0,)]
    assert b"012345678901" not in desk.warehouse.read_bytes()


def test_check_results_are_numbered_within_their_suite(desk: Desk) -> None:
    check = CheckResult(
        "a__b", "expect_x", "received_count", "warning", "failed", "Phải đúng.", 75, 1, (("Biểu 01", "D17"),)
    )
    desk.load(
        desk.verdict(1, checks=(check, replace(check, outcome="passed", cells=()), replace(check, suite_name="a__c")))
    )
    assert desk.ask("select * exclude (load_seq, delivery_seq) from raw.check_result") == [
        ("a__b", 0, "expect_x", "received_count", "warning", "failed", "Phải đúng.", 75, 1, '[["Biểu 01", "D17"]]'),
        ("a__b", 1, "expect_x", "received_count", "warning", "passed", "Phải đúng.", 75, 1, "[]"),
        ("a__c", 0, "expect_x", "received_count", "warning", "failed", "Phải đúng.", 75, 1, '[["Biểu 01", "D17"]]'),
    ]


def test_reports_without_rows_are_recorded_too(desk: Desk) -> None:
    answers = desk.load(
        desk.verdict(1, "nil", outcome="nil_report"), desk.verdict(2, "other", outcome="nothing_to_read", scopes=())
    )
    assert outcomes(answers) == [(1, "nil_report"), (2, "nothing_to_read")]
    assert desk.ask("select outcome, count(*) from raw.load group by all order by all") == [
        ("nil_report", 1),
        ("nothing_to_read", 1),
    ]


def test_many_deliveries_are_loaded_in_their_order_whatever_the_order_given(desk: Desk) -> None:
    verdicts = [desk.verdict(seq, f"v{seq}") for seq in (3, 1, 2)]
    assert [(answer.delivery_seq, answer.load_seq) for answer in desk.load(*verdicts)] == [(1, 1), (2, 2), (3, 3)]
    assert desk.ask("select load_seq, delivery_seq, count(*) from raw.observation group by all order by all") == [
        (1, 1, 2),
        (2, 2, 2),
        (3, 3, 2),
    ]


def test_loading_the_same_verdict_twice_changes_nothing_and_answers_the_same(desk: Desk) -> None:
    verdicts = [
        desk.verdict(1, "v1"),
        desk.verdict(2, "v1"),
        desk.verdict(3, "v3", scan_seq=9, scopes=(scope(OCTOBER),)),
        desk.verdict(4, "v4", scan_seq=9, scopes=(scope(OCTOBER),)),
        desk.withdrawal(5, decides=1),
    ]
    first = desk.load(*verdicts)
    assert outcomes(first) == [(1, "loaded"), (2, "duplicate"), (3, "returned"), (4, "returned"), (5, "withdrawal")]
    before = {table: desk.ask(f"select * from raw.{table} order by all") for table in TABLES}
    assert desk.load(*verdicts) == first
    assert [desk.load(verdict) for verdict in verdicts] == [[answer] for answer in first]
    assert {table: desk.ask(f"select * from raw.{table} order by all") for table in TABLES} == before


TABLES = ["observation", "delivery", "delivery_scope", "delivery_error", "check_result", "load"]


def test_a_new_contract_version_loads_the_same_delivery_again(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert desk.load(desk.verdict(1, contract_hash="c2")) == [Loaded(1, 2, "loaded")]
    assert desk.ask("select load_seq, count(*) from raw.observation group by all order by all") == [(1, 2), (2, 2)]


def test_what_was_true_at_a_load_is_read_by_its_number(desk: Desk) -> None:
    for seq, value in ((1, "10"), (2, "20"), (3, "30")):
        desk.load(desk.verdict(seq, f"v{seq}", values=[("03646", "tthc_received", value)]))

    def newest(load_seq: int) -> list[tuple[Any, ...]]:
        return desk.ask(
            f"""
            select measured_value from raw.observation where load_seq <= {load_seq}
            qualify row_number() over (partition by org_unit_code order by delivery_seq desc, load_seq desc) = 1
            """
        )

    assert [newest(load_seq) for load_seq in (1, 2, 3)] == [[(10,)], [(20,)], [(30,)]]
