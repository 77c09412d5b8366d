"""How we write what we put into landing ourselves."""

import json
from datetime import date


def as_json(content: object) -> bytes:
    """JSON, dates and times in ISO 8601; the same content gives the same bytes, so the same hash."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=_iso).encode()


def _iso(value: date) -> str:  # a datetime too
    return value.isoformat()
