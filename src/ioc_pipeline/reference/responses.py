"""Where a contract says that a response has its records and their number: read alike by who pages and by who parses.

A response is the JSON value as `json` gives it, or with every number as its text (`domain.pages.Number`).
"""

from collections.abc import Sequence
from typing import Any

from ioc_pipeline.reference.apis import Paging

_LONGEST_TOTAL = 18  # digits: more records are not there, and Python refuses to read a number of 5,000


def value_at(response: Any, path: str) -> Any:
    """The value at names joined by dots ("meta.total"), "" for the whole; None where there is none."""
    for name in path.split(".") if path else []:
        response = response.get(name) if isinstance(response, dict) else None
    return response


def find_records(response: Any, places: Sequence[str]) -> tuple[str, list[Any] | None]:
    """The first of the contract's places that holds an array, and the array; "" and None if none does."""
    for place in places:
        if isinstance(found := value_at(response, place), list):
            return place, found
    return "", None


def declared_total(response: Any, paging: Paging) -> int | None:
    """How many records the response says there are in all; None if it does not say, or says what is no count.

    A count is digits and nothing else, as a JSON number or as a string: 2 and "2", but not 2.0, -1, 1e3 or true.
    """
    written = value_at(response, paging.total_field) if paging.total_field else None
    if isinstance(written, str):
        return int(written) if written.isascii() and written.isdigit() and len(written) <= _LONGEST_TOTAL else None
    is_count = isinstance(written, int) and not isinstance(written, bool) and 0 <= written < 10**_LONGEST_TOTAL
    return written if is_count else None
