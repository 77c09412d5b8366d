"""What an answer says about the next one: where its records are, how many there should be, how it goes on."""

from collections.abc import Sequence
from typing import Any

from ioc_pipeline.reference.apis import Paging

_LONGEST_COUNT = 19  # digits; Python itself refuses to read a number of 5,000


def value_at(data: Any, path: str) -> Any:
    """The value at names joined by dots ("meta.total"), "" for the whole; None where there is none."""
    for name in path.split(".") if path else []:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def records_of(data: Any, places: Sequence[str]) -> list[Any]:
    """The array of records at the first place that has one. None anywhere is the parser's to judge: no records here."""
    return next((found for place in places if isinstance(found := value_at(data, place), list)), [])


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


def declared_total(data: Any, paging: Paging) -> int | None:
    """How many records the answer says there are in all; None if it does not say, or nothing that can be a number."""
    total = value_at(data, paging.total_field) if paging.total_field else None
    if isinstance(total, str) and total.isascii() and total.isdigit() and len(total) < _LONGEST_COUNT:
        return int(total)
    return total if isinstance(total, int) and not isinstance(total, bool) else None


def is_last(paging: Paging, *, on_page: int, so_far: int, total: int | None) -> bool:
    """Whether a page by number is the last: it is empty, or not full while the declared total is reached.

    A server may give fewer records a page than it was asked for; only its total tells that there are more.
    """
    if on_page == 0:
        return True
    return on_page < (paging.size or 0) and (total is None or so_far >= total)
