"""An API that answers what a test gives it."""

from collections.abc import Iterator

import pytest

from http_api import HttpApi, Reply, serving


@pytest.fixture
def server() -> Iterator[HttpApi]:
    with serving(lambda _asked: Reply([])) as api:
        yield api
