"""Who may look: nobody comes past the dependency that Airflow's plugin hands in, whatever route is asked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

from ioc_pipeline.settings import from_environment
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app
from site_routes import routes_of


def refuse(status: int) -> Callable[[], Viewer]:
    def who() -> Viewer:
        raise HTTPException(status, "no")

    return who


def leader() -> Viewer:
    return Viewer("leader", looks=True, sends=False)


def site(home: Path, who: Callable[[], Viewer]) -> FastAPI:
    return create_app(from_environment({"IOC_HOME": str(home)}), who, lambda back: f"/login?next={back}")


def addresses(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route with each of its methods; what stands in braces is filled in."""
    for method, path in routes_of(app.routes):
        yield method, path.replace("{", "").replace("}", "")


@pytest.mark.parametrize("status", [401, 403])
def test_every_route_refuses_who_may_not_look(tmp_path: Path, status: int) -> None:
    app = site(tmp_path, refuse(status))
    client = TestClient(app)
    asked = list(addresses(app))
    assert {("GET", "/"), ("GET", "/api/v1/values")} <= set(asked)
    assert {(address, client.request(*address).status_code) for address in asked} == {(a, status) for a in asked}


def test_a_person_who_is_not_logged_in_is_led_to_the_login_and_back(tmp_path: Path) -> None:
    answer = TestClient(site(tmp_path, refuse(401))).get("/?unit=03646", headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert 'href="/login?next=/?unit=03646"' in answer.text


def test_every_answer_says_that_nothing_from_elsewhere_may_run(tmp_path: Path) -> None:
    for who in (refuse(401), leader):
        for path in ("/", "/static/site.css", "/nowhere"):
            headers = TestClient(site(tmp_path, who)).get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]


def test_before_the_first_publication_the_pages_say_so(tmp_path: Path) -> None:
    answer = TestClient(site(tmp_path, leader)).get("/")
    assert answer.status_code == 503
    assert "Chưa có số liệu" in answer.text


@pytest.mark.parametrize("path", ["/values/bad", "/values/a/month/yesterday/2025-09-14", "/cells/x?cell=A1", "/a/b/c"])
@pytest.mark.parametrize(("language", "words"), [("vi", "Về màn hình"), ("en", "To the wall")])
def test_an_address_that_cannot_be_read_gives_a_page_with_a_way_back(
    tmp_path: Path, path: str, language: str, words: str
) -> None:
    address = f"{path}{'&' if '?' in path else '?'}lang={language}"
    answer = TestClient(site(tmp_path, leader)).get(address, headers={"accept": "text/html"})
    assert answer.status_code in (404, 422)
    assert "Not Found" not in answer.text
    assert f'<a class="button" href="/?lang={language}">{words}</a>' in answer.text
