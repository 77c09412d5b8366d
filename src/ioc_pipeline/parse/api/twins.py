"""A unit that a record names twice, by code and by name: both must be the same unit."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.pages import Number, pointer
from ioc_pipeline.parse.api.gathered import BadRecords, Gathered
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.records import text_of
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.tables import Column

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_RUN_TOGETHER = re.compile(r"\b(ma|ten)(xa|phuong|xaphuong|phuongxa|donvi|dvhc|coquan)\b")  # MAXA beside TENXA
_CODE_OR_NAME = {"code", "id", "ma", "so", "name", "ten", "full", "fullname", "title", "vi"}
_IS_CODE = {"code", "ma"}
_CODE_LENGTH = 5  # digits of a commune's code (Decision 19/2025/QĐ-TTg), which a JSON number may have lost zeros of


def twin_fields(unit_field: str, names: Iterable[str]) -> list[str]:
    """Of a record's fields those that say the unit again: communeName beside communeCode, commune.name beside
    commune.code. The name that is left without "code" and "name" is the same, and there is one.
    """
    stem = _stem(unit_field)
    return [name for name in names if name != unit_field and stem and _stem(name) == stem]


def tell_contradictions(
    found: Gathered, column: Column, units: list[OrgUnit | None], days: list[date], envelope: Envelope, bad: BadRecords
) -> None:
    """Tell each record whose other field names a unit that is not the one of its `column`.

    Today's name of a unit agrees with an older record too. What names no unit of this level contradicts nothing.
    """
    for name, values in found.twins.items():
        for row, (value, unit, day) in enumerate(zip(values, units, days, strict=True)):
            if unit is None or not isinstance(value, str) or not value.strip():
                continue
            others = {other.code: other for other in _named(value, name, column, {day, envelope.received_on}, envelope)}
            if others and unit.code not in others:
                other = next(iter(others.values()))
                _, array, position = found.where(row)
                place = replace(
                    found.place(row, column),
                    code="code-not-of-unit",
                    cell=f"{array}/{position}{pointer(*name.split('.'))}",
                )
                expected = f"{unit.full_name} ({unit.code}), như ở trường {column.field}; đây là {other.code}"
                bad.tell(row, replace(place, column=name, found=text_of(value), expected=expected))


def _named(value: str, name: str, column: Column, days: set[date], envelope: Envelope) -> Iterator[OrgUnit]:
    text = value.strip()
    if isinstance(value, Number):
        if not (value.isdecimal() and _IS_CODE & set(_words(name))):
            return  # a number is a code or nothing: an inner identifier says no unit
        text = value.zfill(_CODE_LENGTH)
    province_code = envelope.province_code if column.level in ("commune", "agency") else None
    for day in days:
        with suppress(UnknownUnit, AmbiguousUnit):
            yield envelope.org_units.find(text, on=day, level=column.level, province_code=province_code)


def _stem(field: str) -> tuple[str, ...]:
    return tuple(word for word in _words(field) if word not in _CODE_OR_NAME)


def _words(field: str) -> list[str]:
    words = fold(_CAMEL.sub(" ", field).replace(".", " ").replace("_", " "))
    return _RUN_TOGETHER.sub(r"\1 \2", words).split()
