"""Good answers, in whatever shape."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api_answers import (
    BY_CURSOR,
    BY_LINK,
    BY_MORE,
    BY_TOTAL,
    NO_CURSOR,
    UNTIL_EMPTY,
    UNTIL_SHORT,
    WHOLE,
    Came,
    followed,
    paged,
    things,
)
from http_api import Reply


@pytest.mark.parametrize(
    ("answer", "paging", "api", "keys"),
    [
        (paged("ab", "c", total=3), BY_TOTAL, {}, "abc"),
        (paged("ab", "cd", total=4), BY_TOTAL, {}, "abcd"),
        (paged("ab", "c", total="3"), BY_TOTAL, {}, "abc"),
        (paged("a", "b", "c", total=3), BY_TOTAL, {}, "abc"),  # the server gives fewer than it was asked for
        (paged("ab", "bc", total=3), BY_TOTAL, {}, "abc"),  # all have come, one of them twice
        (paged("abcde", total=5), BY_TOTAL, {}, "abcde"),  # more than it was asked for
        (paged("", total=0), BY_TOTAL, {}, ""),
        (paged("ab", "c", hasMore=lambda page: page < 2), BY_MORE, {}, "abc"),
        (paged("ab", "c", hasMore=lambda page: str(page < 2).lower()), BY_MORE, {}, "abc"),
        (paged("a", "", "b", hasMore=lambda page: page < 3), BY_MORE, {}, "ab"),  # an empty page in between
        (paged("", hasMore=False), BY_MORE, {}, ""),
        (paged("ab", "c"), UNTIL_SHORT, {}, "abc"),
        (paged("ab", "cd"), UNTIL_SHORT, {}, "abcd"),
        (paged("a", "b"), UNTIL_EMPTY, {}, "ab"),
        (paged("ab", "bc", "c"), {**UNTIL_SHORT, "unsteady": "accepted"}, {}, "abc"),
        (paged("ab", "c", total=lambda page: 2 + page), {**BY_TOTAL, "unsteady": "accepted"}, {}, "abc"),
        (followed({"items": things("a"), "next": None}), BY_CURSOR, {}, "a"),
        (followed({"items": things("a"), "next": ""}), BY_CURSOR, {}, "a"),
        (followed({"items": things("a"), "next": 1}, {"items": things("b"), "next": None}), BY_CURSOR, {}, "ab"),
        (followed({"items": things("a"), "next": "1"}, {"items": [], "next": None}), BY_CURSOR, {}, "a"),
        (followed({"items": [], "next": None}), BY_CURSOR, {}, ""),
        (followed({"items": things("a"), "next": "1"}, {"items": things("b")}), NO_CURSOR, {}, "ab"),
        (followed({"items": things("a"), "next": "1"}, {"items": [], "next": "1"}), {**BY_CURSOR, "end": "empty_page"},
         {}, "a"),
        (followed({"items": things("a"), "next": "1", "more": True}, {"items": things("b"), "next": 9, "more": False}),
         {**BY_CURSOR, "end": "more_field", "more_field": "more"}, {}, "ab"),
        (followed({"items": things("a"), "next": "1", "total": 2}, {"items": things("b"), "next": "9", "total": 2}),
         {**BY_CURSOR, "end": "total", "total_field": "total"}, {}, "ab"),
        ({"items": things("a")}, BY_LINK, {}, "a"),
        (Reply({"items": things("a")}, headers={"Link": '</data>; rel="first"'}), BY_LINK, {}, "a"),
        ({"items": things("a", "b")}, WHOLE, {}, "ab"),
        ({"items": things("a"), "helpEmail": "ho-tro@sonla.gov.vn"}, WHOLE, {"ignored_fields": ["helpEmail"]}, "a"),
        ({"items": things("a"), "total": 1}, {**WHOLE, "total_field": "total"}, {}, "a"),
        (Reply(b"", status=204), WHOLE, {"nothing": ["no_content"]}, ""),
        (Reply(b"", status=204), BY_TOTAL, {"nothing": ["no_content"]}, ""),
        (Reply(b"", status=204), BY_CURSOR, {"nothing": ["no_content"]}, ""),
        ({"items": None}, WHOLE, {"nothing": ["null"]}, ""),
        ({"items": None, "next": None}, BY_CURSOR, {"nothing": ["null"]}, ""),
        ({"data": {"items": things("a")}}, WHOLE, {"records": ["items", "data.items"]}, "a"),
        (things("a"), WHOLE, {"records": [""]}, "a"),
        ({"items": things("a"), "status": "OK", "code": 0}, WHOLE, {"good_when": {"status": ["OK"], "code": [0]}}, "a"),
        ({"items": things("a"), "code": "00"}, WHOLE, {"good_when": {"code": ["0", "00"]}}, "a"),
        ({"items": things("a"), "errors": 3}, WHOLE, {"ignored_fields": ["errors"]}, "a"),
        ({"items": things("a"), "meta": {"took": 3, "node": "x"}}, WHOLE, {"ignored_fields": ["meta"]}, "a"),
        ({"items": things("a"), "meta": {"next": None}}, {**BY_CURSOR, "field": "meta.next"}, {}, "a"),
        (Reply(b"\xef\xbb\xbf" + json.dumps({"items": things("a")}).encode()), WHOLE, {}, "a"),
        ({"items": [*things("a"), *things("a")]}, WHOLE, {}, "a"),  # said twice in one response
    ],
)  # fmt: skip
def test_a_good_answer_is_taken_without_a_word(
    run: Callable[..., Came], answer: Any, paging: dict[str, Any], api: dict[str, Any], keys: str
) -> None:
    came = run(answer, paging, **api)
    assert (came.outcome, sorted(came.keys), came.warned) == ("loaded", list(keys), []), came


@pytest.mark.parametrize(
    "beside",
    [
        {"success": True},
        {"success": "true", "message": "OK"},
        {"ok": 1},
        {"error": None},
        {"error": False},
        {"errors": []},
        {"error": {}},
        {"error": {"code": 0, "message": ""}},
        {"errorCode": 0},
        {"errorCode": "00"},
        {"errCode": "SUCCESS"},
        {"status": "OK"},
        {"status": 200},
        {"code": 0},
        {"code": "200"},
        {"hasMore": False},
        {"isLast": True},
        {"next": None},
        {"nextPage": ""},
        {"nextPage": 0},
        {"links": {"next": None, "self": "/data"}},
        {"totalPages": 1},
        {"totalCount": 2},
        {"page": 7},
        {"pagination": {"page": 1, "pageSize": 100, "totalPages": 1, "totalItems": 2}},
        {"version": "3.1", "note": "Số liệu minh họa"},
        {"support": "hotro@example.gov.vn"},
        {"warnings": ["chậm"]},
        {"thanhCong": True, "thongBao": "Thành công"},
        {"loi": None},
        {"maLoi": "00"},
        {"loi": "Không"},
        {"trangThai": "Thành công"},
        {"ketQua": "OK"},
        {"tongSo": 2, "tongSoTrang": 1, "trangHienTai": 1},
        {"conNua": False, "trangCuoi": True},
        {"state": "Sơn La"},
        {"timestamp": 1757898000123},
    ],
    ids=json.dumps,
)
def test_a_field_beside_the_records_that_harms_nothing_is_told_and_the_records_are_taken(
    run: Callable[..., Came], beside: dict[str, Any]
) -> None:
    came = run({"items": things("a", "b"), **beside}, WHOLE)
    assert (came.outcome, came.keys) == ("loaded", ["a", "b"]), came
    assert came.warned
    assert {name.split(".")[0] for name in came.warned} == set(beside)
    assert run({"items": things("a", "b"), **beside}, WHOLE, ignored_fields=[*beside]).warned == []
    returned = run({"items": things("a", "b"), **beside}, WHOLE, unknown_field="returned")
    assert (returned.outcome, "unknown-field" in returned.told) == ("returned", True)
