"""What one run of an API asks for, page after page, and that records moving meanwhile are not missed."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from http_api import Asked, HttpApi, Reply, serving
from ioc_pipeline.domain.deliveries import Extract
from ioc_pipeline.domain.errors import FetchError
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import ROUNDS, FetchedPage, Run, covered_until
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column, Table

TODAY = date(2025, 9, 20)
NINE = datetime(2025, 9, 15, 9, 0, tzinfo=UTC)
BY_NUMBER = {"kind": "page_number", "parameter": "page", "size_parameter": "size", "size": 2, "total_field": "total"}
UNTIL_SHORT = {name: value for name, value in BY_NUMBER.items() if name != "total_field"} | {"end": "short_page"}
BY_CURSOR = {"kind": "cursor", "parameter": "cursor", "field": "meta.next"}
LINKS = {"kind": "link", "end": "absent"}
CHANGED = {"field": "updatedAt", "parameter": "updatedSince", "overlap_minutes": 10}


@pytest.fixture
def server() -> Iterator[HttpApi]:
    with serving(lambda _asked: Reply([])) as api:
        yield api


def source(*, clock: str = "management", period_type: str = "month", **api: Any) -> Source:
    """A contract as far as a run reads it."""
    given = {"connection": "one_stop", "schedule": "@daily", "path": "/data", "rate_limit_per_minute": 1_000_000}
    return Source.model_construct(
        name="one_stop",
        department="vp-ubnd",
        period_type=period_type,
        clock=clock,
        reporting_since=date(2024, 12, 15),
        api=Api.model_validate({**given, "records": ["items", ""], **api}),
        tables=[
            Table.model_construct(
                name="dossiers", record_key=["id"], columns=[Column.model_construct(name="id", field="id")]
            )
        ],
    )


def fetch(server: HttpApi, contract: Source, *, since: str = "", today: date = TODAY) -> tuple[list[FetchedPage], Run]:
    assert contract.api is not None
    with Client(Connection(server.host), contract.api, sleep=lambda _seconds: None) as client:
        run = Run(contract, client, since=since, today=today)
        return list(run.pages()), run


def ids(pages: list[FetchedPage]) -> list[list[int]]:
    bodies = [json.loads(page.content) for page in pages]
    return [[one["id"] for one in (body["items"] if isinstance(body, dict) else body)] for body in bodies]


def records(*numbers: int) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


def numbered(server: HttpApi, *pages: list[int], total: int | str | None = None) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.query["page"]) - 1
        return Reply({"total": total, "items": records(*(pages[number] if number < len(pages) else []))})

    server.answer = answer


# ---------- pages


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


# ---------- what is asked for


def test_every_value_is_asked_for_every_period(server: HttpApi) -> None:
    names = {"year": "p_nam", "half_year": "p_6thang", "quarter": "p_quy", "month": "p_thang", "ended": 2}
    contract = source(
        method="POST", body="form", form_json="params", vary={"level": [0, 1]}, period=names, parameters={"type": "ref"}
    )
    server.replies(Reply([], headers={"Date": format_datetime(NINE, usegmt=True)}))
    pages, _ = fetch(server, contract, today=date(2025, 9, 14))
    common = {"type": "ref", "p_nam": 2025, "p_6thang": 0, "p_quy": 0}
    assert [json.loads(asked.form["params"]) for asked in server.asked] == [
        {**common, "p_thang": month, "level": level} for month in (8, 7) for level in (0, 1)
    ]
    assert json.loads(pages[0].request) == {
        "method": "POST",
        "path": "/data",
        "parameters": {**common, "p_thang": 8, "level": 0},
        "status": 200,
        "list": 1,
        "links_on": False,
        "server_time": "Mon, 15 Sep 2025 09:00:00 GMT",
        "period": {"type": "month", "start": "2025-07-15", "end": "2025-08-14"},
    }


@pytest.mark.parametrize(
    ("clock", "period_type", "today", "expected"),
    [
        ("management", "month", date(2025, 9, 15), {"year": 2025, "half": 0, "quarter": 0, "month": 9}),
        ("calendar", "month", date(2025, 9, 30), {"year": 2025, "half": 0, "quarter": 0, "month": 8}),
        ("calendar", "month", date(2026, 1, 1), {"year": 2025, "half": 0, "quarter": 0, "month": 12}),
        ("management", "quarter", date(2025, 12, 15), {"year": 2025, "half": 0, "quarter": 4, "month": 0}),
        ("calendar", "half_year", date(2025, 12, 31), {"year": 2025, "half": 1, "quarter": 0, "month": 0}),
        ("management", "year", date(2025, 12, 15), {"year": 2025, "half": 0, "quarter": 0, "month": 0}),
    ],
)
def test_a_period_is_asked_for_when_it_has_ended_on_the_clock_of_the_source(
    server: HttpApi, clock: str, period_type: str, today: date, expected: dict[str, int]
) -> None:
    names = {"year": "year", "half_year": "half", "quarter": "quarter", "month": "month"}
    fetch(server, source(clock=clock, period_type=period_type, period=names), today=today)
    assert {name: int(value) for name, value in server.asked[0].query.items()} == expected


def test_no_period_is_asked_for_from_before_the_api_reports(server: HttpApi) -> None:
    contract = source(clock="calendar", period={"year": "year", "month": "month", "ended": 6})
    pages, _ = fetch(server, contract, today=date(2025, 3, 31))
    assert [asked.query["month"] for asked in server.asked] == ["2", "1"]
    assert fetch(server, contract, today=date(2025, 1, 31))[0] == []
    assert [json.loads(page.request)["period"]["start"] for page in pages] == ["2025-02-01", "2025-01-01"]


# ---------- watermark


def changed(*times: str) -> dict[str, Any]:
    return {"items": [{"id": number, "updatedAt": time} for number, time in enumerate(times)]}


def test_a_run_starts_an_overlap_before_the_newest_time_seen(server: HttpApi) -> None:
    server.replies(Reply(changed("2025-09-15T08:00:00+07:00", "2025-09-15T02:30:00Z", "2025-09-15T09:10:00+07:00")))
    contract = source(watermark=CHANGED)
    _, run = fetch(server, contract)
    assert (run.asked_since, run.watermark) == ("", "2025-09-15T02:30:00+00:00")
    _, run = fetch(server, contract, since=run.watermark)
    assert run.asked_since == "2025-09-15T02:20:00+00:00"
    assert "updatedSince" not in server.asked[0].query
    assert server.asked[1].query["updatedSince"] == "2025-09-15T02:20:00+00:00"


def test_a_time_without_a_zone_is_the_provinces(server: HttpApi) -> None:
    server.replies(Reply(changed("2025-09-15T08:00:00", "2025-09-15T00:59:00Z")))
    assert fetch(server, source(watermark=CHANGED))[1].watermark == "2025-09-15T08:00:00"


def test_the_watermark_never_moves_back_and_stays_if_nothing_came(server: HttpApi) -> None:
    since = "2025-09-15T09:00:00+07:00"
    for answer in (changed("2025-09-15T01:59:00Z"), changed(), changed("hôm qua"), {"items": [{"id": 1}, 5]}):
        server.replies(Reply(answer))
        assert fetch(server, source(watermark=CHANGED), since=since)[1].watermark == since


@pytest.mark.parametrize(
    ("seen", "watermark"),
    [
        ("2099-01-01T00:00:00Z", "2025-09-15T09:00:00+00:00"),
        ("2099-01-01T00:00:00+07:00", "2025-09-15T16:00:00+07:00"),
        ("2099-01-01T00:00:00", "2025-09-15T16:00:00"),
    ],
)
def test_a_time_ahead_of_the_apis_own_clock_does_not_hide_what_comes(
    server: HttpApi, seen: str, watermark: str
) -> None:
    server.replies(Reply(changed(seen), headers={"Date": format_datetime(NINE, usegmt=True)}))
    assert fetch(server, source(watermark=CHANGED))[1].watermark == watermark


def extract(since: str, watermark: str) -> Extract:
    times = [f"2025-09-15T0{hour}:00:00+07:00" if hour else "" for hour in (since, watermark)]
    return Extract("one_stop", "run", NINE, NINE, (), since=times[0], watermark=times[1])


def test_a_gap_left_by_a_withdrawn_extract_is_fetched_again() -> None:
    first, second, third = extract("", "1"), extract("1", "2"), extract("2", "3")
    assert covered_until([]) == ""
    assert covered_until([first, second, third]) == third.watermark
    assert covered_until([first, third]) == first.watermark
    assert covered_until([second, third]) == ""
    assert covered_until([first, third, extract("1", "4")]) == extract("1", "4").watermark


# ---------- a list that moves while it is paged through


def test_a_list_that_moved_is_fetched_once_more_from_its_beginning(server: HttpApi) -> None:
    first = [[1, 2], [4, 5], [1], []]  # 1 was updated and moved to the end, so that 3 slipped through
    again = [[2, 3], [4, 5], [1]]

    def answer(asked: Asked) -> Reply:
        pages = first if len(server.asked) <= len(first) else again
        return Reply({"total": 5, "items": records(*pages[int(asked.query["page"]) - 1])})

    server.answer = answer
    pages, run = fetch(server, source(paging=BY_NUMBER))
    assert ids(pages) == first + again
    assert run.counted == [4, 5, 6], "the round that came whole"


def test_pages_that_always_repeat_something_are_fetched_twice_and_left_to_the_parser(server: HttpApi) -> None:
    numbered(server, [1, 2], [2, 3], [4])
    pages, run = fetch(server, source(paging=UNTIL_SHORT, watermark=CHANGED))
    assert ids(pages) == [[1, 2], [2, 3], [4]] * 2
    assert (run.counted, run.watermark) == ([3, 4, 5], "")


def test_a_repeated_record_is_no_loss_where_the_total_says_that_all_have_come(server: HttpApi) -> None:
    numbered(server, [1, 2], [2, 3], [4], total=4)
    assert ids(fetch(server, source(paging=BY_NUMBER))[0]) == [[1, 2], [2, 3], [4]]


def test_a_total_that_was_never_there_is_left_to_the_parser(server: HttpApi) -> None:
    numbered(server, [1, 2], [3], total=9)
    assert ids(fetch(server, source(paging=BY_NUMBER))[0]) == [[1, 2], [3], []] * 2
    numbered(server, [1, 2], [3], total="9" * 5000)
    assert ids(fetch(server, source(paging=BY_NUMBER))[0]) == [[1, 2]]


def restless(server: HttpApi) -> None:
    """A list whose one record is another in each round."""

    def answer(asked: Asked) -> Reply:
        newest = [{"id": len(server.asked), "updatedAt": "2025-09-15T09:00:00Z"}]
        return Reply({"total": 2, "items": newest if asked.query["page"] == "1" else []})

    server.answer = answer


def test_a_list_that_never_keeps_still_counts_for_nothing(server: HttpApi) -> None:
    restless(server)
    with pytest.raises(FetchError, match=f"total: not the same in any of {ROUNDS} rounds"):
        fetch(server, source(paging=BY_NUMBER | {"size": 5}, watermark=CHANGED))


def test_a_list_that_may_move_is_taken_and_does_not_move_the_watermark(server: HttpApi) -> None:
    restless(server)
    since = "2025-09-15T08:00:00+00:00"
    contract = source(paging=BY_NUMBER | {"size": 5, "unsteady": "accepted"}, watermark=CHANGED)
    pages, run = fetch(server, contract, since=since)
    assert ids(pages) == [[1], [], [3], [], [5], []]
    assert run.counted == list(range(2 * ROUNDS))
    assert run.watermark == since


class Registry:
    """Records that change between any two requests, listed in one of the usual orders; times are the server's."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = NINE
        self.order = self.chance.choice(["updated", "newest first", "by id"])
        self.has_total = self.chance.random() < 0.5
        self.is_busy = True
        self.records = {number: NINE - timedelta(minutes=self.chance.randrange(60)) for number in range(12)}

    def answer(self, asked: Asked) -> Reply:
        self.now += timedelta(seconds=self.chance.randrange(1, 900))
        for _ in range(self.chance.randrange(3) if self.is_busy else 0):
            number = self.chance.randrange(len(self.records) + 1)  # an update, or a new record
            self.records[number] = self.now - timedelta(seconds=self.chance.randrange(300))  # its transaction took long
        since = datetime.fromisoformat(asked.query.get("updatedSince", "2000-01-01T00:00:00+00:00"))
        listed = [(number, time) for number, time in self.records.items() if time >= since]
        if self.order == "by id":
            listed.sort()
        else:
            listed.sort(key=lambda one: (one[1], one[0]), reverse=self.order == "newest first")
        first = (int(asked.query["page"]) - 1) * 3
        items = [{"id": number, "updatedAt": time.isoformat()} for number, time in listed[first : first + 3]]
        answer = {"items": items, **({"total": len(listed)} if self.has_total else {})}
        return Reply(answer, headers={"Date": format_datetime(self.now, usegmt=True)})


@pytest.mark.parametrize("unsteady", ["accepted", "returned"])
@pytest.mark.parametrize("seed", range(30))
def test_whatever_moves_while_it_is_fetched_is_there_after_the_next_quiet_run(
    server: HttpApi, seed: int, unsteady: str
) -> None:
    registry = Registry(seed)
    server.answer = registry.answer
    ends = BY_NUMBER if registry.has_total else UNTIL_SHORT
    contract = source(paging=ends | {"size": 3, "unsteady": unsteady}, watermark=CHANGED)
    known: dict[int, str] = {}
    watermark = ""
    for turn in range(4):
        registry.is_busy = turn < 3
        try:
            pages, run = fetch(server, contract, since=watermark)
        except FetchError:
            assert (registry.is_busy, unsteady) == (True, "returned")
            continue
        assert watermark == "" or datetime.fromisoformat(run.watermark) >= datetime.fromisoformat(watermark)
        watermark = run.watermark
        for page in (pages[place] for place in run.counted):
            known |= {one["id"]: one["updatedAt"] for one in json.loads(page.content)["items"]}
    assert known == {number: time.isoformat() for number, time in registry.records.items()}
