"""A person who is logged in to the Airflow that runs, in a real Chromium."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from e2e.running_airflow import Installation


@pytest.fixture(scope="session")
def address(running_airflow: Installation) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", running_airflow.said())
    assert found is not None
    return found[0]


@pytest.fixture(scope="session")
def password(running_airflow: Installation) -> str:
    return str(json.loads((running_airflow.home / "airflow" / "passwords.json").read_text("utf-8"))["ioc"])


@pytest.fixture(scope="session")
def token(address: str, password: str) -> str:
    answer = httpx.post(f"{address}/auth/token", json={"username": "ioc", "password": password})
    return str(answer.json()["access_token"])


@pytest.fixture(scope="module")
def logged_in(browser: Browser, address: str, token: str) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="vi-VN", color_scheme="dark")
    context.add_cookies([{"name": "_token", "value": token, "url": address}])
    yield context
    context.close()


@pytest.fixture
def page(logged_in: BrowserContext) -> Iterator[Page]:
    opened = logged_in.new_page()
    opened.set_viewport_size({"width": 1920, "height": 1080})
    yield opened
    opened.close()
