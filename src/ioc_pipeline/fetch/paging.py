"""How a list of records goes on after one response."""

from typing import Any

from ioc_pipeline.reference.apis import Paging
from ioc_pipeline.reference.responses import value_at


def next_cursor(data: Any, paging: Paging) -> str | None:
    """What to send for the next page, "" if this was the last; None for what cannot be sent, half a sign say."""
    cursor = value_at(data, paging.field or "")
    if cursor is None:
        return ""
    if isinstance(cursor, bool) or not isinstance(cursor, str | int):
        return None
    try:
        return str(cursor).encode().decode()
    except ValueError:  # a lone surrogate, or a number of thousands of digits
        return None


def is_last(paging: Paging, *, on_page: int, so_far: int, total: int | None) -> bool:
    """Whether a page by number is the last: it is empty, or not full while the declared total is reached.

    A server may give fewer records a page than it was asked for; only its total tells that there are more.
    """
    if on_page == 0:
        return True
    return on_page < (paging.size or 0) and (total is None or so_far >= total)
