"""Identifiers of persons in the fields of an API: read, unknown and ignored ones alike."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.pages import Json, Number, Page, pointer
from ioc_pipeline.parse.api.gathered import Gathered, Told
from ioc_pipeline.parse.personal import is_personal_field, kinds_in_column


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
    words = name.replace(".", " ").replace("_", " ")
    found = kinds_in_column(words, [(row, _plain(value)) for row, value in values])
    if by_name and is_personal_field(name):
        filled = next((row for row, value in values if value not in (None, "", [], {})), None)
        if filled is not None and not found:
            found = {"thông tin của cá nhân": filled}
    for kind, row in found.items():
        page, array, position = where(row)
        told.personal.setdefault(
            (name, kind),
            Problem(
                "personal-data",
                array,
                f"{array}/{position}{pointer(*name.split('.'))}",
                name[:200],
                expected=f"trường không có {kind}",
                fix="Bỏ trường này khỏi câu trả lời của API; chỉ gửi dữ liệu không gắn với cá nhân",
                page=page.name,
            ),
        )


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
