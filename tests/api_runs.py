"""One run of an API over real HTTP, for the tests of what it asks for."""

import json
from datetime import UTC, date, datetime
from typing import Any

from http_api import Asked, HttpApi, Reply
from ioc_pipeline.domain.deliveries import Extract
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import FetchedPage, Run
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import Column, Table

TODAY = date(2025, 9, 20)


NINE = datetime(2025, 9, 15, 9, 0, tzinfo=UTC)


BY_NUMBER = {"kind": "page_number", "parameter": "page", "size_parameter": "size", "size": 2, "total_field": "total"}


UNTIL_SHORT = {name: value for name, value in BY_NUMBER.items() if name != "total_field"} | {"end": "short_page"}


BY_CURSOR = {"kind": "cursor", "parameter": "cursor", "field": "meta.next"}


LINKS = {"kind": "link", "end": "absent"}


CHANGED = {"field": "updatedAt", "parameter": "updatedSince", "overlap_minutes": 10}


def source(*, clock: str = "management", period_type: str = "month", **api: Any) -> Source:
    """A contract as far as a run reads it."""
    given = {"connection": "one_stop", "schedule": "@daily", "path": "/data", "rate_limit_per_minute": 1_000_000}
    return Source.model_construct(
        name="one_stop",
        department="vp-ubnd",
        period_type=period_type,
        clock=clock,
        reporting_since=date(2024, 12, 15),
        api=Api.model_validate({**given, "records": ["items", ""], **api}),
        tables=[
            Table.model_construct(
                name="dossiers", record_key=["id"], columns=[Column.model_construct(name="id", field="id")]
            )
        ],
    )


def fetch(server: HttpApi, contract: Source, *, since: str = "", today: date = TODAY) -> tuple[list[FetchedPage], Run]:
    assert contract.api is not None
    with Client(Connection(server.host), contract.api, sleep=lambda _seconds: None) as client:
        run = Run(contract, client, since=since, today=today)
        return list(run.pages()), run


def ids(pages: list[FetchedPage]) -> list[list[int]]:
    bodies = [json.loads(page.content) for page in pages]
    return [[one["id"] for one in (body["items"] if isinstance(body, dict) else body)] for body in bodies]


def records(*numbers: int) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


def numbered(server: HttpApi, *pages: list[int], total: int | str | None = None) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.query["page"]) - 1
        return Reply({"total": total, "items": records(*(pages[number] if number < len(pages) else []))})

    server.answer = answer


def changed(*times: str) -> dict[str, Any]:
    return {"items": [{"id": number, "updatedAt": time} for number, time in enumerate(times)]}


def extract(since: str, watermark: str) -> Extract:
    times = [f"2025-09-15T0{hour}:00:00+07:00" if hour else "" for hour in (since, watermark)]
    return Extract("one_stop", "run", NINE, NINE, (), since=times[0], watermark=times[1])


def restless(server: HttpApi) -> None:
    """A list whose one record is another in each round."""

    def answer(asked: Asked) -> Reply:
        newest = [{"id": len(server.asked), "updatedAt": "2025-09-15T09:00:00Z"}]
        return Reply({"total": 2, "items": newest if asked.query["page"] == "1" else []})

    server.answer = answer
