"""Records that were read from the pages of an extract: typed columns, wide for the expectations and as rows for raw."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from ioc_pipeline.domain.pages import Page, pointer
from ioc_pipeline.parse.tables import Place, objects
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Table
from ioc_pipeline.warehouse.observations import record_schema

_ROWS_PER_BATCH = 50_000
_SKEW = timedelta(days=1)  # a server's clock may be wrong by this much and is still its clock
_TOLERANCE = timedelta(minutes=10)

Single = Decimal | date | datetime | str | None


@dataclass(slots=True)
class RecordTable:
    """Every record of one table of an extract, once: parallel lists, one entry a record.

    `page_of` is the index in `pages`, `arrays` the pointer of the array in each page, `positions` the place in it.
    `units` are None where the table has no column of units. `texts` is what the pages say, for messages.
    """

    source: Source
    table: Table
    reporting_unit_code: str
    pages: list[Page] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    page_of: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    units: list[OrgUnit | None] = field(default_factory=list)
    values: dict[str, list[Single]] = field(default_factory=dict)
    texts: dict[str, Sequence[object]] = field(default_factory=dict)
    left_out_count: int = 0

    @property
    def suite_name(self) -> str:
        return self.source.suite_name(self.table)

    def row_count(self) -> int:
        return len(self.positions)

    def may_leave_out(self, count: int) -> bool:
        """Whether the contract lets the rest count without so many more bad records."""
        api = self.source.api
        share = api.bad_records_pct if api else 0
        bad = self.left_out_count + count
        return 100 * bad <= share * (self.row_count() + self.left_out_count)

    def leave_out(self, rows: set[int]) -> None:
        """Take bad records away; they are told by their keys."""
        self.left_out_count += len(rows)
        self.keep([row for row in range(self.row_count()) if row not in rows])

    def locate(self, row: int, column: str) -> Place:
        """Where one field of one record stands; a column that is no field (the time of the response) is the record."""
        texts = self.texts.get(column)
        page, array = self.page_of[row], self.arrays[self.page_of[row]]
        cell = f"{array}/{self.positions[row]}{pointers(self.table).get(column, '')}"
        return Place(array, cell, text_of(texts[row]) if texts else "", self.pages[page].name, self.keys[row])

    def header(self, column: str) -> str:
        """The field that a column reads."""
        return next((each.field or "" for each in self.table.columns if each.name == column), "")

    def wide(self, delivery_seq: int) -> dict[str, "np.ndarray[Any, Any]"]:
        """One row per record: keys, the columns of the contract (numbers as float64, times in UTC without a zone), and

        `latest_possible_at`, after which nothing can have happened when the response was given.
        """
        count = self.row_count()
        latest = np.array([_naive(latest_possible(page)) for page in self.pages], dtype="datetime64[us]")
        data = {
            "delivery_seq": np.full(count, delivery_seq),
            "reporting_unit_code": objects([self.reporting_unit_code] * count),
            "org_unit_code": objects([unit.code if unit else "" for unit in self.units]),
            "org_unit_name": objects([unit.full_name if unit else "" for unit in self.units]),
            "latest_possible_at": latest[self.page_of],
        }
        for column in self.table.columns:
            if column.name not in self.values:
                continue
            values = self.values[column.name]
            if column.type in NUMERIC:
                data[column.name] = np.array(
                    [float(value) if isinstance(value, Decimal) else math.nan for value in values]
                )
            elif column.type in ("timestamp", "date"):
                data[column.name] = np.array([_naive(value) for value in values], dtype="datetime64[us]")
            else:
                data[column.name] = objects(values)
        return data

    def rows(self) -> Iterator[pa.RecordBatch]:
        """One row per record, in `record_schema`."""
        schema = record_schema(self.table)
        for start in range(0, len(self.positions), _ROWS_PER_BATCH):
            part = slice(start, start + _ROWS_PER_BATCH)
            places = list(zip(self.page_of[part], self.positions[part], strict=True))
            columns: dict[str, list[Any]] = {
                **{name: self.values[name][part] for name in schema.names if name in self.values},
                "delivery_seq": [self.pages[page].delivery_seq for page, _ in places],
                "source_name": [self.source.name] * len(places),
                "record_key": self.keys[part],
                "org_unit_code": [unit.code if unit else "" for unit in self.units[part]],
                "sheet_name": [self.arrays[page] for page, _ in places],
                "cell_address": [f"{self.arrays[page]}/{position}" for page, position in places],
            }
            yield pa.RecordBatch.from_arrays([_array(columns[each.name], each.type) for each in schema], schema=schema)

    def keep(self, rows: Sequence[int]) -> None:
        """Keep these records only."""
        self.page_of = [self.page_of[row] for row in rows]
        self.positions = [self.positions[row] for row in rows]
        self.keys = [self.keys[row] for row in rows]
        self.units = [self.units[row] for row in rows]
        self.values = {name: [values[row] for row in rows] for name, values in self.values.items()}
        self.texts = {name: [texts[row] for row in rows] for name, texts in self.texts.items()}


def latest_possible(page: Page) -> datetime:
    """After this nothing can have happened when the response was given, by the later clock and some minutes added."""
    skewed = min(page.server_time or page.received_at, page.received_at + _SKEW)
    return max(page.received_at, skewed) + _TOLERANCE


def pointers(table: Table) -> dict[str, str]:
    """Pointer of each column's field within its record."""
    return {
        column.name: pointer(*column.field.split("."))
        for column in table.columns
        if column.field and not column.field.startswith("$")
    }


def text_of(value: object) -> str:
    """A JSON value as its sender would recognise it, cut short; of a list or an object only that it is one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value[:200]
    return {list: "[…]", dict: "{…}", type(None): "null"}.get(type(value), "")


def _naive(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None  # noqa: DTZ001


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(kind):
        return pa.array(values, pa.string()).dictionary_encode()
    if pa.types.is_timestamp(kind):
        return pa.array([_naive(value) for value in values], kind)
    if pa.types.is_integer(kind):
        return pa.array([int(value) if value is not None else None for value in values], kind)
    return pa.array(values, kind)
