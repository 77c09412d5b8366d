"""One answer: rows of one version as JSON or CSV, or nothing new when the asker has this version already."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from ioc_pipeline.serve import csv_file
from ioc_pipeline.serve.csv_file import write_csv
from ioc_pipeline.serve.publication import Publication
from ioc_pipeline.serve.result import Result
from ioc_pipeline.web.api.questions import Asked

_WRITTEN_BY = [Path(__file__).parent, Path(csv_file.__file__).parent]
CODE = hashlib.sha256(b"".join(path.read_bytes() for room in _WRITTEN_BY for path in sorted(room.glob("*.py"))))
"""Of what writes the answers: another release may write the same version in another way."""


def answer(request: Request, asked: Asked, shown: Publication, found: Result, row_count: int) -> Response:
    """`next` leads to the rest of the same version, whatever is published meanwhile."""
    following = _next(request, asked, shown.version, len(found.rows), row_count)
    headers = {"etag": etag(asked, shown.version), "cache-control": "private, no-cache"}
    if following:
        headers["link"] = f'<{following}>; rel="next"'
    if asked.format == "csv":
        text = StringIO()
        write_csv(text, found.header, [[_as_text(value) for value in row] for row in found.rows])
        headers["x-total-count"] = str(row_count)
        return Response(text.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")
    return Response(
        json.dumps(
            {
                "version": shown.version,
                "published_at": plain(shown.published_at),
                "as_of": plain(shown.as_of),
                "is_sample": shown.is_sample,
                "row_count": row_count,
                "next": following,
                "rows": _objects(found.header, found.rows),
            },
            ensure_ascii=False,
        ),
        headers=headers,
        media_type="application/json",
    )


def etag(asked: Asked, version: str) -> str:
    """A version never changes, so that under one address its number and our code say what the answer is."""
    return f'"{version}.{asked.format}.{CODE.hexdigest()[:12]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the asker names this answer in If-None-Match (RFC 9110, 13.1.2; a weak comparison)."""
    named = request.headers.get("if-none-match", "")
    return named.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in named.split(",")}


def plain(value: Any) -> Any:
    """As JSON has it: exact decimals as text, days as 2025-09-14, moments with their zone (ours are UTC)."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _as_text(value: Any) -> Any:
    """As `plain`, but a decimal stays one: CSV has no types, and `write_csv` writes it out."""
    return value if isinstance(value, Decimal) else plain(value)


def _objects(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [{name: plain(value) for name, value in zip(header, row, strict=True)} for row in rows]


def _next(request: Request, asked: Asked, version: str, given: int, row_count: int) -> str | None:
    reached = asked.offset + given
    if not given or reached >= row_count:
        return None
    query = {**request.query_params, "as_of_version": version, "offset": reached}
    return f"{request.url.path}?{urlencode(query)}"
