"""Records that move while they are read are not lost."""

import json
import random
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from api_runs import BY_NUMBER, CHANGED, NINE, UNTIL_SHORT, fetch, ids, numbered, records, restless, source
from http_api import Asked, HttpApi, Reply
from ioc_pipeline.domain.errors import FetchError
from ioc_pipeline.fetch.run import ROUNDS


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
