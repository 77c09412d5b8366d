"""Every route of the site and what is Airflow's own, asked by an account of each role under Airflow's FAB manager."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import jwt
import pytest

from desk_site import settings_of
from e2e.fab_airflow import Server, serving
from empty_marts import put_empty_marts
from ioc_pipeline.flows.inbox_folders import make_inbox
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.settings import Settings
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app
from site_routes import routes_of

ACCOUNTS = {"leader": "IOC Viewer", "an": "IOC Clerk", "quan": "IOC Operator", "admin": "Admin", "guest": "Viewer"}
"""`an` sends for so-khcn, `quan` and `admin` for everybody; "" in the tests is who did not log in."""
OF_THE_DESK = ("/desk", "/check", "/send")
OF_BOTH = "/static"
FILLED = {"department_code": "so-khcn", "delivery_seq": "1", "source_name": "telecom_coverage"}
FILLED |= {"period_type": "month", "start": "2025-08-15", "end": "2025-09-14", "period_end": "2025-12-14"}


AIRFLOWS_OWN = {
    ("GET", "/api/v2/dags"): {"quan", "admin", "guest"},
    ("GET", "/api/v2/connections"): {"quan", "admin"},
    ("GET", "/api/v2/variables"): {"quan", "admin"},
    ("POST", "/api/v2/dags/build_marts/dagRuns"): {"quan", "admin"},
    ("GET", "/auth/fab/v1/users"): {"admin"},
    ("GET", "/auth/fab/v1/roles"): {"admin"},
}
"""Who may do it, as docs/van-hanh.md promises of the roles of ours; `guest` has a role of Airflow's."""


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Published marts with nothing in them, and departments' folders."""
    settings = settings_of(tmp_path_factory.mktemp("ioc"))
    with settings.senders.open("a", encoding="utf-8") as senders:
        senders.write("admin,*\n")
    put_empty_marts(settings)
    publish(settings, published_at=datetime(2025, 10, 20, tzinfo=UTC))
    make_inbox(settings)
    return settings


@pytest.fixture(scope="module")
def server(given: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(given, ACCOUNTS, tmp_path_factory.mktemp("airflow")) as running:
        yield running


def routes(given: Settings, submission_id: str) -> list[tuple[str, str]]:
    """Every route with each method; what stands in braces is filled in with something."""
    app = create_app(given, lambda: Viewer("", looks=True, sends=True), str)
    filled = {**FILLED, "submission_id": submission_id}
    return [
        (method, re.sub(r"{(\w+)(:path)?}", lambda named: filled.get(named[1], "site.css"), path))
        for method, path in routes_of(app.routes)
    ]


def ask(client: httpx.Client, method: str, path: str) -> httpx.Response:
    files = {"file": ("a.xlsx", b"PK")} if method == "POST" else None
    data = {"department": "so-khcn"} if method == "POST" else None
    headers = {"origin": str(client.base_url).rstrip("/")}
    return client.request(method, f"/ioc{path}", headers=headers, files=files, data=data)


def test_every_route_is_for_the_roles_that_may_see_it_and_for_nobody_else(given: Settings, server: Server) -> None:
    with server.browser("an") as clerk:
        sent = ask(clerk, "POST", "/send")
        assert sent.status_code == 303, sent.text
    walked = routes(given, sent.headers["location"].rpartition("/")[2])
    assert len(walked) > 25
    for name in ("", *ACCOUNTS):
        with server.browser(name) as client:
            for method, path in walked:
                status = ask(client, method, path).status_code
                if not name:
                    assert (method, path, status) == (method, path, 401)
                elif name in who_may(path):
                    assert status not in (401, 403, 500), (name, method, path)
                else:
                    assert (name, method, path, status) == (name, method, path, 403)


def who_may(path: str) -> set[str]:
    """Of our pages: leaders see the province's, clerks their desk, operators and the administrator both."""
    if path.startswith(OF_BOTH):
        return {"leader", "an", "quan", "admin"}
    return {"an", "quan", "admin"} if path.startswith(OF_THE_DESK) else {"leader", "quan", "admin"}


def test_each_role_sees_its_pages_and_a_clerk_no_other_departments(server: Server) -> None:
    with server.browser("leader") as leader, server.browser("an") as clerk:
        assert leader.get("/ioc/deliveries").status_code == leader.get("/ioc/api/v1/values").status_code == 200
        assert clerk.get("/ioc/desk/so-khcn").status_code == clerk.get("/ioc/send").status_code == 200
        assert clerk.get("/ioc/desk/thue-tinh").status_code == 403


def test_what_is_airflows_own_is_for_operators_and_accounts_for_the_administrator(server: Server) -> None:
    for name in ("", *ACCOUNTS):
        with server.browser(name) as client:
            for (method, path), may in AIRFLOWS_OWN.items():
                body = {"logical_date": None} if method == "POST" else None
                status = client.request(method, path, json=body).status_code
                expected = {401} if not name else {403}
                assert (status in expected) == (name not in may), (name, method, path, status)


def test_a_wrong_password_and_a_forged_login_open_nothing(server: Server) -> None:
    assert server.login("leader", "wrong").status_code == 401
    good = server.login("leader", server.password).json()["access_token"]
    claims = jwt.decode(good, options={"verify_signature": False})
    forged = jwt.encode(claims, "x" * 64, algorithm=jwt.get_unverified_header(good)["alg"])
    for token in (forged, good[:-2]):
        answer = httpx.get(f"{server.address}/ioc/", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code in (401, 403)
    assert claims["exp"] - claims["iat"] == 8 * 3600
