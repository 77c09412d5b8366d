"""Failed checks come home: to the delivery, the table and the cell they are about, whoever else is in the batch."""

from datetime import UTC, date, datetime

import yaml

from ioc_pipeline.domain.deliveries import Delivery
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.flows.checks import check_readings
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.parse.body import Envelope
from ioc_pipeline.parse.sheet import BadFormError, parse_workbook
from ioc_pipeline.reference.contracts import Contract
from settlements_form import FOOT, HEADER, ORG_UNITS, TOP, book, source

NO_MORE_THAN_ALL = {
    "must_hold": "online <= received",
    "description": "Hồ sơ trực tuyến không thể nhiều hơn hồ sơ tiếp nhận.",
    "severity": "critical",
}
ODD = {
    "type": "expect_column_values_to_be_between",
    "description": "Hiếm khi trên 1.000.",
    "severity": "warning",
    "kwargs": {"column": "received", "max_value": 1000},
}
FILLED = {
    "type": "expect_column_values_to_not_be_null",
    "description": "Phải có số hồ sơ tiếp nhận.",
    "severity": "critical",
    "kwargs": {"column": "received"},
}
NAMES = ["Phường Tô Hiệu", "Xã Vân Hồ", "Phường Chiềng An"]


def reading(delivery_seq: int, *figures: tuple[Value, Value]) -> Reading:
    """A file that says (received, online) of as many communes, read."""
    rows: list[list[Value]] = [
        [float(number), name, received, online, 0.5]
        for number, (name, (received, online)) in enumerate(zip(NAMES, figures, strict=False), start=1)
    ]
    form = source()
    content = yaml.safe_dump({"name": "dossiers__settlements", "expectations": [NO_MORE_THAN_ALL, ODD]})
    envelope = Envelope("vp-ubnd", "14", "a.xlsx", date(2025, 9, 20), ORG_UNITS)
    one = Reading(
        Delivery(delivery_seq, "file", "vp-ubnd", "a.xlsx", "", 1, datetime(2025, 9, 20, tzinfo=UTC), 1, True),
        contract=Contract(form, b"", {"dossiers__settlements": content.encode()}),
    )
    try:
        one.parsed = parse_workbook(book([*TOP, *HEADER, *rows, *FOOT]), form, envelope)
    except BadFormError as error:
        one.problems, one.unaccepted = list(error.problems), error.tables
    return one


def told(one: Reading) -> list[tuple[str, str, str]]:
    return [(problem.cell, problem.found, problem.severity) for problem in one.problems]


def counts(one: Reading) -> list[tuple[str, int, int, tuple[tuple[str, str], ...]]]:
    return [(check.outcome, check.checked_count, check.failed_count, check.cells) for check in one.checks]


def test_a_failed_check_comes_home_to_its_own_delivery_and_cell() -> None:
    batch = [reading(1, (10, 4), (20, 5)), reading(2, (30, 31)), reading(3, (40, 1), (2000, 2), (50, 51))]
    check_readings(batch)
    assert [told(one) for one in batch] == [
        [],
        [("D9", "31", "critical")],
        [("D11", "51", "critical"), ("C10", "2000", "warning")],
    ]
    assert [counts(one) for one in batch] == [
        [("passed", 2, 0, ()), ("passed", 2, 0, ())],
        [("failed", 1, 1, (("Biểu 1", "D9"),)), ("passed", 1, 0, ())],
        [("failed", 3, 1, (("Biểu 1", "D11"),)), ("failed", 3, 1, (("Biểu 1", "C10"),))],
    ]


def test_two_tables_of_one_delivery_under_one_suite_answer_each_for_its_own_rows() -> None:
    """As an extract over two layouts of its table has them."""
    both, other = reading(1, (10, 4), (20, 21)), reading(2, (30, 5))
    assert both.parsed
    assert other.parsed
    (table,) = other.parsed.tables
    both.parsed.tables.append(table)
    check_readings([both])
    assert told(both) == [("D10", "21", "critical")]
    assert [count[:3] for count in counts(both)] == [
        ("failed", 2, 1),
        ("passed", 2, 0),
        ("passed", 1, 0),
        ("passed", 1, 0),
    ]


def test_a_delivery_without_a_check_is_not_held() -> None:
    one = reading(1, (10, 40))
    assert one.contract
    one.contract.suites["dossiers__settlements"] = b"name: dossiers__settlements\nexpectations: []\n"
    check_readings([one])
    assert (one.problems, one.checks, one.held) == ([], [], "")


def test_rows_that_could_be_read_are_checked_beside_cells_that_could_not() -> None:
    """One answer holds all; a check that needs an unread cell says nothing of its row."""
    one = reading(1, ("nhiều", 4), (20, 21), (2000, "chưa rõ"))
    assert one.parsed is None
    assert one.contract
    suite = {"name": "dossiers__settlements", "expectations": [NO_MORE_THAN_ALL, ODD, FILLED]}
    one.contract.suites["dossiers__settlements"] = yaml.safe_dump(suite).encode()
    check_readings([one])
    assert [(problem.code, *said) for problem, said in zip(one.problems, told(one), strict=True)] == [
        ("bad-cell", "C9", "", "critical"),
        ("bad-cell", "D11", "", "critical"),
        ("failed-check", "D10", "21", "critical"),
        ("failed-check", "C11", "2000", "warning"),
    ]
    assert one.accepted is None
