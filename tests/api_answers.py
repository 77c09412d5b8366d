"""An API over real HTTP that answers what a test gives it, and what came of its run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from http_api import Asked, Reply
from ioc_pipeline.reference.sources import Source

CITIZEN, PHONE = "014085001234", "0912345678"


NUMBERED = {"kind": "page_number", "parameter": "page", "size_parameter": "size", "size": 2}


BY_TOTAL = {**NUMBERED, "total_field": "total"}


BY_MORE = {**NUMBERED, "more_field": "hasMore"}


UNTIL_SHORT = {**NUMBERED, "end": "short_page"}


UNTIL_EMPTY = {**NUMBERED, "end": "empty_page"}


BY_CURSOR = {"kind": "cursor", "parameter": "cursor", "field": "next"}


NO_CURSOR = {**BY_CURSOR, "end": "absent"}


BY_LINK = {"kind": "link", "end": "absent"}


WHOLE: dict[str, Any] = {"kind": "none"}


@dataclass
class Came:
    """What a run came to: `failed` and why, `returned` with its codes and fields, or `loaded` with its records."""

    outcome: str
    told: str = ""
    keys: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    counted: int = 0


def contract(paging: Mapping[str, Any], **api: Any) -> Source:
    asked = {"connection": "a", "schedule": "@daily", "path": "/data", "rate_limit_per_minute": 1_000_000}
    return Source.model_validate(
        {
            "source": "things",
            "title": "Sự việc",
            "system": "02",
            "department": "vp-ubnd",
            "period_type": "month",
            "clock": "calendar",
            "due_working_days": 2,
            "reporting_since": "2025-07-01",
            "api": {**asked, "records": ["items"], "paging": {**paging}, **api},
            "tables": [
                {
                    "table": "things",
                    "record": "thing",
                    "replaces": "record",
                    "record_key": ["thing_id"],
                    "org_unit": "province",
                    "columns": [
                        {"name": "thing_id", "field": "id", "type": "code"},
                        {"name": "count", "field": "count", "type": "count"},
                    ],
                }
            ],
        }
    )


def things(*names: str) -> list[dict[str, Any]]:
    return [{"id": name, "count": 1} for name in names]


def page_of(asked: Asked) -> int:
    return int(asked.query["page"])


def paged(*pages: str, **own: Any) -> Callable[[Asked], Reply]:
    """Pages by number, each of the records that its letters name; `own` beside them, as functions of the page."""

    def answer(asked: Asked) -> Reply:
        number = page_of(asked)
        letters = pages[number - 1] if number <= len(pages) else ""
        beside = {name: value(number) if callable(value) else value for name, value in own.items()}
        return Reply({"items": things(*letters), **beside})

    return answer


def followed(*pages: Any) -> Callable[[Asked], Reply]:
    """Bodies by cursor: the first without one, then "1", "2" …; a Reply as it is."""

    def answer(asked: Asked) -> Reply:
        body = pages[int(asked.query.get("cursor") or "0")]
        return body if isinstance(body, Reply) else Reply(body)

    return answer
