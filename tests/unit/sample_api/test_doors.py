"""Keys, tokens, questions that make no sense, and what every answer says of itself; the command that serves."""

import json
import re
import signal
import subprocess
import sys

import httpx
import pytest

from ioc_pipeline.cli.main import main
from ioc_pipeline.reference.contracts import Contracts
from ioc_pipeline.sample.api.credentials import connections
from ioc_pipeline.sample.api.faults import PERSONAL, Kind
from sample_api_client import KEY, RAIN, Client, Row


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
