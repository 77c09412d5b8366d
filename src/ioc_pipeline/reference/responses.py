"""What a response says of its list, where the contract says to look: read alike by who pages and by who parses.

A response is the JSON value as `json` gives it, or with every number as its text (`domain.pages.Number`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ioc_pipeline.reference.apis import Api, Paging

_LONGEST_TOTAL = 18  # digits: more records are not there, and Python refuses to read a number of 5,000
_NO_CONTENT = 204


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list. What a response does not say, or says in no way that can be read, is None.

    `records` are at the names `place` joined by dots; `is_cursor_there` tells a cursor that is null from none at all.
    """

    place: str
    records: list[Any] | None
    total: int | None
    more: bool | None
    cursor: Any
    is_cursor_there: bool
    links_on: bool


def read_list_page(response: Any, api: Api, *, status: int, links_on: bool) -> ListPage:
    """Read what a response says of its list; `links_on` is whether its header links to a next page (RFC 8288)."""
    paging = api.paging
    place, records = find_records(response, api.records)
    if records is None:
        place, records = _said_nothing(response, api, status)
    is_there, cursor = _look(response, paging.field) if paging.field else (False, None)
    return ListPage(
        place,
        records,
        total=declared_total(response, paging),
        more=_as_bool(value_at(response, paging.more_field)) if paging.more_field else None,
        cursor=cursor,
        is_cursor_there=is_there,
        links_on=links_on,
    )


def says_end(page: ListPage, paging: Paging, *, so_far: int) -> bool:
    """Whether a page says, in the way of its contract, that no page follows; `so_far` counts the different records.

    What a page does not say is no end: a field that is not there ends a list only if the contract says `absent`.
    """
    if page.records is None:
        return False
    match paging.ends_by:
        case "total":
            return page.total is not None and so_far >= page.total
        case "more_field":
            return page.more is False
        case "null":
            return page.is_cursor_there and page.cursor in (None, "")
        case "absent" if paging.kind == "cursor":
            return page.cursor in (None, "")
        case "absent":
            return not page.links_on
        case "short_page":
            return len(page.records) < (paging.size or 0)
        case "empty_page":
            return not page.records
    return True  # one response has everything


def value_at(response: Any, path: str) -> Any:
    """The value at names joined by dots ("meta.total"), "" for the whole; None where there is none."""
    return _look(response, path)[1]


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
    return as_count(value_at(response, paging.total_field)) if paging.total_field else None


def as_count(written: Any) -> int | None:
    """A count as `declared_total` reads it."""
    if isinstance(written, str):
        return int(written) if written.isascii() and written.isdigit() and len(written) <= _LONGEST_TOTAL else None
    is_count = isinstance(written, int) and not isinstance(written, bool) and 0 <= written < 10**_LONGEST_TOTAL
    return written if is_count else None


def _as_bool(written: Any) -> bool | None:
    """True or false, in JSON's own words or as a string of them."""
    if isinstance(written, str):
        return {"true": True, "false": False}.get(written.lower())
    return written if isinstance(written, bool) else None


def _look(response: Any, path: str) -> tuple[bool, Any]:
    """Whether there is anything at names joined by dots, and what."""
    for name in path.split(".") if path else []:
        if not isinstance(response, dict) or name not in response:
            return False, None
        response = response[name]
    return True, response


def _said_nothing(response: Any, api: Api, status: int) -> tuple[str, list[Any] | None]:
    """No records, where the contract takes what stands in their place for that."""
    if status == _NO_CONTENT:
        return "", [] if "no_content" in api.nothing else None
    if "null" in api.nothing:
        for place in api.records:
            if _look(response, place) == (True, None):
                return place, []
    return "", None
