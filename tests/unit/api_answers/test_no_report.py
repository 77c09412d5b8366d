"""Nothing empty is a report, no error is an answer, and personal data come back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from api_answers import BY_CURSOR, BY_TOTAL, CITIZEN, PHONE, WHOLE, Came, followed, paged, things
from http_api import Asked, HttpApi, Reply


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
        {"items": [{"id": "a", "count": 1}, CITIZEN]},
        {"items": [[{"so": CITIZEN}]]},
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
