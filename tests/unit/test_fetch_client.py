"""Asking one API over real HTTP: what is asked again, what is refused, and that a secret never leaves its host."""

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from http_api import Asked, HttpApi, Reply, serving
from ioc_pipeline.domain.errors import FetchError, UserError
from ioc_pipeline.fetch.client import ATTEMPTS, Client, Connection, Response, to_connection
from ioc_pipeline.reference.apis import Api

SECRET = "s3cr3t-of-the-province"
DATE = "Mon, 15 Sep 2025 02:00:00 GMT"


@pytest.fixture
def server() -> Iterator[HttpApi]:
    with serving(lambda _asked: Reply([])) as api:
        yield api


class Asking:
    """A client of the server, and how long it would have waited."""

    def __init__(self, server: HttpApi) -> None:
        self.server = server
        self.waited: list[float] = []

    def ask(self, *, parameters: dict[str, Any] | None = None, **contract: Any) -> Response:
        with self.client(**contract) as client:
            return client.ask(client.url, parameters or {})

    def client(self, **contract: Any) -> Client:
        given = {"rate_limit_per_minute": 1_000_000, **contract}
        api = Api.model_validate({"connection": "portal", "schedule": "@daily", "path": "/data", **given})
        return Client(Connection(self.server.host, "ioc", SECRET), api, sleep=self.waited.append)

    def failure(self, **contract: Any) -> str:
        with pytest.raises(FetchError) as raised:
            self.ask(**contract)
        text = f"{raised.value!r} {raised.value.__cause__!r}"
        assert SECRET not in text
        return str(raised.value)


@pytest.fixture
def asking(server: HttpApi) -> Asking:
    return Asking(server)


def test_an_answer_is_kept_byte_for_byte_and_read_as_json(asking: Asking) -> None:
    asking.server.replies(Reply(b'{"a":  1.50, "b": "\\u00e2"}\n', headers={"Date": DATE}))
    answer = asking.ask()
    assert answer.content == b'{"a":  1.50, "b": "\\u00e2"}\n'
    assert answer.data == {"a": 1.5, "b": "â"}
    assert answer.server_time is not None
    assert answer.server_time.isoformat() == "2025-09-15T02:00:00+00:00"


def test_parameters_go_into_the_query_beside_those_of_the_path(asking: Asking) -> None:
    asking.ask(path="/data?kind=a", parameters={"since": "2025-09-15T09:00:00+07:00", "page": 2})
    (asked,) = asking.server.asked
    assert asked.query == {"kind": "a", "since": "2025-09-15T09:00:00+07:00", "page": "2"}


def test_parameters_of_a_form_are_packed_as_json_into_its_one_field(asking: Asking) -> None:
    asking.ask(method="POST", body="form", form_json="params", parameters={"p_nam": 2025, "type": "ref"})
    asking.ask(method="POST", body="form", parameters={"p_nam": 2025, "params": {"type": "ref"}})
    packed, plain = asking.server.asked
    assert (packed.method, packed.query) == ("POST", {})
    assert json.loads(packed.form.pop("params")) == {"p_nam": 2025, "type": "ref"}
    assert packed.form == {}
    assert plain.form == {"p_nam": "2025", "params": '{"type": "ref"}'}


def test_an_api_key_goes_into_its_header_and_nowhere_else(asking: Asking) -> None:
    asking.ask(authentication={"kind": "api_key", "header": "x-key"})
    (asked,) = asking.server.asked
    assert asked.headers["x-key"] == SECRET
    assert [name for name, value in asked.headers.items() if SECRET in value] == ["x-key"]
    assert SECRET not in repr(asking.client()._connection)


# ---------- stumbles


def test_429_waits_as_long_as_it_is_told(asking: Asking) -> None:
    busy = Reply(status=429, headers={"Retry-After": "7"})
    until = Reply(status=429, headers={"Retry-After": "Mon, 15 Sep 2025 02:00:30 GMT", "Date": DATE})
    asking.server.replies(busy, until, Reply([1]))
    assert asking.ask().data == [1]
    assert asking.waited == [7, 30]


def test_a_wait_longer_than_we_stay_is_left_to_the_next_run(asking: Asking) -> None:
    asking.server.replies(Reply(status=429, headers={"Retry-After": "3600"}))
    assert "3600 s" in asking.failure()
    assert len(asking.server.asked) == 1


@pytest.mark.parametrize(
    "stumble",
    [
        Reply(status=500),
        Reply(status=503, headers={"Retry-After": "in a while"}),
        Reply(b'[{"a": 1}, {"a"'),
        Reply(b""),
        Reply(b"<html>login</html>"),
        Reply(b"[" * 100_000),
        Reply(b'"\xff\xfe\xfd'),
        Reply(b"[1]", length=10),
        Reply(b"[1]", headers={"Content-Encoding": "gzip"}),
    ],
    ids=["500", "503", "cut JSON", "nothing", "HTML", "deep", "no text", "cut connection", "not gzip"],
)
def test_what_stumbles_is_asked_again_more_and_more_slowly(asking: Asking, stumble: Reply) -> None:
    asking.server.replies(stumble, stumble, Reply([1]))
    assert asking.ask().data == [1]
    assert len(asking.waited) == 2
    assert 0.5 <= asking.waited[0] <= asking.waited[1]


def test_what_stumbles_each_time_is_given_up(asking: Asking) -> None:
    asking.server.replies(Reply(status=502))
    assert asking.failure() == f"GET /data: 502; asked {ATTEMPTS} times"
    assert len(asking.server.asked) == ATTEMPTS


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(asking: Asking) -> None:
    never = threading.Event()
    asking.server.replies(Reply([0], after=never), Reply([1]))
    assert asking.ask(timeout_seconds=0.2).data == [1]
    never.set()


def test_a_server_that_is_not_there_is_a_failure_of_ours(asking: Asking) -> None:
    asking.server.port = 9  # discard: nobody listens
    assert f"asked {ATTEMPTS} times" in asking.failure()


# ---------- refusals


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 304, 201, 202, 204, 206])
def test_what_is_refused_is_not_asked_again(asking: Asking, status: int) -> None:
    asking.server.replies(Reply(b"", status=status))
    assert str(status) in asking.failure()
    assert len(asking.server.asked) == 1


def test_a_status_that_says_nothing_is_an_answer_where_the_contract_says_so(asking: Asking) -> None:
    asking.server.replies(Reply(b"", status=204))
    assert "`nothing` does not list no_content" in asking.failure()
    answer = asking.ask(nothing=["no_content"])
    assert (answer.status, answer.content, answer.data) == (204, b"", None)


def test_a_page_to_log_in_is_told_as_one(asking: Asking) -> None:
    asking.server.replies(Reply(b"\n<!DOCTYPE html><html>", headers={"Content-Type": "text/html"}))
    assert "a page for people, to log in perhaps" in asking.failure()


def test_an_answer_larger_than_its_limit_is_not_read_to_its_end(asking: Asking) -> None:
    asking.server.replies(Reply(b" " * (1024 * 1024) + b"[]"))
    assert "max_response_mb: 1" in asking.failure(max_response_mb=1)
    assert asking.ask(max_response_mb=2).data == []
    assert len(asking.server.asked) == 2


def test_the_limit_holds_for_what_is_unpacked(asking: Asking) -> None:
    packed = gzip.compress(b" " * (20 * 1024 * 1024) + b"[]")
    assert len(packed) < 1024 * 1024
    asking.server.replies(Reply(packed, headers={"Content-Encoding": "gzip"}))
    assert "max_response_mb: 1" in asking.failure(max_response_mb=1)


def test_another_host_is_never_asked(asking: Asking) -> None:
    with serving(lambda _asked: Reply(["false"])) as other:
        for target in (f"{other.host}/data", f"http://localhost:{asking.server.port}/data", "https://127.0.0.1/data"):
            asking.server.replies(Reply(status=302, headers={"Location": target}))
            assert "another host" in asking.failure(authentication={"kind": "api_key"})
        assert other.asked == []


def test_a_redirect_within_the_host_is_followed_three_times(asking: Asking) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/data/":
            return Reply([1])
        return Reply(status=301, headers={"Location": "/data/"} if asked.path == "/data" else {"Location": "/round"})

    asking.server.answer = answer
    assert asking.ask(authentication={"kind": "api_key"}).data == [1]
    assert [asked.headers["x-api-key"] for asked in asking.server.asked] == [SECRET, SECRET]
    assert "more than 3 times" in asking.failure(path="/round")


def test_what_was_posted_is_not_sent_on_as_something_else(asking: Asking) -> None:
    asking.server.replies(Reply(status=302, headers={"Location": "/other"}))
    assert "redirects what was posted" in asking.failure(method="POST", body="form")
    asking.server.replies(Reply(status=307, headers={"Location": "/other"}), Reply([1]))
    assert asking.ask(method="POST", body="form", parameters={"a": 1}).data == [1]
    assert asking.server.asked[-1].form == {"a": "1"}


def test_requests_keep_the_contracts_distance(asking: Asking) -> None:
    with asking.client(rate_limit_per_minute=1) as client:
        for _ in range(3):
            client.ask(client.url, {})
    first, second = asking.waited
    assert 30 < first <= 60
    assert 90 < second <= 120, "as nobody really waited, the distance to the third is that of two"


# ---------- OAuth2


OAUTH = {"kind": "oauth2", "token_path": "/oauth/token"}


def token_server(server: HttpApi, accepts: Callable[[str], bool], **token: Any) -> list[str]:
    """Give numbered tokens; answer with the token that was used."""
    given: list[str] = []

    def answer(asked: Asked) -> Reply:
        if asked.path == "/oauth/token":
            given.append(f"token-{len(given) + 1}")
            return Reply({"access_token": given[-1], "token_type": "Bearer", **token})
        used = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return Reply([used]) if accepts(used) else Reply(status=401)

    server.answer = answer
    return given


def test_a_token_is_fetched_once_for_a_run(asking: Asking) -> None:
    given = token_server(asking.server, lambda _token: True, expires_in=3600)
    with asking.client(authentication=OAUTH) as client:
        assert [client.ask(client.url, {}).data for _ in range(3)] == [["token-1"]] * 3
    assert given == ["token-1"]
    login = asking.server.asked[0]
    assert (login.method, login.form) == ("POST", {"grant_type": "client_credentials"})
    assert base64.b64decode(login.headers["authorization"].removeprefix("Basic ")).decode() == f"ioc:{SECRET}"


def test_a_token_that_is_no_longer_accepted_is_renewed_at_once(asking: Asking) -> None:
    accepted = {"token-1"}
    token_server(asking.server, lambda token: token in accepted)
    with asking.client(authentication=OAUTH) as client:
        assert client.ask(client.url, {}).data == ["token-1"]
        accepted.clear()
        accepted.add("token-2")
        assert client.ask(client.url, {}).data == ["token-2"]
    assert asking.waited == []


def test_a_token_about_to_expire_is_renewed_before_it_is_used(asking: Asking) -> None:
    given = token_server(asking.server, lambda _token: True, expires_in=1)
    with asking.client(authentication=OAUTH) as client:
        client.ask(client.url, {})
        client.ask(client.url, {})
    assert given == ["token-1", "token-2"]
    assert all(asked.headers.get("authorization") != "Bearer token-1" for asked in asking.server.asked[2:])


def test_a_login_that_is_not_accepted_is_told_without_the_password(asking: Asking) -> None:
    token_server(asking.server, lambda _token: False)
    assert "401: login or password is not accepted" in asking.failure(authentication=OAUTH)
    asking.server.replies(Reply(status=401))
    assert "401: login or password is not accepted" in asking.failure(authentication=OAUTH)


@pytest.mark.parametrize(
    "answer", [[], {}, {"access_token": ""}, {"access_token": 5}, {"access_token": "a\r\nb"}, {"access_token": "ộ"}]
)
def test_an_answer_without_a_token_is_a_failure(asking: Asking, answer: Any) -> None:
    asking.server.replies(Reply(answer))
    assert "holds no token" in asking.failure(authentication=OAUTH)


def test_a_token_may_say_that_it_lasts_for_ever(asking: Asking) -> None:
    token_server(asking.server, lambda _token: True, expires_in=10**400)
    assert asking.ask(authentication=OAUTH).data == ["token-1"]


# ---------- connections


@pytest.mark.parametrize(
    ("given", "base_url"),
    [
        ({"host": "https://api.example.gov.vn/v1/"}, "https://api.example.gov.vn/v1"),
        ({"host": "api.example.gov.vn"}, "https://api.example.gov.vn"),
        ({"host": "api.example.gov.vn", "schema": "http", "port": 8080}, "http://api.example.gov.vn:8080"),
        ({"host": "http://127.0.0.1:8010", "port": None, "extra": "{}"}, "http://127.0.0.1:8010"),
    ],
)
def test_a_connection_is_what_airflow_holds(given: dict[str, Any], base_url: str) -> None:
    connection = to_connection("portal", {**given, "login": "ioc", "password": f"{SECRET}\n"})
    assert connection == Connection(base_url, "ioc", SECRET)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "ftp://api.example.gov.vn"},
        {"host": f"https://ioc:{SECRET}@api.example.gov.vn"},
        {"host": "https://api.example.gov.vn?key=1"},
        {"host": "https://api.example.gov.vn:port"},
        {"host": "https://api.example.gov.vn", "port": "port"},
        {"host": "https://api.example.gov.vn", "password": f"{SECRET}\r\nx-admin: 1"},
    ],
)
def test_a_connection_that_cannot_be_used_is_told_without_its_secret(given: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="connection portal") as raised:
        to_connection("portal", given)
    assert SECRET not in str(raised.value)
