"""Answers of APIs from the wire to their records: what is no end, what is no report, and what must stay accepted.

Each is asked for over real HTTP and parsed as landed pages are; no ledger and no warehouse is needed for that.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from http_api import Asked, HttpApi, Reply, serving
from ioc_pipeline.domain.errors import FetchError, SourceError
from ioc_pipeline.domain.pages import Page
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import Run
from ioc_pipeline.parse.api.extract import parse_extract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import BadFormError
from ioc_pipeline.read.json_page import read_json
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source

SEEDS = Path(__file__).resolve().parents[2] / "include" / "seeds"
CITIZEN, PHONE = "014085001234", "0912345678"
NUMBERED = {"kind": "page_number", "parameter": "page", "size_parameter": "size", "size": 2}
BY_TOTAL = {**NUMBERED, "total_field": "total"}
BY_MORE = {**NUMBERED, "more_field": "hasMore"}
UNTIL_SHORT = {**NUMBERED, "end": "short_page"}
UNTIL_EMPTY = {**NUMBERED, "end": "empty_page"}
BY_CURSOR = {"kind": "cursor", "parameter": "cursor", "field": "next"}
NO_CURSOR = {**BY_CURSOR, "end": "absent"}
BY_LINK = {"kind": "link", "end": "absent"}
WHOLE: dict[str, Any] = {"kind": "none"}


@dataclass
class Came:
    """What a run came to: `failed` and why, `returned` with its codes and fields, or `loaded` with its records."""

    outcome: str
    told: str = ""
    keys: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    counted: int = 0


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.fixture(scope="module")
def server() -> Iterator[HttpApi]:
    with serving(lambda _asked: Reply([])) as api:
        yield api


@pytest.fixture
def run(server: HttpApi, org_units: OrgUnits) -> Callable[..., Came]:
    def came(answer: Any, paging: Mapping[str, Any], **api: Any) -> Came:
        server.answer = (
            answer if callable(answer) else lambda _asked: answer if isinstance(answer, Reply) else Reply(answer)
        )
        source = contract(paging, **api)
        assert source.api is not None
        pages = []
        try:
            with Client(Connection(server.host), source.api, sleep=lambda _seconds: None) as client:
                asking = Run(source, client, since="", today=date(2025, 9, 20))
                fetched = list(asking.pages())
            for number, place in enumerate(asking.counted, start=1):
                request = json.loads(fetched[place].request)
                pages.append(
                    Page(
                        number,
                        f"{number:04}.json",
                        datetime(2025, 9, 20, 1, tzinfo=UTC),
                        None,
                        None,
                        None if request["status"] == 204 else read_json(fetched[place].content),
                        request["status"],
                        request["list"],
                        request["links_on"],
                    )
                )
            envelope = Envelope("vp-ubnd", "14", "x/y", date(2025, 9, 20), org_units)
            parsed = parse_extract(pages, source, envelope)
        except FetchError as error:
            return Came("failed", str(error))
        except SourceError as error:
            told = " ".join(f"{one.code}:{one.column}:{one.cell}:{one.found}:{one.expected}" for one in error.problems)
            return Came("returned", told + ("" if isinstance(error, BadFormError) else " unread"))
        (records,) = parsed.records
        return Came("loaded", "", records.keys, [one.column for one in parsed.warnings], len(pages))

    return came


def contract(paging: Mapping[str, Any], **api: Any) -> Source:
    asked = {"connection": "a", "schedule": "@daily", "path": "/data", "rate_limit_per_minute": 1_000_000}
    return Source.model_validate(
        {
            "source": "things",
            "title": "Sự việc",
            "system": "02",
            "department": "vp-ubnd",
            "period_type": "month",
            "clock": "calendar",
            "due_working_days": 2,
            "reporting_since": "2025-07-01",
            "api": {**asked, "records": ["items"], "paging": {**paging}, **api},
            "tables": [
                {
                    "table": "things",
                    "record": "thing",
                    "replaces": "record",
                    "record_key": ["thing_id"],
                    "org_unit": "province",
                    "columns": [
                        {"name": "thing_id", "field": "id", "type": "code"},
                        {"name": "count", "field": "count", "type": "count"},
                    ],
                }
            ],
        }
    )


def things(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "count": 1} for name in names]


def page_of(asked: Asked) -> int:
    return int(asked.query["page"])


def paged(*pages: str, **own: Any) -> Callable[[Asked], Reply]:
    """Pages by number, each of the records that its letters name; `own` beside them, as functions of the page."""

    def answer(asked: Asked) -> Reply:
        number = page_of(asked)
        letters = pages[number - 1] if number <= len(pages) else ""
        beside = {name: value(number) if callable(value) else value for name, value in own.items()}
        return Reply({"items": things(*letters), **beside})

    return answer


def followed(*pages: Any) -> Callable[[Asked], Reply]:
    """Bodies by cursor: the first without one, then "1", "2" …; a Reply as it is."""

    def answer(asked: Asked) -> Reply:
        body = pages[int(asked.query.get("cursor") or "0")]
        return body if isinstance(body, Reply) else Reply(body)

    return answer


# ---------- good answers, in whatever shape


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


# ---------- nothing absent is an end


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


# ---------- nothing empty is a report


@pytest.mark.parametrize(
    ("answer", "paging", "api", "named"),
    [
        (Reply(b"", status=204), WHOLE, {}, "204"),
        (Reply(b"", status=204), BY_TOTAL, {"nothing": ["empty_list", "null"]}, "204"),
        (Reply(b""), WHOLE, {}, "no JSON"),
        (Reply(b" \n"), WHOLE, {}, "no JSON"),
        (Reply(b"null"), WHOLE, {}, "missing-records"),
        ({"items": None}, WHOLE, {}, "items"),
        ({"items": None, "total": 0}, BY_TOTAL, {}, "items"),
        ({"items": {}}, WHOLE, {}, "items"),
        ({"items": ""}, WHOLE, {"nothing": ["null"]}, "items"),
        ({"items": 0}, WHOLE, {"nothing": ["null"]}, "items"),
        ({}, WHOLE, {"nothing": ["null", "empty_list"]}, "items"),
        ([], WHOLE, {}, "items"),
        ({"items": []}, WHOLE, {"nothing": []}, "items"),
        ({"items": []}, WHOLE, {"nothing": ["no_content"]}, "items"),
        ([], WHOLE, {"nothing": [], "records": [""]}, "nothing-unproven"),
        (paged("", total=0), BY_TOTAL, {"nothing": []}, "items"),
        ({"items": [], "next": None}, BY_CURSOR, {"nothing": ["null"]}, "items"),
        ({"items": []}, BY_CURSOR, {}, "next"),
        ({"items": []}, BY_TOTAL, {}, "total"),
        ({"items": [], "total": None}, BY_TOTAL, {}, "total"),
        ({"items": [], "total": 5}, WHOLE, {}, "total"),
        (Reply({"items": []}, status=202), WHOLE, {}, "202"),
        (Reply({"items": []}, status=206), WHOLE, {}, "206"),
        (followed({"items": things("a"), "next": "1"}, Reply(b"", status=204)), BY_CURSOR, {"nothing": ["no_content"]},
         "next"),
        (Reply(b"<html><form action=login>"), WHOLE, {}, "log in"),
        (Reply(b"<?xml version='1.0'?><error/>"), WHOLE, {}, "no JSON"),
        (Reply(b'{"items": [{"id": "a", "count": 1}, {"id"'), WHOLE, {}, "no JSON"),
        (Reply(b'{"items": []} {"items": []}'), WHOLE, {}, "no JSON"),
        (Reply(b'{"items": [{"id": "a", "count": 1}], "items": []}'), WHOLE, {}, "repeated-field:items"),
        (Reply(b'{"items": [], "total": 0, "total": 5}'), BY_TOTAL, {}, "repeated-field:total"),
        (Reply(b'{"items": [{"id": "a", "id": "b", "count": 1}]}'), WHOLE, {}, "repeated-field:id"),
        (Reply(b'{"items": [{"id": "a", "count": NaN}]}'), WHOLE, {}, "bad-json"),
    ],
)  # fmt: skip
def test_what_does_not_say_that_there_is_nothing_is_no_report_of_nothing(
    run: Callable[..., Came], answer: Any, paging: dict[str, Any], api: dict[str, Any], named: str
) -> None:
    came = run(answer, paging, **api)
    assert came.outcome in ("failed", "returned"), came
    assert named in came.told


@pytest.mark.parametrize(
    "beside",
    [
        {"success": False},
        {"success": "false", "message": "timeout"},
        {"isSuccess": False},
        {"ok": False},
        {"Succeeded": 0},
        {"error": "database timeout"},
        {"error": {"code": 12170}},
        {"error": True},
        {"errors": [{"message": "x"}]},
        {"errorMessage": "không kết nối được"},
        {"error_code": "ORA-12170"},
        {"errCode": 17},
        {"hasError": True},
        {"exception": "java.lang.NullPointerException"},
        {"status": "error"},
        {"status": "FAILED"},
        {"status": 500},
        {"code": "503"},
        {"statusCode": 401},
        {"result": "fail"},
        {"meta": {"status": {"error": "x"}}},
        {"response": {"success": False}},
        {"code": "ERR_TIMEOUT"},
        {"code": "ORA-12170"},
        {"status": "Error: no connection"},
        {"thanhCong": False},
        {"Lỗi": "hết phiên làm việc"},
        {"ma_loi": 12},
        {"thongBaoLoi": "không kết nối được"},
        {"trangThai": "Thất bại"},
        {"ketQua": "LỖI"},
    ],
    ids=json.dumps,
)
@pytest.mark.parametrize("letters", ["", "ab"], ids=["empty", "full"])
def test_an_error_in_a_200_answer_counts_for_nothing(
    run: Callable[..., Came], beside: dict[str, Any], letters: str
) -> None:
    came = run({"items": things(*letters), "next": None, **beside}, BY_CURSOR)
    assert came.outcome == "failed"
    assert "that it is an error; asked 5 times" in came.told
    assert next(iter(beside)) in came.told


def test_an_error_that_passes_is_asked_again(run: Callable[..., Came], server: HttpApi) -> None:
    def answer(_asked: Asked) -> Reply:
        return Reply({"success": False} if len(server.asked) < 3 else {"items": things("a"), "success": True})

    assert run(answer, WHOLE, ignored_fields=["message"], good_when={"success": [True]}).keys == ["a"]


@pytest.mark.parametrize(
    "beside",
    [
        {},
        {"code": 1},
        {"code": None},
        {"code": "x"},
        {"code": [0]},
        {"code": -0.5},
        {"code": " 0"},
        {"meta": {"code": 0}},
    ],
)
def test_what_a_good_answer_says_must_be_there(run: Callable[..., Came], beside: dict[str, Any]) -> None:
    came = run({"items": [], **beside}, WHOLE, good_when={"code": [0, "0"]})
    assert (came.outcome, "its field code" in came.told) == ("failed", True)


def test_an_empty_error_must_be_there_too_where_the_contract_names_it(run: Callable[..., Came]) -> None:
    assert run({"items": things("a"), "error": None}, WHOLE, good_when={"error": [""]}).outcome == "loaded"
    assert run({"items": things("a")}, WHOLE, good_when={"error": [""]}).outcome == "failed"


# ---------- personal data


@pytest.mark.parametrize(
    "answer",
    [
        {"items": things("a"), "meta": {"contact": CITIZEN}},
        {"items": things("a"), "contact": f"Nguyễn Văn Mẫu {CITIZEN}"},
        {"items": things("a"), "meta": {"by": [{"id": CITIZEN}]}},
        {"items": things("a"), "hotline": f"gọi {PHONE}"},
        {"items": things("a"), "requestedBy": {"phone": PHONE}},
        {"items": things("a"), "applicantName": "Nguyễn Văn Mẫu"},
        {"items": things("a"), "query": {"citizenId": 14085001234}},
        {"items": things("a"), CITIZEN: {"count": 1}},
        {"items": things("a"), "people": {CITIZEN: 3}},
        {"items": [], "debug": f"select * from dan_cu where so = '{CITIZEN}'"},
        {"items": [{"id": "a", "count": 1, CITIZEN: 1}]},
        {"items": [{"id": "a", "count": 1, "by": {CITIZEN: {"x": 1}}}]},
        {"items": [{"id": "a", "count": 1, "notes": [{"text": PHONE}]}]},
        {"items": [{"id": CITIZEN, "count": 1}]},
        {"rows": [{"so": CITIZEN}]},
        {"items": None, "message": f"không thấy {CITIZEN}"},
    ],
    ids=lambda answer: json.dumps(answer)[:60],
)
@pytest.mark.parametrize("known", [False, True], ids=["unknown", "ignored"])
def test_personal_data_anywhere_in_an_answer_returns_it_and_is_not_repeated(
    run: Callable[..., Came], answer: dict[str, Any], known: bool
) -> None:
    came = run(answer, WHOLE, ignored_fields=[*(name for name in answer if name != "items")] if known else [])
    assert came.outcome == "returned", came
    assert set(came.told.split(":")[::4]) <= {"personal-data"} or came.told.startswith("personal-data")
    for secret in (CITIZEN, PHONE, "Mẫu"):
        assert secret not in came.told
