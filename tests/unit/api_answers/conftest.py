"""A run over real HTTP, and what came of it."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from api_answers import Came, contract
from http_api import HttpApi, Reply, serving
from ioc_pipeline.domain.errors import FetchError, SourceError
from ioc_pipeline.domain.pages import Page
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import Run
from ioc_pipeline.parse.api.extract import parse_extract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import BadFormError
from ioc_pipeline.read.json_page import read_json
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from shipped import SEEDS


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.fixture(scope="module")
def server() -> Iterator[HttpApi]:
    with serving(lambda _asked: Reply([])) as api:
        yield api


@pytest.fixture
def run(server: HttpApi, org_units: OrgUnits) -> Callable[..., Came]:
    def came(answer: Any, paging: Mapping[str, Any], **api: Any) -> Came:
        server.answer = (
            answer if callable(answer) else lambda _asked: answer if isinstance(answer, Reply) else Reply(answer)
        )
        source = contract(paging, **api)
        assert source.api is not None
        pages = []
        try:
            with Client(Connection(server.host), source.api, sleep=lambda _seconds: None) as client:
                asking = Run(source, client, since="", today=date(2025, 9, 20))
                fetched = list(asking.pages())
            for number, place in enumerate(asking.counted, start=1):
                request = json.loads(fetched[place].request)
                pages.append(
                    Page(
                        number,
                        f"{number:04}.json",
                        datetime(2025, 9, 20, 1, tzinfo=UTC),
                        None,
                        None,
                        None if request["status"] == 204 else read_json(fetched[place].content),
                        request["status"],
                        request["list"],
                        request["links_on"],
                    )
                )
            envelope = Envelope("vp-ubnd", "14", "x/y", date(2025, 9, 20), org_units)
            parsed = parse_extract(pages, source, envelope)
        except FetchError as error:
            return Came("failed", str(error))
        except SourceError as error:
            told = " ".join(f"{one.code}:{one.column}:{one.cell}:{one.found}:{one.expected}" for one in error.problems)
            return Came("returned", told + ("" if isinstance(error, BadFormError) else " unread"))
        (records,) = parsed.records
        return Came("loaded", "", records.keys, [one.column for one in parsed.warnings], len(pages))

    return came
