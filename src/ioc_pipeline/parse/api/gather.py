"""Records of a page → columns of its table; what is wrong with the fields themselves is told once each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.pages import Json, pointer
from ioc_pipeline.parse.api.gathered import Gathered, PageRecords, Record, Told, key_fields
from ioc_pipeline.parse.api.identifiers import tell_personal, tell_personal_names
from ioc_pipeline.parse.api.twins import twin_fields
from ioc_pipeline.parse.fields import Absent
from ioc_pipeline.parse.records import text_of
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.own_fields import is_ignored
from ioc_pipeline.reference.tables import FETCHED_AT


def gather(found: Gathered, given: PageRecords, api: Api, told: Told) -> None:
    """Add the records of one page; what is wrong with the fields themselves is told once each."""
    _check_shapes(given, api, found, told)
    kept = _without_repeated(given, told)
    records = kept.records
    index = len(found.pages)
    found.pages.append(kept.page)
    found.arrays.append(kept.array)
    _take_twins(found, records)
    found.positions += kept.positions
    found.page_of += [index] * len(records)
    for column in found.table.columns:
        name = str(column.field)
        values = found.fields[column.name]
        if name == FETCHED_AT:
            values += [kept.page.received_at] * len(records)
        else:
            values += [record.get(name, Absent.ABSENT) for record in records]


def _take_twins(found: Gathered, records: Sequence[Record]) -> None:
    names = dict.fromkeys(name for shape in {tuple(record) for record in records} for name in shape)
    before = len(found.positions)
    for name in twin_fields(found.unit_field, names):
        found.twins.setdefault(name, [Absent.ABSENT] * before)
    for name, values in found.twins.items():
        values += [record.get(name, Absent.ABSENT) for record in records]


def _check_shapes(given: PageRecords, api: Api, found: Gathered, told: Told) -> None:
    """Unknown fields, and fields about persons. Records of one shape are looked at once."""
    table, page, array = given.table, given.page, given.array
    read = {column.field: column for column in table.columns if column.field and not column.field.startswith("$")}
    known = {*read, *table.where}
    shapes: dict[tuple[str, ...], tuple[int, Record]] = {}
    for position, record in zip(given.positions, given.records, strict=True):
        shapes.setdefault(tuple(record), (position, record))
    others: dict[str, None] = {}
    for position, record in shapes.values():
        cell = f"{array}/{position}"
        tell_personal_names(record, page, cell, told)
        for name in record:
            if name in read:
                continue
            others[name] = None
            if name in known or any(str(each).startswith(f"{name}.") for each in read) or is_ignored(name, api):
                continue
            if ("unknown-field", name) not in told.fields:
                told.fields.add(("unknown-field", name))
                is_error = api.unknown_field == "returned"
                where = cell + pointer(*name.split("."))
                problem = Problem("unknown-field", array, where, name[:200], page=page.name)
                (told.problems if is_error else told.warnings).append(
                    problem if is_error else replace(problem, severity="warning")
                )
    for name in others:
        values = [(position, record.get(name)) for position, record in zip(given.positions, given.records, strict=True)]
        is_of_unit = bool(twin_fields(found.unit_field, [name]))  # commune.fullName is nobody's
        tell_personal(name, values, lambda position: (page, array, position), told, by_name=not is_of_unit)


def _without_repeated(given: PageRecords, told: Told) -> PageRecords:
    """One record per key: the same again in one page is no news, another content under one key is a contradiction."""
    names, positions, records = key_fields(given.table), given.positions, given.records
    if len(names) == 1:
        (name,) = names
        keys: list[Any] = [_hashable(record.get(name)) for record in records]
    else:
        keys = [tuple(_hashable(record.get(name)) for name in names) for record in records]
    if len(set(keys)) == len(keys):
        return given
    first: dict[Any, int] = {}
    kept: list[int] = []
    for row, key in enumerate(keys):
        if key not in first:
            first[key] = row
            kept.append(row)
        elif records[row] != records[first[key]]:
            cell = f"{given.array}/{positions[row]}"
            same = f"trùng khóa với {given.array}/{positions[first[key]]}"
            shown = "|".join(text_of(records[row].get(name)) for name in names)
            problem = Problem(
                "duplicate-record", given.array, cell, ", ".join(names), page=given.page.name, record=shown
            )
            told.problems.append(replace(problem, expected=f"mỗi khóa một bản ghi; {same}"))
    return replace(given, positions=[positions[row] for row in kept], records=[records[row] for row in kept])


def _hashable(value: Json) -> Any:
    return text_of(value) if isinstance(value, list | dict) else value
