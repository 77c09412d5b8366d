"""The four sample APIs over real HTTP: the shapes of the real ones, sums that fit the forms, and every fault."""

import gzip
import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from ioc_pipeline.cli.main import main
from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.api.credentials import connections
from ioc_pipeline.sample.api.faults import PERSONAL, Kind, kinds_of
from ioc_pipeline.sample.api.portal_766 import PARTS
from ioc_pipeline.sample.api.server import make_app, serving
from ioc_pipeline.sample.api.world import World

REPOSITORY = Path(__file__).resolve().parents[2]
SEPTEMBER = (date(2025, 8, 15), date(2025, 9, 14))
END = "2025-09-15"
KEY = {"x-api-key": "sample"}
RAIN = "/public/current/sonla.json"
Row = dict[str, Any]


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(REPOSITORY / "include" / "seeds")


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return read_contracts(
        REPOSITORY / "include" / "sources", REPOSITORY / "expectations", REPOSITORY / "include" / "seeds"
    )


class Client:
    """Asks the four systems as their contracts say."""

    def __init__(self, app: FastAPI, url: str) -> None:
        self.app = app
        self.http = httpx.Client(base_url=url, timeout=10)

    def dossiers(self, page: int = 1, **parameters: Any) -> httpx.Response:
        return self.http.get("/dossiers", params={"page": page, **parameters}, headers=KEY)

    def all_dossiers(self, **parameters: Any) -> list[Row]:
        rows: list[Row] = []
        for page in range(1, 1_000):
            answer = self.dossiers(page, pageSize=5_000, **parameters).json()
            rows += answer["items"]
            if len(answer["items"]) < 5_000:
                break
        return rows

    def token(self, password: str = "sample") -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": "ioc", "client_secret": password}
        return self.http.post("/oauth/token", data=form)

    def tasks(self, cursor: str = "", **parameters: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.token().json()['access_token']}"}
        return self.http.get("/tasks", params={"cursor": cursor, **parameters}, headers=bearer)

    def all_tasks(self, **parameters: Any) -> list[Row]:
        rows: list[Row] = []
        cursor = ""
        while True:
            answer = self.tasks(cursor, **parameters).json()
            rows += answer["data"]
            cursor = answer["nextCursor"]
            if not cursor:
                return rows

    def rain(self) -> httpx.Response:
        return self.http.get(RAIN)

    def index(self, level: int, **period: int) -> httpx.Response:
        parameters = {
            "type": "ref", "service": "report_tinh_766_service", "p_nam": 2025, "p_6thang": 0, "p_quy": 0,
            "p_thang": 0, "p_loaidonvi": level, "pageIndex": 1, "pageSize": 1_000, **period,
        }  # fmt: skip
        return self.http.post("/jsp/rest.jsp", data={"params": json.dumps(parameters)})

    def fault(self, kind: Kind, path: str, **more: Any) -> None:
        assert self.http.post("/faults", json={"kind": kind, "path": path, **more}).status_code == 201

    def close(self) -> None:
        self.http.close()


@pytest.fixture(scope="module")
def new_client(org_units: OrgUnits) -> Iterator[Callable[..., Any]]:
    clients: list[tuple[Client, Any]] = []

    def make(**given: Any) -> Client:
        app = make_app(World(org_units, **given))
        server = serving(app)
        client = Client(app, server.__enter__())
        clients.append((client, server))
        return client

    yield make
    for client, server in clients:
        client.close()
        server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def whole_month(new_client: Callable[..., Client]) -> Client:
    return new_client()


@pytest.fixture(scope="module")
def small(new_client: Callable[..., Client]) -> Client:
    return new_client(dossiers=2_400)


@pytest.fixture
def client(small: Client) -> Client:
    """One server for many tests, its clock set right and no fault waiting."""
    small.http.delete("/faults")
    small.http.post("/clock", json={"today": "2025-09-15", "offset_seconds": 0})
    return small


# ---------- the records


def test_dossiers_add_up_to_the_forms_of_their_month_but_in_two_communes(
    whole_month: Client, org_units: OrgUnits
) -> None:
    communes = org_units.members(level="commune", province_code="14", on=SEPTEMBER[1])
    form = figures.settlements(1, figures.weigh_communes(1, communes), 0)
    form |= figures.digitisation(1, form, 0)
    rows = [row for row in whole_month.all_dossiers() if row["status"] != "cancelled"]
    counted = {
        "received_count": lambda row: True,
        "online_count": lambda row: row["channel"] == "online",
        "direct_count": lambda row: row["channel"] == "direct",
        "settled_count": lambda row: row["status"] == "settled",
        "settled_on_time_count": lambda row: row["settledAt"] and row["settledAt"] <= row["dueAt"],
        "settled_late_count": lambda row: row["settledAt"] and row["settledAt"] > row["dueAt"],
        "pending_on_time_count": lambda row: row["status"] == "pending" and row["dueAt"] >= END,
        "pending_late_count": lambda row: row["status"] == "pending" and row["dueAt"] < END,
        "completed_count": lambda row: row["settledAt"],
        "digitised_count": lambda row: row["isDigitised"] and row["settledAt"],
        "reusing_count": lambda row: row["reusesData"] and row["settledAt"],
        "with_fee_count": lambda row: row["feeVnd"] > 0,
        "paid_online_count": lambda row: row["feeVnd"] > 0 and row["isPaidOnline"],
        "eligible_count": lambda row: row["isFullyOnline"],
    }
    # The form counts fewer services as filed online throughout than the channel of its dossiers would give.
    assert set(counted) == set(form) - {"fully_online_count"}
    differing: set[str] = set()
    for name, fits in counted.items():
        by_commune = Counter(row["communeCode"] for row in rows if fits(row))
        assert by_commune.total() == sum(form[name]), name
        differing |= {
            unit.code for unit, count in zip(communes, form[name], strict=True) if by_commune[unit.code] != count
        }
    assert len(differing) == 2
    assert {row["communeCode"] for row in rows} == {unit.code for unit in communes}


def test_dossiers_are_of_their_month_and_no_time_runs_backwards(whole_month: Client) -> None:
    rows = whole_month.all_dossiers()
    assert len({row["dossierId"] for row in rows}) == len(rows)
    assert [row["updatedAt"] for row in rows] == sorted(row["updatedAt"] for row in rows)
    for row in rows:
        assert SEPTEMBER[0].isoformat() <= row["receivedAt"] < END
        assert row["receivedAt"] <= row["updatedAt"] < END
        assert row["settledAt"] is None or row["receivedAt"] < row["settledAt"]
        assert row["dueAt"] > row["receivedAt"]


def test_tasks_add_up_to_the_form_but_at_two_agencies(whole_month: Client, org_units: OrgUnits) -> None:
    agencies = org_units.members(level="agency", province_code="14", on=SEPTEMBER[1])
    form = figures.tasks(1, len(agencies), 0)
    rows = whole_month.all_tasks()
    counted = {
        "assigned_count": lambda row: True,
        "due_count": lambda row: row["dueAt"] < END,
        "on_time_count": lambda row: row["doneAt"] and row["doneAt"] <= row["dueAt"],
        "late_count": lambda row: row["doneAt"] and row["doneAt"] > row["dueAt"],
        "overdue_count": lambda row: not row["doneAt"] and row["dueAt"] < END,
        "slow_count": lambda row: row["progress"] == "slow",
    }
    assert set(counted) == set(form)
    differing: set[str] = set()
    for name, fits in counted.items():
        by_agency = Counter(row["agencyCode"] for row in rows if fits(row))
        assert by_agency.total() == sum(form[name]), name
        differing |= {
            unit.code for unit, count in zip(agencies, form[name], strict=True) if by_agency[unit.code] != count
        }
    assert len(differing) == 2


def test_the_same_seed_gives_the_same_records_and_another_seed_others(new_client: Callable[..., Client]) -> None:
    one, same, other = (new_client(seed=seed, dossiers=500) for seed in (3, 3, 4))
    assert one.all_dossiers() == same.all_dossiers()
    assert one.all_tasks() == same.all_tasks()
    assert one.index(2, p_thang=9).json() == same.index(2, p_thang=9).json()
    assert one.all_dossiers() != other.all_dossiers()
    assert one.index(2, p_thang=9).json() != other.index(2, p_thang=9).json()


def test_as_many_dossiers_as_wanted_are_served_and_their_shares_stay(new_client: Callable[..., Client]) -> None:
    rows = new_client(dossiers=100_000).all_dossiers()
    assert sum(row["status"] != "cancelled" for row in rows) == 100_000
    settled = [row for row in rows if row["settledAt"]]
    assert sum(row["settledAt"] <= row["dueAt"] for row in settled) / len(settled) > 0.97
    assert sum(row["channel"] == "online" for row in rows) / len(rows) > 0.9
    assert {row["status"] for row in rows} == {"settled", "pending", "cancelled"}


def test_a_later_day_shows_new_dossiers_and_changes_and_only_those(new_client: Callable[..., Client]) -> None:
    client = new_client(today=date(2025, 9, 1), dossiers=3_000)
    before = {row["dossierId"]: row for row in client.all_dossiers()}
    watermark = max(row["updatedAt"] for row in before.values())
    assert client.http.post("/clock", json={"today": "2025-09-08"}).json()["today"] == "2025-09-08"
    changed = {row["dossierId"]: row for row in client.all_dossiers(updatedSince=watermark)}
    after = {row["dossierId"]: row for row in client.all_dossiers()}
    assert before | changed == after
    assert 0 < len(set(before) & set(changed)) < len(before)
    assert set(changed) - set(before)


def test_a_later_day_shows_changed_tasks_and_only_those(new_client: Callable[..., Client]) -> None:
    client = new_client(today=date(2025, 9, 1))
    before = {row["taskId"]: row for row in client.all_tasks()}
    watermark = max(row["updatedAt"] for row in before.values())
    client.http.post("/clock", json={"today": "2025-09-15"})
    changed = {row["taskId"]: row for row in client.all_tasks(changedSince=watermark)}
    assert before | changed == {row["taskId"]: row for row in client.all_tasks()}
    assert 0 < len(changed) < len(before)


def test_months_before_are_served_when_asked_for_and_their_pending_dossiers_settle(
    new_client: Callable[..., Client],
) -> None:
    rows = new_client(months=2, dossiers=2_000).all_dossiers()
    august = [row for row in rows if row["receivedAt"] < SEPTEMBER[0].isoformat()]
    assert min(row["receivedAt"] for row in august) >= "2025-07-15"
    assert abs(sum(row["status"] != "cancelled" for row in rows) - 2_000) <= 1
    assert {row["status"] for row in august} == {"settled"}


# ---------- the gauges and the portal


def at(client: Client, moment: datetime) -> None:
    offset = (moment - datetime.now(LOCAL_TIME)).total_seconds()
    client.http.post("/clock", json={"offset_seconds": offset})


def test_rain_adds_up_from_19_hours_and_starts_again(client: Client) -> None:
    day = datetime(2025, 9, 14, 19, tzinfo=LOCAL_TIME)
    depths = []
    for hours in (0.25, 6, 20, 23.75):
        at(client, day + timedelta(hours=hours))
        depths.append({row["station"]["uuid"]: row["sumDepth"] for row in client.rain().json()})
    assert len(depths[0]) == 30
    for earlier, later in pairwise(depths):
        both = [(earlier[one], later[one]) for one in earlier if None not in (earlier[one], later[one])]
        assert all(first <= second for first, second in both)
    assert max(depth or 0 for depth in depths[-1].values()) > 16
    at(client, day + timedelta(hours=24.1))
    assert max(row["sumDepth"] or 0 for row in client.rain().json()) < 2


def test_a_gauge_has_a_commune_and_a_silent_one_says_null(client: Client, org_units: OrgUnits) -> None:
    silent = 0
    for hour in range(12):
        at(client, datetime(2025, 9, 14, hour, 30, tzinfo=LOCAL_TIME))
        for row in client.rain().json():
            assert set(row) == {"station", "sumDepth", "level", "color"}
            silent += row["sumDepth"] is None
            assert (row["level"] is None) == (row["sumDepth"] is None)
            unit = org_units.find(row["station"]["address"], on=SEPTEMBER[1], level="commune", province_code="14")
            assert row["station"]["address"] == f"{unit.full_name}, tỉnh Sơn La"
    assert 0 < silent < 60


@pytest.mark.parametrize(("level", "kind", "count"), [(0, "province", 34), (1, "agency", 12), (2, "commune", 75)])
def test_the_portal_gives_strings_whose_parts_make_the_total(
    client: Client, org_units: OrgUnits, level: int, kind: str, count: int
) -> None:
    body = client.index(level, p_thang=9).json()
    rows = body if level == 0 else body["data"]
    assert len(rows) == count
    totals = []
    for place, row in enumerate(rows, start=1):
        assert all(isinstance(value, str) for value in row.values())
        assert row["CAPDONVIID"] == str(level)
        assert row["ROW_STT"] == str(place)
        assert all(0 < float(row[part]) <= most for part, most in PARTS.items())
        assert float(row["TONG_SCORE"]) == pytest.approx(sum(float(row[part]) for part in PARTS), abs=0.031)
        org_units.find(row["TEN"], on=SEPTEMBER[1], level=kind, province_code="14")
        totals.append(float(row["TONG_SCORE"]))
    assert totals == sorted(totals, reverse=True)
    if level == 2:
        assert all(re.fullmatch("UBND (xã|phường) .+ - tỉnh Sơn La", row["TEN"]) for row in rows)


def test_the_portal_takes_one_part_of_the_year_and_knows_nothing_of_what_has_not_ended(client: Client) -> None:
    assert client.index(2, p_quy=3).json() != client.index(2, p_thang=9).json()
    assert client.index(2, p_quy=3, p_thang=9).status_code == 400
    assert client.index(2, p_thang=13).status_code == 400
    assert client.index(7).status_code == 400
    at(client, datetime(2025, 9, 30, 12, tzinfo=LOCAL_TIME))
    assert client.index(2, p_thang=9).json() == {"data": []}
    assert client.index(0, p_thang=9).json() == []
    assert client.index(2, p_thang=8).json()["data"]


# ---------- who may ask, and what is asked


def test_without_key_or_token_nothing_is_told(client: Client) -> None:
    assert client.http.get("/dossiers").status_code == 401
    assert client.http.get("/dossiers", headers={"x-api-key": "other"}).status_code == 401
    assert client.http.get("/tasks").status_code == 401
    assert client.http.get("/tasks", headers={"Authorization": "Bearer other"}).status_code == 401
    assert client.token("other").status_code == 401
    assert client.http.post("/oauth/token", data={"grant_type": "password"}).status_code == 400


def test_a_token_is_given_for_basic_credentials_too_and_ends(client: Client) -> None:
    form = {"grant_type": "client_credentials"}
    answer = client.http.post("/oauth/token", data=form, auth=("ioc", "sample")).json()
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert answer["expires_in"] > 0
    assert client.http.get("/tasks", headers=bearer).status_code == 200
    client.fault(Kind.EXPIRED_TOKEN, "/tasks")
    assert client.http.get("/tasks", headers=bearer).status_code == 401
    assert client.http.get("/tasks", headers=bearer).status_code == 401
    assert client.tasks().status_code == 200


def test_questions_that_make_no_sense_are_refused(client: Client) -> None:
    assert client.dossiers(0).status_code == 400
    assert client.dossiers(1, pageSize=1_000_000).status_code == 400
    assert client.dossiers(1, updatedSince="2025-09-14T08:00:00").status_code == 400
    assert client.tasks("not a cursor").status_code == 400
    assert client.http.post("/jsp/rest.jsp", data={"params": "{"}).status_code == 400
    assert client.http.post("/jsp/rest.jsp", data={"params": "[]"}).status_code == 400


def test_every_answer_says_that_it_is_sample_data_and_none_names_a_person(client: Client) -> None:
    for answer in (client.dossiers(), client.tasks(), client.rain(), client.index(2, p_thang=9), client.token()):
        assert answer.headers["X-Sample-Data"] == "true"
        assert not set(PERSONAL) & set(re.findall(r'"(\w+)":', answer.text))


@pytest.mark.parametrize("name", ["one_stop_dossiers", "task_tracking", "rain_gauges", "portal_766"])
def test_an_answer_has_the_fields_of_its_contract_and_no_other(client: Client, contracts: Contracts, name: str) -> None:
    api = contracts.ready[name].source.api
    assert api is not None
    rows: list[Row] = {
        "one_stop_dossiers": lambda: client.dossiers().json()["items"],
        "task_tracking": lambda: client.tasks().json()["data"],
        "rain_gauges": lambda: client.rain().json(),
        "portal_766": lambda: client.index(0, p_thang=9).json() + client.index(1, p_thang=9).json()["data"],
    }[name]()
    read = {
        column.field for table in contracts.ready[name].source.tables for column in table.columns if column.field
    } - {"$fetched_at"} | {field for table in contracts.ready[name].source.tables for field in table.where}
    for row in rows:
        nested = {f"station.{field}" for field in row.get("station", {})}
        assert (set(row) - {"station"}) | nested == read | set(api.ignored_fields)


def test_connections_are_named_as_the_contracts_name_them(contracts: Contracts) -> None:
    named = {contract.source.api.connection for contract in contracts.apis() if contract.source.api}
    variables = connections("http://127.0.0.1:1")
    assert set(variables) == {f"AIRFLOW_CONN_{name.upper()}" for name in named}
    assert {json.loads(text)["host"] for text in variables.values()} == {"http://127.0.0.1:1"}


# ---------- faults of the transport


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


# ---------- faults of paging


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


# ---------- faults beside the rows


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
    client.fault(Kind.TWO_UNITS, "/dossiers", times=2)
    for page in (1, 2):
        row = client.dossiers(page, pageSize=20).json()["items"][0]
        assert (row["communeName"] == "Phường Tô Hiệu") != (row["communeCode"] == "03646")
    client.fault(Kind.TWO_UNITS, "/tasks")
    assert client.tasks().json()["data"][0]["agencyName"].startswith("Sở ")


# ---------- lies in the rows

LIES = {
    ("/dossiers", Kind.STRING_IN_NUMBER): ("feeVnd", "mười hai"),
    ("/dossiers", Kind.NEGATIVE_COUNT): ("feeVnd", -1),
    ("/dossiers", Kind.UNKNOWN_UNIT): ("communeCode", "99999"),
    ("/dossiers", Kind.FUTURE_PERIOD): ("receivedAt", "2099-01-01T08:00:00+07:00"),
    ("/tasks", Kind.UNKNOWN_UNIT): ("agencyCode", "so-khong-co"),
    ("/tasks", Kind.FUTURE_PERIOD): ("assignedAt", "2099-01-01T08:00:00+07:00"),
    (RAIN, Kind.STRING_IN_NUMBER): ("sumDepth", "mười hai"),
    (RAIN, Kind.NEGATIVE_COUNT): ("sumDepth", -3.5),
    ("/jsp/rest.jsp", Kind.STRING_IN_NUMBER): ("TDGQ", "mười hai"),
    ("/jsp/rest.jsp", Kind.NEGATIVE_COUNT): ("TDGQ", "-1.00"),
    ("/jsp/rest.jsp", Kind.UNKNOWN_UNIT): ("TEN", "UBND xã Không Có - tỉnh Sơn La"),
}
DROPPED = {"/dossiers": "status", "/tasks": "dueAt", RAIN: "level", "/jsp/rest.jsp": "MDHL"}


def rows_of(client: Client, path: str) -> list[Row]:
    rows: list[Row] = {
        "/dossiers": lambda: client.dossiers(pageSize=20).json()["items"],
        "/tasks": lambda: client.tasks().json()["data"],
        RAIN: lambda: client.rain().json(),
        "/jsp/rest.jsp": lambda: client.index(2, p_thang=9).json()["data"],
    }[path]()
    return rows


@pytest.mark.parametrize(("path", "kind"), LIES)
def test_one_value_of_the_first_row_is_a_lie(client: Client, path: str, kind: Kind) -> None:
    at(client, datetime(2025, 10, 14, 12, tzinfo=LOCAL_TIME))
    truth = rows_of(client, path)
    client.fault(kind, path)
    field, value = LIES[path, kind]
    told = rows_of(client, path)
    assert told[0][field] == value
    assert told[1:] == truth[1:]
    assert rows_of(client, path)[0] == truth[0]


def test_a_gauge_stands_in_an_unknown_commune_once(client: Client) -> None:
    client.fault(Kind.UNKNOWN_UNIT, RAIN)
    assert client.rain().json()[0]["station"]["address"] == "Xã Không Có, tỉnh Sơn La"
    assert client.rain().json()[0]["station"]["address"] != "Xã Không Có, tỉnh Sơn La"


@pytest.mark.parametrize("path", DROPPED)
def test_fields_come_and_go(client: Client, path: str) -> None:
    expected = set(rows_of(client, path)[0])
    client.fault(Kind.UNKNOWN_FIELD, path)
    assert set(rows_of(client, path)[0]) - expected == {"internalNote"}
    client.fault(Kind.MISSING_FIELD, path)
    assert expected - set(rows_of(client, path)[0]) == {DROPPED[path]}
    client.fault(Kind.PERSONAL_FIELD, path)
    assert set(rows_of(client, path)[0]) - expected == set(PERSONAL)
    assert set(rows_of(client, path)[0]) == expected


def test_a_header_asks_for_a_fault_of_this_request_alone(client: Client) -> None:
    assert client.http.get("/dossiers", headers={**KEY, "X-Fault": "server_error"}).status_code == 500
    assert client.http.get("/dossiers", headers={**KEY, "X-Fault": "no_such"}).status_code == 400
    assert client.dossiers().status_code == 200


def test_faults_that_a_system_cannot_have_are_refused_and_waiting_ones_can_be_forgotten(client: Client) -> None:
    impossible = {"kind": "wrong_total", "path": RAIN}
    assert client.http.post("/faults", json=impossible).status_code == 400
    assert client.http.post("/faults", json={"kind": "no_such"}).status_code == 422
    client.fault(Kind.SERVER_ERROR, "/dossiers")
    assert [fault["kind"] for fault in client.http.get("/faults").json()] == ["server_error"]
    client.http.delete("/faults")
    assert client.dossiers().status_code == 200


def test_every_fault_is_shown_by_a_test_here() -> None:
    shown = set(re.findall(r"Kind\.([A-Z_]+)", Path(__file__).read_text("utf-8")))
    assert shown >= {kind.name for kind in Kind}
    told = {kind for _, kind in LIES}
    for path in DROPPED:
        assert {kind for lie_path, kind in LIES if lie_path == path} | {Kind.UNKNOWN_UNIT} >= told & kinds_of(path)


def test_the_documentation_names_every_fault() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    assert {kind for kind in Kind if f"`{kind}`" not in text} == set()


# ---------- at the terminal


def test_the_terminal_serves_prints_the_connections_and_stops_at_a_signal() -> None:
    serve = ("sample", "serve", "--today", "2025-09-15", "--months", "1", "--dossiers", "100", "--faults")
    command = [sys.executable, "-m", "ioc_pipeline.cli", *serve]
    with subprocess.Popen([*command, "server_error:1:/public"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline() for _ in range(5)]
            assert sum(line.startswith("export AIRFLOW_CONN_") for line in lines) == 4
            url = lines[4].split()[1]
            with httpx.Client(base_url=url, transport=httpx.HTTPTransport(retries=20)) as http:
                assert [http.get(RAIN).status_code for _ in range(2)] == [500, 200]
                assert http.get("/dossiers", headers=KEY).json()["total"] == 100
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)


@pytest.mark.parametrize(
    "arguments",
    [["--faults", "no_such"], ["--faults", "timeout:0"], ["--months", "0"], ["--dossiers", "-1"], ["--port", "70000"]],
)
def test_the_terminal_refuses_what_it_cannot_serve(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sample", "serve", *arguments]) == 1
    assert arguments[0] in capsys.readouterr().err
