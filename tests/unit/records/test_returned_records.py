"""Every way in which the records of an API come back, one or all."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from api_records import ANSWERED, AUGUST, CITIZEN, DOSSIERS, SCORES, answer, dossier, page, problems_of
from ioc_pipeline.domain.periods import Period


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fee": "mười hai"}, "bad-field"),
        ({"fee": None}, "blank-field"),
        ({"fee": ...}, "missing-field"),
        ({"id": None}, "blank-field"),
        ({"place": {"commune": "99999"}}, "unknown-unit"),
        ({"updatedAt": "2099-01-01T00:00:00Z"}, "future-time"),
        ({"receivedAt": "hôm qua", "isOnline": -1}, "bad-field"),
    ],
)
def test_a_bad_record_is_sent_back_by_its_key_and_the_rest_counts_where_the_contract_says_so(
    read: Any, changed: dict[str, Any], code: str
) -> None:
    good = [dossier(number) for number in range(1, 10)]
    page = answer(*good, dossier(10, **changed), list_number=1)
    parsed = read(page, bad_records_pct=10)
    assert parsed.records[0].keys == [f"H{number:03}" for number in range(1, 10)]
    assert {(told.code, told.is_left_out, told.severity) for told in parsed.warnings} == {(code, True, "critical")}
    assert {told.record for told in parsed.warnings} == {"null" if "id" in changed else "H010"}
    for share in (0, 9.9):
        returned = problems_of(read, page, bad_records_pct=share)
        assert [(told.code, told.is_left_out) for told in returned] == [(told.code, False) for told in parsed.warnings]


def test_more_bad_records_than_the_contract_allows_send_back_the_run(read: Any) -> None:
    page = answer(*(dossier(number, fee=None if number < 3 else 1) for number in range(1, 11)))
    assert read(page, bad_records_pct=20).records[0].row_count() == 8
    assert [told.record for told in problems_of(read, page, bad_records_pct=19)] == ["H001", "H002"]


def test_a_list_that_is_not_whole_and_personal_data_send_back_the_run_whatever_share_may_be_bad(read: Any) -> None:
    records = [dossier(number) for number in range(1, 11)]
    whole = {**records[0], "fee": "x"}
    codes = [told.code for told in problems_of(read, answer(whole, *records[1:], total=11), bad_records_pct=20)]
    assert codes == ["wrong-total"]
    personal = answer({**whole, "note": f"số {CITIZEN}"}, *records[1:])
    assert [told.code for told in problems_of(read, personal, bad_records_pct=20)] == ["personal-data"]


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"fee": "15000"}, "bad-field", "fee"),
        ({"fee": "mười hai"}, "bad-field", "fee"),
        ({"fee": True}, "bad-field", "fee"),
        ({"fee": [1]}, "bad-field", "fee"),
        ({"fee": 10**24}, "bad-field", "fee"),
        ({"isOnline": -1}, "bad-field", "isOnline"),
        ({"isOnline": 0.5}, "bad-field", "isOnline"),
        ({"id": 7}, "bad-field", "id"),
        ({"receivedAt": "2025-09-01T08:30:00"}, "bad-field", "receivedAt"),
        ({"receivedAt": "2025-02-30T08:30:00+07:00"}, "bad-field", "receivedAt"),
        ({"receivedAt": "0001-01-01T00:00:00+07:00"}, "bad-field", "receivedAt"),
        ({"receivedAt": "1970-01-01T00:00:00Z"}, "bad-field", "receivedAt"),
        ({"updatedAt": "0001-01-01T00:00:00Z"}, "bad-field", "updatedAt"),
        ({"receivedAt": "9999-12-31T23:59:59Z"}, "bad-field", "receivedAt"),
        ({"settledOn": "3/9/2025"}, "bad-field", "settledOn"),
        ({"settledOn": "9999-12-31"}, "bad-field", "settledOn"),
        ({"fee": None}, "blank-field", "fee"),
        ({"id": "  "}, "blank-field", "id"),
        ({"fee": ...}, "missing-field", "fee"),
        ({"place": None}, "missing-field", "place.commune"),
        ({"place": {"commune": "99999"}}, "unknown-unit", "place.commune"),
        ({"place": {"commune": "Xã Không Có"}}, "unknown-unit", "place.commune"),
        ({"place": {"commune": "00004"}}, "foreign-unit", "place.commune"),
        ({"updatedAt": "2025-09-20T08:30:00+07:00"}, "future-time", "updatedAt"),
    ],
)
def test_a_lie_is_returned_with_record_and_field(read: Any, changed: dict[str, Any], code: str, column: str) -> None:
    (problem,) = problems_of(read, answer(dossier(1), total=2), answer(dossier(2, **changed), total=2, number=2))
    assert (problem.code, problem.column, problem.page) == (code, column, "0002.json")
    if code != "missing-field":
        assert problem.cell == "/items/0/" + column.replace(".", "/")
    if column != "id":
        assert problem.record == "H002"


def test_every_bad_field_is_told_at_once(read: Any) -> None:
    found = problems_of(read, answer(dossier(1, fee="x", isOnline=-3), dossier(2, receivedAt="hôm qua")))
    assert [(problem.record, problem.column, problem.found) for problem in found] == [
        ("H002", "receivedAt", "hôm qua"),
        ("H001", "isOnline", "-3"),
        ("H001", "fee", "x"),
    ]


@pytest.mark.parametrize("totals", [(3, 3), (1, 1)])
def test_a_total_that_does_not_fit_is_returned(read: Any, totals: tuple[int, int]) -> None:
    pages = [answer(dossier(number), total=total, number=number) for number, total in enumerate(totals, start=1)]
    (problem,) = problems_of(read, *pages)
    assert (problem.code, problem.cell, problem.column) == ("wrong-total", "/meta/total", "meta.total")


def test_a_total_that_moved_while_it_was_fetched_is_no_lie(read: Any) -> None:
    assert read(answer(dossier(1), total=1), answer(dossier(2), total=3, number=2)).records[0].row_count() == 2


@pytest.mark.parametrize("total", [None, "2.0", 1.5, -1])
def test_a_total_that_is_no_count_is_returned(read: Any, total: Any) -> None:
    (problem,) = problems_of(read, page({"meta": {"total": total}, "items": []}))
    assert (problem.code, problem.cell) == ("bad-field", "/meta/total")


def test_one_key_with_two_contents_in_one_page_is_returned(read: Any) -> None:
    (problem,) = problems_of(read, answer(dossier(1), dossier(1, fee=9), total=1))
    assert (problem.code, problem.cell, problem.record) == ("duplicate-record", "/items/1", "H001")


def test_a_server_whose_clock_is_ahead_is_believed_for_a_day(read: Any) -> None:
    ahead = answer(dossier(updatedAt="2025-09-20T11:00:00+07:00"), server_time=ANSWERED + timedelta(hours=3))
    assert read(ahead).records[0].row_count() == 1
    liar = answer(dossier(updatedAt="2027-01-01T00:00:00+07:00"), server_time=datetime(2027, 1, 1, tzinfo=UTC))
    assert [problem.code for problem in problems_of(read, liar)] == ["future-time"]


def test_a_period_that_has_not_begun_is_returned(read: Any) -> None:
    later = Period("month", date(2025, 10, 1), date(2025, 10, 31))
    (problem,) = problems_of(read, page([], period=later), contract=SCORES)
    assert (problem.code, problem.page) == ("future-period", "0001.json")


@pytest.mark.parametrize("content", [{"error": "no"}, {"items": {}}, [], 5, None])
def test_an_answer_without_its_list_is_returned(read: Any, content: Any) -> None:
    found = problems_of(read, page(content))
    assert "missing-records" in [problem.code for problem in found]


def test_an_element_that_is_no_record_is_returned(read: Any) -> None:
    (problem,) = problems_of(read, answer(dossier(), "x", total=1))
    assert (problem.code, problem.cell) == ("bad-record", "/items/1")


def test_a_row_of_an_unknown_kind_is_returned_once(read: Any) -> None:
    rows = [{"KIND": "9", "TEN": "Xã Mai Sơn", "SCORE": "80", "STT": "1"}] * 3
    (problem,) = problems_of(read, page(rows, period=AUGUST), contract=SCORES)
    assert (problem.code, problem.cell, problem.found) == ("unmatched-record", "/0/KIND", "9")


def test_a_new_field_is_returned_where_the_contract_says_so(read: Any) -> None:
    (problem,) = problems_of(read, answer(dossier(extra=1)), unknown_field="returned")
    assert (problem.code, problem.column, problem.severity) == ("unknown-field", "extra", "critical")


@pytest.mark.parametrize(
    "changed",
    [
        {"applicantName": "Người Nộp"},
        {"hoTen": "Người Nộp"},
        {"owner": {"citizen_id": "1"}},
        {"extra": CITIZEN},
        {"extra": ["gọi 0912345678"]},
        {"colour": "ai@example.vn"},
        {"id": CITIZEN},
        {"note": f"số {CITIZEN}"},
    ],
)
def test_personal_data_returns_all_and_is_not_repeated(read: Any, changed: dict[str, Any]) -> None:
    found = problems_of(read, answer(dossier(1, fee=CITIZEN, **changed)))
    assert {problem.code for problem in found} == {"personal-data"}
    assert CITIZEN not in repr(found)
    assert "Người Nộp" not in repr(found)


def test_a_personal_field_without_a_value_is_only_unknown(read: Any) -> None:
    assert [warning.code for warning in read(answer(dossier(phone=None))).warnings] == ["unknown-field"]


def test_two_keys_that_read_alike_when_joined_stay_two_records(read: Any) -> None:
    contract = {**DOSSIERS, "tables": [{**DOSSIERS["tables"][0], "record_key": ["dossier_id", "note"]}]}
    one, other = dossier(id="a|b", note="c"), dossier(id="a", note="b|c")
    assert read(answer(one, other), contract=contract).records[0].keys == ["a\\|b|c", "a|b\\|c"]
