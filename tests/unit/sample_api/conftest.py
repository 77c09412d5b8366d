"""The sample APIs over real HTTP, small and whole."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.api.server import make_app, serving
from ioc_pipeline.sample.api.world import World
from sample_api_client import Client
from shipped import EXPECTATIONS, PROFILE, SEEDS, SOURCES


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return read_contracts(SOURCES, EXPECTATIONS, SEEDS)


@pytest.fixture(scope="module")
def new_client(org_units: OrgUnits) -> Iterator[Callable[..., Any]]:
    clients: list[tuple[Client, Any]] = []

    def make(**given: Any) -> Client:
        app = make_app(World(org_units, PROFILE, **given))
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
