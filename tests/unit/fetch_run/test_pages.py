"""What one run of an API asks for, page after page."""

import json
from typing import Any

import pytest

from api_runs import BY_CURSOR, BY_NUMBER, LINKS, TODAY, UNTIL_SHORT, fetch, ids, numbered, records, source
from http_api import Asked, HttpApi, Reply
from ioc_pipeline.domain.errors import FetchError
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import Run


def test_an_api_without_pages_is_asked_once(server: HttpApi) -> None:
    server.replies(Reply(records(1, 2)))
    pages, run = fetch(server, source())
    assert ids(pages) == [[1, 2]]
    assert run.watermark == ""


def test_pages_by_number_end_with_the_first_that_is_not_full_where_the_contract_says_so(server: HttpApi) -> None:
    numbered(server, [1, 2], [3, 4], [5])
    pages, _ = fetch(server, source(paging=UNTIL_SHORT))
    assert ids(pages) == [[1, 2], [3, 4], [5]]
    assert [asked.query for asked in server.asked] == [{"page": str(n), "size": "2"} for n in (1, 2, 3)]


def test_pages_that_are_all_full_end_with_an_empty_one(server: HttpApi) -> None:
    numbered(server, [1, 2], [3, 4])
    assert ids(fetch(server, source(paging=UNTIL_SHORT))[0]) == [[1, 2], [3, 4], []]


def test_pages_end_where_the_total_has_come(server: HttpApi) -> None:
    numbered(server, [1, 2], [3, 4], total=4)
    assert ids(fetch(server, source(paging=BY_NUMBER))[0]) == [[1, 2], [3, 4]]


def test_pages_go_on_until_an_empty_one_or_until_no_more_are_said_to_come(server: HttpApi) -> None:
    numbered(server, [1], [2, 3], [4])
    assert ids(fetch(server, source(paging=UNTIL_SHORT | {"end": "empty_page"}))[0]) == [[1], [2, 3], [4], []]

    def answer(asked: Asked) -> Reply:
        number = int(asked.query["page"])
        return Reply({"items": records(number), "more": number < 3})

    server.answer = answer
    paging = UNTIL_SHORT | {"end": None, "more_field": "more"}
    assert ids(fetch(server, source(paging=paging))[0]) == [[1], [2], [3]]


@pytest.mark.parametrize("body", [{}, {"total": None}, {"total": "x"}])
def test_a_page_that_does_not_say_its_total_is_landed_for_the_parser_to_return(server: HttpApi, body: Any) -> None:
    server.replies(Reply({"items": records(1, 2), **body}))
    pages, run = fetch(server, source(paging=BY_NUMBER))
    assert (ids(pages), run.counted) == ([[1, 2]], [0])


@pytest.mark.parametrize("total", [5, "5"])
def test_a_server_that_gives_smaller_pages_than_asked_for_is_read_to_its_total(
    server: HttpApi, total: int | str
) -> None:
    numbered(server, [1], [2], [3], [4], [5], total=total)
    assert ids(fetch(server, source(paging=BY_NUMBER))[0]) == [[1], [2], [3], [4], [5]]


def test_a_cursor_is_followed_until_it_is_empty(server: HttpApi) -> None:
    follow = {"": "b", "b": "c", "c": ""}

    def answer(asked: Asked) -> Reply:
        cursor = asked.query.get("cursor", "")
        return Reply({"items": records(ord(cursor or "a")), "meta": {"next": follow[cursor]}})

    server.answer = answer
    pages, _ = fetch(server, source(paging=BY_CURSOR, parameters={"kind": "a"}))
    assert [asked.query for asked in server.asked] == [
        {"kind": "a"},
        {"kind": "a", "cursor": "b"},
        {"kind": "a", "cursor": "c"},
    ]
    assert len(pages) == 3


@pytest.mark.parametrize("meta", [{}, {"next": None}, None])
def test_after_an_answer_without_a_cursor_nothing_can_be_asked_for(server: HttpApi, meta: Any) -> None:
    server.replies(Reply({"items": records(1), "meta": meta}))
    assert len(fetch(server, source(paging=BY_CURSOR))[0]) == 1


def test_links_are_followed_as_they_are_given(server: HttpApi) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.query.get("page", "1"))
        link = f'</data?kind=a&page={number + 1}>; rel="next"'
        return Reply(records(number), headers={"Link": link} if number < 3 else {})

    server.answer = answer
    pages, _ = fetch(server, source(paging=LINKS, parameters={"kind": "a"}))
    assert ids(pages) == [[1], [2], [3]]
    assert [json.loads(page.request)["path"] for page in pages] == [
        "/data",
        "/data?kind=a&page=2",
        "/data?kind=a&page=3",
    ]


def test_a_link_to_another_host_is_refused(server: HttpApi) -> None:
    server.replies(Reply(records(1), headers={"Link": '<https://example.org/data>; rel="next"'}))
    with pytest.raises(FetchError, match="another host"):
        fetch(server, source(paging=LINKS))


def test_pages_that_lead_in_a_circle_are_a_failure(server: HttpApi) -> None:
    server.replies(Reply({"items": records(1), "meta": {"next": "b"}}, headers={"Link": '</data>; rel="next"'}))
    for paging in (BY_CURSOR, LINKS):
        with pytest.raises(FetchError, match="nothing new"):
            fetch(server, source(paging=paging))


@pytest.mark.parametrize("cursor", ["\ud800", ["b"], {"b": 1}, True])
def test_a_cursor_that_cannot_be_sent_is_a_failure(server: HttpApi, cursor: object) -> None:
    server.replies(Reply({"items": records(1), "meta": {"next": cursor}}))
    with pytest.raises(FetchError, match=r"meta\.next holds no cursor"):
        fetch(server, source(paging=BY_CURSOR))


def test_a_cursor_that_is_a_number_leads_on_also_from_0(server: HttpApi) -> None:
    server.replies(Reply({"items": records(1), "meta": {"next": 0}}), Reply({"items": records(2)}))
    assert ids(fetch(server, source(paging=BY_CURSOR))[0]) == [[1], [2]]
    assert server.asked[1].query["cursor"] == "0"


def test_a_page_that_is_sent_twice_does_not_end_the_run(server: HttpApi) -> None:
    sent = [("", 1, "b"), ("b", 1, "b"), ("b", 2, "c"), ("c", 3, ""), ("", 1, "b"), ("b", 2, "c"), ("c", 3, "")]

    def answer(asked: Asked) -> Reply:
        cursor, number, following = sent[len(server.asked) - 1]
        assert asked.query.get("cursor", "") == cursor
        return Reply({"items": records(number), "meta": {"next": following}})

    server.answer = answer
    pages, run = fetch(server, source(paging=BY_CURSOR))
    assert ids(pages) == [[1], [1], [2], [3], [1], [2], [3]]
    assert run.counted == [4, 5, 6], "what the page held that was sent twice may have been missed"


def test_an_api_that_ignores_the_page_number_is_a_failure(server: HttpApi) -> None:
    server.replies(Reply({"items": records(1, 2), "total": 4}))
    with pytest.raises(FetchError, match="nothing new"):
        fetch(server, source(paging=BY_NUMBER))


def test_an_answer_of_another_shape_is_landed_for_the_parser_to_judge(server: HttpApi) -> None:
    server.replies(Reply({"note": "maintenance"}))
    for paging in ({}, BY_NUMBER, BY_CURSOR):
        assert len(fetch(server, source(paging=paging))[0]) == 1


def test_no_page_is_asked_for_before_the_one_before_it_was_taken(server: HttpApi) -> None:
    numbered(server, [1, 2], [3], total=3)
    contract = source(paging=BY_NUMBER)
    assert contract.api is not None
    with Client(Connection(server.host), contract.api) as client:
        pages = Run(contract, client, since="", today=TODAY).pages()
        for asked in (1, 2):
            next(pages)
            assert len(server.asked) == asked


_MORE_TO_COME = [
    {"X-Total-Count": "3"},
    {"x-total": " 3 "},
    {"Content-Range": "items 0-1/3"},
    {"Content-Range": "0-1/3"},
    {"X-Next-Page": "2"},
    {"Link": '</data?page=2>; rel="next"'},
]
_NO_MORE_TO_COME = [
    {"X-Total-Count": "2"},
    {"X-Total-Count": "many"},
    {"Content-Range": "items 0-1/2"},
    {"Content-Range": "items 0-1/*"},
    {"Content-Range": "bytes 0-99/3000"},
    {"X-Next-Page": ""},
    {"Link": '</data?page=1>; rel="last"'},
]
_ENDS: list[dict[str, Any]] = [{}, {"paging": UNTIL_SHORT | {"size": 5}}, {"paging": BY_NUMBER}, {"paging": BY_CURSOR}]


@pytest.mark.parametrize("contract", _ENDS)
@pytest.mark.parametrize("headers", _MORE_TO_COME)
def test_an_end_that_a_header_contradicts_is_a_failure_that_names_it(
    server: HttpApi, contract: dict[str, Any], headers: dict[str, str]
) -> None:
    server.replies(Reply({"items": records(1, 2), "total": 2, "meta": {"next": None}}, headers=headers))
    with pytest.raises(FetchError, match=f"(?i){next(iter(headers))}"):
        fetch(server, source(**contract))


@pytest.mark.parametrize("contract", _ENDS)
@pytest.mark.parametrize("headers", _NO_MORE_TO_COME)
def test_headers_that_agree_or_count_something_else_change_nothing(
    server: HttpApi, contract: dict[str, Any], headers: dict[str, str]
) -> None:
    server.replies(Reply({"items": records(1, 2), "total": 2, "meta": {"next": None}}, headers=headers))
    pages, run = fetch(server, source(**contract))
    assert (ids(pages), run.counted) == ([[1, 2]], [0])


def test_a_link_behind_the_empty_page_that_ends_a_list_leads_nowhere(server: HttpApi) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.query["page"])
        link = {"Link": f'</data?page={number + 1}>; rel="next"', "X-Total-Count": "2"}
        return Reply({"items": records(number) if number < 3 else []}, headers=link)

    server.answer = answer
    assert ids(fetch(server, source(paging=UNTIL_SHORT | {"end": "empty_page"}))[0]) == [[1], [2], []]
