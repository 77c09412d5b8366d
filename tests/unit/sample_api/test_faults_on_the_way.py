"""Faults of transport and pages that a sample system shows on request."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.api.faults import PERSONAL, Kind
from ioc_pipeline.settings import from_environment
from sample_api_client import KEY, RAIN, Client
from shipped import PROFILE


def test_too_many_requests_say_when_to_come_again(client: Client) -> None:
    client.fault(Kind.TOO_MANY_REQUESTS, "/dossiers", seconds=2)
    refused = client.dossiers()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
    assert client.dossiers().status_code == 200


def test_a_fault_happens_as_often_as_wanted_and_only_under_its_path(client: Client) -> None:
    client.fault(Kind.SERVER_ERROR, "/dossiers", times=2)
    assert client.rain().status_code == 200
    assert [client.dossiers().status_code for _ in range(3)] == [500, 500, 200]


def test_a_server_that_hangs_answers_after_the_patience_of_the_client(client: Client) -> None:
    client.fault(Kind.TIMEOUT, RAIN, seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        client.http.get(RAIN, timeout=0.2)


def test_a_truncated_answer_is_no_json_although_the_transport_is_content(client: Client) -> None:
    client.fault(Kind.TRUNCATED_JSON, "/dossiers")
    answer = client.dossiers()
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_connection_breaks_in_the_middle_of_an_answer(client: Client) -> None:
    client.fault(Kind.CUT_OFF, "/dossiers")
    with pytest.raises(httpx.RemoteProtocolError):
        client.dossiers()


def test_a_clock_that_is_wrong_shows_in_the_date_of_the_answer(client: Client) -> None:
    def ahead() -> float:
        return parsedate_to_datetime(client.rain().headers["Date"]).timestamp() - datetime.now(LOCAL_TIME).timestamp()

    assert abs(ahead()) < 60
    client.fault(Kind.CLOCK_SKEW, RAIN)
    assert ahead() > 3_600


def test_who_keeps_records_has_the_clock_of_its_records(client: Client) -> None:
    for answer in (client.dossiers(), client.tasks()):
        assert parsedate_to_datetime(answer.headers["Date"]) == datetime(2025, 9, 15, tzinfo=LOCAL_TIME)


def test_a_page_that_is_served_twice_hides_the_next_one(client: Client) -> None:
    first, second = (client.dossiers(page, pageSize=100).json()["items"] for page in (1, 2))
    client.fault(Kind.DUPLICATED_PAGE, "/dossiers")
    assert client.dossiers(2, pageSize=100).json()["items"] == first != second


def test_a_page_behind_a_cursor_is_served_twice_and_the_way_goes_on(client: Client) -> None:
    first = client.tasks().json()
    second = client.tasks(first["nextCursor"]).json()
    client.fault(Kind.DUPLICATED_PAGE, "/tasks")
    assert client.tasks(first["nextCursor"]).json() == first
    client.fault(Kind.DUPLICATED_PAGE, "/tasks")
    assert client.tasks(second["nextCursor"]).json() == second


def test_a_page_comes_in_another_order(client: Client) -> None:
    rows = client.dossiers(pageSize=50).json()["items"]
    client.fault(Kind.REORDERED_PAGE, "/dossiers")
    assert client.dossiers(pageSize=50).json()["items"] == rows[::-1]


def test_records_that_change_while_they_are_read_push_others_over_the_edge(
    new_client: Callable[..., Client],
) -> None:
    client = new_client(dossiers=2_400)
    before = client.all_dossiers()
    client.fault(Kind.MOVING_RECORDS, "/dossiers")
    pages = [client.dossiers(page, pageSize=1_000).json()["items"] for page in (1, 2, 3)]
    seen = Counter(row["dossierId"] for page in pages for row in page)
    assert [row["dossierId"] for row in pages[-1][-3:]] == [row["dossierId"] for row in before[:3]]
    assert sorted(seen.values())[-3:] == [2, 2, 2]
    assert len({row["dossierId"] for row in before} - set(seen)) == 3
    assert client.dossiers().json()["total"] == len(before)


def test_tasks_that_change_while_they_are_read_come_again_at_the_end(new_client: Callable[..., Client]) -> None:
    client = new_client(dossiers=10)
    before = client.all_tasks()
    client.fault(Kind.MOVING_RECORDS, "/tasks")
    seen = Counter(row["taskId"] for row in client.all_tasks())
    assert [seen[row["taskId"]] for row in before[:4]] == [2, 2, 2, 1]
    assert set(seen) == {row["taskId"] for row in before}


def test_a_total_is_wrong(client: Client) -> None:
    total = client.dossiers().json()["total"]
    client.fault(Kind.WRONG_TOTAL, "/dossiers")
    assert client.dossiers().json()["total"] == total + 7


def test_an_answer_is_a_page_to_log_in_or_none_at_all(client: Client) -> None:
    client.fault(Kind.LOGIN_PAGE, "/dossiers")
    page = client.dossiers()
    assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    client.fault(Kind.NO_CONTENT, RAIN)
    assert (client.rain().status_code, client.rain().status_code) == (204, 200)


def test_an_answer_is_packed_twice_or_says_a_name_twice(client: Client) -> None:
    client.fault(Kind.PACKED_TWICE, "/dossiers")
    with client.http.stream("GET", "/dossiers", headers=KEY) as packed:
        raw = b"".join(packed.iter_raw())
        assert packed.headers["Content-Encoding"] == "gzip, gzip"
    assert json.loads(gzip.decompress(gzip.decompress(raw)))["items"]
    for path, ask in (("/dossiers", client.dossiers), (RAIN, client.rain)):
        client.fault(Kind.REPEATED_NAME, path)
        assert b'{"sample": 1, "sample": 2, ' in ask().content


def test_an_answer_says_an_error_in_the_place_of_its_rows(client: Client) -> None:
    for path, ask in (("/dossiers", client.dossiers), ("/tasks", client.tasks), (RAIN, client.rain)):
        client.fault(Kind.ERROR_IN_ANSWER, path)
        said = ask().json()
        assert (said["success"], said.get("items", said.get("data", []))) == (False, [])


def test_an_answer_has_null_for_its_list(client: Client) -> None:
    client.fault(Kind.NULL_LIST, "/dossiers")
    assert client.dossiers().json()["items"] is None
    client.fault(Kind.NULL_LIST, RAIN)
    assert client.rain().json() is None


def test_an_answer_does_not_say_how_its_list_ends(client: Client) -> None:
    client.fault(Kind.NO_TOTAL, "/dossiers")
    assert set(client.dossiers().json()) == {"items"}
    client.fault(Kind.NO_CURSOR, "/tasks")
    assert set(client.tasks().json()) == {"data"}
    client.fault(Kind.MORE_WITHOUT_CURSOR, "/tasks")
    said = client.tasks().json()
    assert (said["nextCursor"], said["hasMore"]) == (None, True)


def test_fields_stand_beside_the_rows_that_nobody_agreed_on(client: Client) -> None:
    client.fault(Kind.UNKNOWN_BESIDE, "/tasks")
    assert client.tasks().json()["generatedBy"] == "thử nghiệm"
    client.fault(Kind.PERSONAL_BESIDE, "/dossiers")
    assert client.dossiers().json()["meta"] == {"contact": PERSONAL["citizenId"]}
    client.fault(Kind.PERSONAL_NAME, RAIN)
    assert client.rain().json()[0]["by"] == {PERSONAL["citizenId"]: 1}


def test_a_row_names_two_units(client: Client) -> None:
    units = OrgUnits.from_seeds(from_environment({}).seeds)

    def codes(level: str) -> dict[str, str]:
        here = units.members(level=level, province_code=PROFILE.province_code, on=date(2025, 9, 1))
        return {unit.full_name: unit.code for unit in here}

    communes, agencies = codes("commune"), codes("agency")
    client.fault(Kind.TWO_UNITS, "/dossiers", times=2)
    for page in (1, 2):
        row = client.dossiers(page, pageSize=20).json()["items"][0]
        assert communes[row["communeName"]] != row["communeCode"]
    client.fault(Kind.TWO_UNITS, "/tasks")
    row = client.tasks().json()["data"][0]
    assert agencies[row["agencyName"]] != row["agencyCode"]
