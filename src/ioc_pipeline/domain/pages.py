"""An API's responses as they were read: JSON with every number as its text, before anybody gave it a meaning."""

from dataclasses import dataclass
from datetime import datetime

from ioc_pipeline.domain.periods import Period


class Number(str):
    """A JSON number as it was written: "12.60" stays "12.60", and no digit is lost in a double."""

    __slots__ = ()


Json = str | Number | bool | None | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Page:
    """One response of an extract. `name` is its file's, `delivery_seq` its own.

    `received_at` is our time of the response, `server_time` what the server's clock said; `period` is what was
    asked for, None where a request names none. `list_number` counts the lists of a run, and the rounds through each;
    None for what landed before they were counted. `links_on` is whether its header named a next page.
    """

    delivery_seq: int
    name: str
    received_at: datetime
    server_time: datetime | None
    period: Period | None
    content: Json
    status: int = 200
    list_number: int | None = None
    links_on: bool = False


def pointer(*names: str | int) -> str:
    """JSON pointer of nested names: ("data", 3, "a/b") → "/data/3/a~1b" (RFC 6901)."""
    return "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in names)
