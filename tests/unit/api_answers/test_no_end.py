"""Nothing absent is an end."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from api_answers import (
    BY_CURSOR,
    BY_MORE,
    BY_TOTAL,
    NO_CURSOR,
    NUMBERED,
    UNTIL_SHORT,
    WHOLE,
    Came,
    contract,
    followed,
    page_of,
    paged,
    things,
)
from http_api import Asked, HttpApi, Reply


@pytest.mark.parametrize(
    ("paging", "told"),
    [
        (NUMBERED, "needs end, total_field or more_field: how is there no more?"),
        ({"kind": "link"}, "needs end, total_field or more_field: how is there no more?"),
        ({**NUMBERED, "end": "null"}, "end: expected total, more_field, short_page, empty_page"),
        ({**BY_CURSOR, "end": "short_page"}, "end: expected null, absent, total, more_field, empty_page"),
        ({**WHOLE, "end": "absent"}, "paging by none: end: expected none"),
        ({**NUMBERED, "end": "total"}, "total goes with total_field"),
        ({**BY_CURSOR, "end": "more_field"}, "more_field with more_field"),
    ],
)
def test_a_contract_must_say_how_there_is_no_more(paging: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        contract(paging)


@pytest.mark.parametrize(
    ("answer", "paging", "named"),
    [
        (paged("ab", "c"), BY_TOTAL, "total"),  # a short page, and no total
        (paged("ab", "c", total=None), BY_TOTAL, "total"),
        (paged("ab", "c", total="nhiều"), BY_TOTAL, "total"),
        (paged("ab", "c", total=-1), BY_TOTAL, "total"),
        (paged("ab", "c", total=9), BY_TOTAL, "total"),
        (paged("ab", "cd", total=lambda page: 3 if page == 1 else 5), BY_TOTAL, "total"),
        (paged("ab", "c", total=2), BY_TOTAL, ""),  # at its total: the third is another run's
        (paged("", total=7), BY_TOTAL, "total"),
        (paged("ab", "c"), BY_MORE, "hasMore"),
        (paged("ab", "c", hasMore=None), BY_MORE, "hasMore"),
        (paged("ab", "c", hasMore="không"), BY_MORE, "hasMore"),
        (paged("ab", "ab", hasMore=True), BY_MORE, ""),
        (paged("ab", "bc", "d"), UNTIL_SHORT, "repeated-across-pages"),
        (paged("ab", "b"), UNTIL_SHORT, "repeated-across-pages"),
        (paged("ab", "ab", "ab", "ab"), UNTIL_SHORT, ""),
        (paged("ab", "c", hasMore=True), UNTIL_SHORT, "hasMore"),
        (paged("ab", "c", isLast=False), UNTIL_SHORT, "isLast"),
        (paged("ab", "c", totalPages=5), UNTIL_SHORT, "totalPages"),
        (paged("ab", "c", paging=lambda _: {"total": 250}), UNTIL_SHORT, "paging.total"),
        (paged("ab", "c", total=3, hasMore=True), BY_TOTAL, "hasMore"),
        (paged("ab", "c", total=3, hasMore=True), {**BY_TOTAL, "more_field": "hasMore"}, "hasMore"),
        ({"items": things("a")}, BY_CURSOR, "next"),
        (followed({"items": things("a"), "next": "1"}, {"items": things("b")}), BY_CURSOR, "next"),
        ({"items": things("a"), "meta": {"cursor": None}}, BY_CURSOR, "next"),
        ({"items": things("a"), "next": None, "hasMore": True}, BY_CURSOR, "hasMore"),
        ({"items": things("a"), "hasMore": True}, BY_CURSOR, "next"),
        ({"items": things("a"), "hasMore": True}, NO_CURSOR, "hasMore"),
        ({"items": things("a"), "next": None, "hasMore": True}, {**BY_CURSOR, "more_field": "hasMore"}, "hasMore"),
        ({"items": things("a"), "next": None}, {**BY_CURSOR, "more_field": "hasMore"}, "hasMore"),
        ({"items": things("a"), "next": True}, BY_CURSOR, "next"),
        ({"items": things("a"), "next": {"after": 5}}, BY_CURSOR, "next"),
        ({"items": things("a"), "next": "0"}, BY_CURSOR, ""),  # the same for ever
        ({"items": things("a"), "next": None, "nextLink": "/data?p=2"}, BY_CURSOR, "nextLink"),
        (Reply({"items": things("a")}, headers={"Link": '</data?p=2>; rel="next"'}), WHOLE, "Link"),
        (Reply({"items": things("a"), "next": None}, headers={"Link": '</b>; rel="next"'}), BY_CURSOR, "Link"),
        ({"items": things("a"), "total": 250}, WHOLE, "total"),
        ({"items": things("a"), "recordsTotal": "250"}, WHOLE, "recordsTotal"),
        ({"items": things("a"), "hasMore": True}, WHOLE, "hasMore"),
        ({"items": things("a"), "has_next_page": True}, WHOLE, "has_next_page"),
        ({"items": things("a"), "@odata.nextLink": "https://example.org/2"}, WHOLE, "@odata.nextLink"),
        ({"items": things("a"), "_links": {"next": {"href": "/data?page=2"}}}, WHOLE, "_links.next.href"),
        ({"items": things("a"), "truncated": True}, WHOLE, "truncated"),
        ({"items": things("a"), "incomplete_results": True}, WHOLE, "incomplete_results"),
        ({"items": things("a"), "limitReached": True}, WHOLE, "limitReached"),
        ({"items": things("a"), "done": False}, WHOLE, "done"),
        ({"items": things("a"), "conNua": True}, WHOLE, "conNua"),
        ({"items": things("a"), "la_trang_cuoi": False}, WHOLE, "la_trang_cuoi"),
        ({"items": things("a"), "tongSoBanGhi": 250}, WHOLE, "tongSoBanGhi"),
        ({"items": things("a"), "tong_so_trang": 3}, WHOLE, "tong_so_trang"),
        ({"items": things("a"), "trangTiepTheo": "/data?trang=2"}, WHOLE, "trangTiepTheo"),
        ({"items": things("a"), "total": 2}, {**WHOLE, "total_field": "total"}, "total"),
    ],
)  # fmt: skip
def test_what_does_not_say_its_end_counts_for_nothing_and_the_field_is_named(
    run: Callable[..., Came], answer: Any, paging: dict[str, Any], named: str
) -> None:
    came = run(answer, paging)
    if named == "" and came.outcome == "loaded":
        assert came.keys == ["a", "b"]
        return
    assert came.outcome in ("failed", "returned"), came
    assert named in came.told


def test_a_list_that_differs_in_each_round_counts_for_nothing(run: Callable[..., Came], server: HttpApi) -> None:
    def answer(asked: Asked) -> Reply:
        turn = len(server.asked)
        return Reply({"items": things(f"a{turn}"), "total": 2 if page_of(asked) == 1 else 3})

    came = run(answer, BY_TOTAL)
    assert came.outcome == "failed"
    assert "total" in came.told
