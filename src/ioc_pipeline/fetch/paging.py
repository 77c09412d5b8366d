"""How a list of records goes on after one response, and what the headers of the response say of that."""

import re
from typing import Any

import httpx

from ioc_pipeline.reference.responses import as_count

_TOTALS = ("x-total-count", "x-total", "total-count")
_RANGE_TOTAL = re.compile(r"(?!bytes\b)[\w\-]*\s*(?:\d+-\d+|\*)/(\d+)", re.ASCII | re.IGNORECASE)  # RFC 9110, 14.4


def said_to_follow(headers: httpx.Headers, *, came: int) -> str:
    """What the headers of a list's last response say is still to come after so many records; "" if nothing.

    A contract says how its API ends a list; the usual headers need not be there, but they may not say otherwise.
    """
    for name in _TOTALS:
        if (total := as_count(headers.get(name, "").strip())) is not None and total > came:
            return f"its header {name} says {total} records, {came} came"
    in_range = _RANGE_TOTAL.fullmatch(headers.get("content-range", "").strip())
    if in_range and (total := as_count(in_range[1])) is not None and total > came:
        return f"its header content-range says {total} records, {came} came"
    if as_count(headers.get("x-next-page", "").strip()):
        return "its header x-next-page names another page"
    return ""


def sendable(cursor: Any) -> str | None:
    """A cursor as it is sent for the next page; None for what cannot be sent, half a sign say."""
    if isinstance(cursor, bool) or not isinstance(cursor, str | int):
        return None
    try:
        return str(cursor).encode().decode()
    except ValueError:  # a lone surrogate, or a number of thousands of digits
        return None
