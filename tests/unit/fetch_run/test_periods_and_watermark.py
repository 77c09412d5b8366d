"""Which periods and which changes a run asks for."""

import json
from datetime import date
from email.utils import format_datetime

import pytest

from api_runs import CHANGED, NINE, changed, extract, fetch, source
from http_api import HttpApi, Reply
from ioc_pipeline.fetch.run import covered_until


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


def test_a_gap_left_by_a_withdrawn_extract_is_fetched_again() -> None:
    first, second, third = extract("", "1"), extract("1", "2"), extract("2", "3")
    assert covered_until([]) == ""
    assert covered_until([first, second, third]) == third.watermark
    assert covered_until([first, third]) == first.watermark
    assert covered_until([second, third]) == ""
    assert covered_until([first, third, extract("1", "4")]) == extract("1", "4").watermark
