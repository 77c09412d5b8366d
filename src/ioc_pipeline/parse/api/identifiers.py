"""Identifiers of persons in the fields of an API: read, unknown and ignored ones alike."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.identifiers import EMAIL, kinds_in, without_identifiers
from ioc_pipeline.domain.pages import Json, Number, Page, pointer
from ioc_pipeline.parse.api.gathered import Gathered, Told
from ioc_pipeline.parse.personal import is_personal_field, kinds_in_column

_MAIL = re.compile(r"e-?mail", re.IGNORECASE)
_OF_A_PERSON = "thông tin của cá nhân"


def find_personal(found: Gathered, told: Told) -> None:
    """Identifiers in the columns of the contract; equal values are looked at once."""
    for column in found.table.columns:
        if column.type in ("timestamp", "date"):
            continue  # what does not read as a time is returned anyway
        first: dict[Any, int] = {}
        for row, value in enumerate(found.fields[column.name]):
            if type(value) is str or type(value) is Number:
                first.setdefault((type(value), value), row)

        values = [(row, value) for (_, value), row in first.items()]
        tell_personal(str(column.field), values, found.where, told, by_name=False)


def tell_personal(
    name: str,
    values: Sequence[tuple[int, Json]],
    where: Callable[[int], tuple[Page, str, int]],
    told: Told,
    *,
    by_name: bool,
) -> None:
    found = kinds_in_column(_words(name), [(row, _plain(value)) for row, value in values])
    if by_name and is_personal_field(name):
        filled = next((row for row, value in values if value not in (None, "", [], {})), None)
        if filled is not None and not found:
            found = {_OF_A_PERSON: [filled]}
    for kind, rows in found.items():
        page, array, position = where(rows[0])
        _tell(name, kind, page, array, f"{array}/{position}{pointer(*name.split('.'))}", told)


def tell_personal_beside(name: str, value: Json, page: Page, told: Told) -> None:
    """Personal data in a field beside the records.

    By what it holds or by its name, but for an address of mail: that of the system's own help desk stands there.
    """
    found = set(kinds_in_column(_words(name), [(0, _plain(value))])) - {EMAIL}
    if is_personal_field(_MAIL.sub("", name)) and value not in (None, "", [], {}):
        found.add(_OF_A_PERSON)
    for kind in found:
        _tell(name, kind, page, "", pointer(*name.split(".")), told)


def tell_personal_within(value: Json, page: Page, cell: str, told: Told) -> None:
    """Identifiers anywhere in what should have been a record of the contract and is none."""
    for kind in kinds_in_column("", [(0, _plain(value))]):
        _tell("", kind, page, "", cell, told)


def tell_personal_names(names: Iterable[str], page: Page, cell: str, told: Told) -> None:
    """Identifiers that stand where names of fields should: what is keyed by persons. `cell` is what holds the field."""
    for name in names:
        for kind in kinds_in(name):
            _tell("", kind, page, "", without_identifiers(cell), told)


def _tell(name: str, kind: str, page: Page, array: str, cell: str, told: Told) -> None:
    told.personal.setdefault(
        (name, kind),
        Problem(
            "personal-data",
            array,
            cell,
            name[:200],
            expected=f"trường không có {kind}",
            fix="Bỏ trường này khỏi câu trả lời của API; chỉ gửi dữ liệu không gắn với cá nhân",
            page=page.name,
        ),
    )


def _words(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")


def _plain(value: Json) -> str | int | None:
    """As `kinds_in_column` takes it: texts of lists and objects in one, numbers that could be identifiers."""
    if isinstance(value, Number):
        return int(value) if value.isdecimal() and len(value) < 20 else None
    if isinstance(value, list | dict):
        return " ; ".join(_texts(value))
    return value if isinstance(value, str) else None


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield str(value)
