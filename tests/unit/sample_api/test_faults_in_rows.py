"""Faults in what a sample system says, and that each is shown by a test."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.sample.api.faults import PERSONAL, Kind, kinds_of
from sample_api_client import KEY, RAIN, REPOSITORY, Client, at, rows_of

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
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    shown = set(re.findall(r"Kind\.([A-Z_]+)", tests))
    assert shown >= {kind.name for kind in Kind}
    told = {kind for _, kind in LIES}
    for path in DROPPED:
        assert {kind for lie_path, kind in LIES if lie_path == path} | {Kind.UNKNOWN_UNIT} >= told & kinds_of(path)


def test_the_documentation_names_every_fault() -> None:
    text = (REPOSITORY / "docs" / "operations.md").read_text("utf-8")
    assert {kind for kind in Kind if f"`{kind}`" not in text} == set()
