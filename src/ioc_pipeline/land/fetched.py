"""What an API gave, in landing: each page as it came, and the list of pages that make a complete run."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from ioc_pipeline.domain.deliveries import Delivery, Extract
from ioc_pipeline.land.own_json import as_json
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.arrivals import Own


@dataclass(frozen=True, slots=True)
class ApiRun:
    """Whose pages these are: the API's contract, its department, and the run that asked for them."""

    source_name: str
    department_code: str
    extract_id: str


def land_page(
    store: Store, run: ApiRun, content: bytes, *, number: int, request: str, received_at: datetime
) -> Delivery:
    """Land one page of an API as it came; when this returns, the bytes and their number are durable.

    `number` counts the pages of its extract from 1, `request` is the JSON of `Delivery.request`.
    """
    place = f"{run.source_name}/{run.extract_id}/{number:04}.json"
    own = Own(
        kind="page",
        department_code=run.department_code,
        file_name=place,
        sha256=store.keep(content),
        size_bytes=len(content),
        source_name=run.source_name,
        origin=f"page:{place}",
        extract_id=run.extract_id,
        request=request,
    )
    return store.record_own(own, at=received_at)


def land_extract(store: Store, extract: Extract, *, department_code: str) -> Delivery:
    """Land the list of pages of one complete run: only from here on do they count."""
    content = as_json(asdict(extract))
    place = f"{extract.source_name}/{extract.extract_id}"
    own = Own(
        kind="extract",
        department_code=department_code,
        file_name=place,
        sha256=store.keep(content),
        size_bytes=len(content),
        source_name=extract.source_name,
        origin=f"extract:{place}",
        extract_id=extract.extract_id,
    )
    return store.record_own(own, at=extract.ended_at)


def read_extract(store: Store, delivery: Delivery) -> Extract:
    """What the bytes of an extract say."""
    content = json.loads(store.read(delivery))
    return Extract(
        source_name=content["source_name"],
        extract_id=content["extract_id"],
        started_at=datetime.fromisoformat(content["started_at"]),
        ended_at=datetime.fromisoformat(content["ended_at"]),
        pages=tuple(content["pages"]),
        watermark=content["watermark"],
        since=content["since"],
    )
