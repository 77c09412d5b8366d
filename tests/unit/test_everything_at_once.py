"""One answer holds all: what is wrong in a row without a known unit, and in a total, beside what is wrong elsewhere."""

from datetime import date

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import parse_workbook
from settlements_form import FOOT, HEADER, ORG_UNITS, TOP, book, source


def told(rows: list[list[Value]]) -> set[tuple[str, str]]:
    envelope = Envelope("vp-ubnd", "14", "bao cao.xlsx", date(2025, 9, 20), ORG_UNITS)
    with pytest.raises(SourceError) as caught:
        parse_workbook(book([*TOP, *HEADER, *rows, *FOOT]), source(), envelope)
    return {(problem.code, problem.cell) for problem in caught.value.problems}


def test_a_row_of_an_unknown_unit_is_read_for_what_else_is_wrong_in_it() -> None:
    rows: list[list[Value]] = [
        [1.0, "Phường Tô Hiệu", 10.0, 4.0, 40.5],
        [2.0, "Xã Không Có Thật", "12a", "chờ số liệu", None],
    ]
    assert told(rows) == {("unknown-unit", "B10"), ("bad-cell", "C10"), ("bad-cell", "D10")}


def test_words_of_a_line_that_may_be_a_remark_are_not_asked_for_as_figures() -> None:
    rows: list[list[Value]] = [
        [1.0, "Phường Tô Hiệu", 10.0, 4.0, 40.5],
        [None, "Xã Không Có Thật", "chờ số liệu", "chờ", None],
    ]
    assert told(rows) == {("unknown-unit", "B10")}


def test_a_total_that_cannot_be_read_is_told_beside_other_errors_and_a_wrong_sum_only_without_them() -> None:
    rows: list[list[Value]] = [
        [1.0, "Phường Tô Hiệu", 10.0, 4.0, 40.5],
        [2.0, "Xã Vân Hồ", "mười", 7.0, 0.5],
    ]
    assert told([*rows, [None, "Tổng cộng", "12a", 99.0, None]]) == {("bad-cell", "C10"), ("bad-cell", "C11")}
