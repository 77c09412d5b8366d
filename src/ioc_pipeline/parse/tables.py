"""A table that was read: typed values at their addresses, wide for the expectations and long for raw."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.record_keys import record_key
from ioc_pipeline.domain.workbooks import Value, number_text
from ioc_pipeline.parse.cells import Parsed
from ioc_pipeline.parse.figures import Figures
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import NUMERIC, Column, Table
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA

VALUES_PER_BATCH = 200_000  # turned into observations at a time, so that memory does not grow with the file

Part = Literal["value", "of"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, as `Problem` tells it, and its original text."""

    sheet: str
    cell: str
    found: str
    page: str = ""
    record: str = ""


@dataclass(slots=True)
class Rows:
    """Data rows of one block: parallel lists, one entry a row. `numbers` are physical rows, 1-based.

    `maturities` is what the rows' labels say ("Sơ bộ 2024"), empty when no row has one; `maturity` the contract's word.
    `values[name]` is what a column says, `texts[name]` the cells as they came; `letters[name]` its column in the sheet,
    `headers[name]` the header its sender wrote. `page_seq` is the delivery_seq of the page that an API's rows came in.
    """

    sheet_name: str
    maturity: str
    page_seq: int | None = None
    page: str = ""
    numbers: list[int] = field(default_factory=list)
    units: list[OrgUnit] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    maturities: list[str] = field(default_factory=list)
    values: dict[str, Sequence[Parsed]] = field(default_factory=dict)
    texts: dict[str, list[Value]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def addresses(self, column: str, part: slice = slice(None)) -> list[str]:
        """Where the values of one column stand in the sheet, or in the page."""
        letters = self.letters[column]
        if self.page_seq is None:
            return [f"{letters}{number}" for number in self.numbers[part]]
        return [f"{self.sheet_name}/{number}{letters}" for number in self.numbers[part]]


@dataclass(slots=True)
class ParsedTable:
    """Everything one delivery says in one table of its contract."""

    source: Source
    table: Table
    reporting_unit_code: str
    blocks: list[Rows]

    @property
    def suite_name(self) -> str:
        return self.source.suite_name(self.table)

    def row_count(self) -> int:
        return sum(len(rows.numbers) for rows in self.blocks)

    def is_whole(self) -> bool:
        """Whether every row has its unit and its period; a row whose period cannot be read has none."""
        return all(len(rows.numbers) == len(rows.units) == len(rows.periods) for rows in self.blocks)

    def locate(self, row: int, column: str) -> Place:
        """Where one column of one row stands, rows counted over all blocks from 0.

        A column that is not in the sheet (the unit of the whole form, say) gives the row's first known cell.
        """
        for rows in self.blocks:
            if row < len(rows.numbers):
                name = column if column in rows.letters else next(iter(rows.letters))
                text = original_text(rows.texts[name][row])
                record = rows.units[row].full_name if rows.page else ""
                return Place(rows.sheet_name, rows.addresses(name, slice(row, row + 1))[0], text, rows.page, record)
            row -= len(rows.numbers)
        raise IndexError(row)

    def header(self, column: str) -> str:
        """The header of a column as its sender wrote it, "" for what is not a column of the sheet."""
        return next((rows.headers[column] for rows in self.blocks if column in rows.headers), "")

    def wide(self, delivery_seq: int) -> dict[str, "np.ndarray[Any, Any]"]:
        """One row per data row: keys, then each column of the contract; numbers as float64, for checking only."""
        units = [unit for rows in self.blocks for unit in rows.units]
        periods = [period for rows in self.blocks for period in rows.periods]
        count = self.row_count()
        data = {
            "delivery_seq": np.full(count, delivery_seq),
            "reporting_unit_code": objects([self.reporting_unit_code] * count),
            "org_unit_code": objects([unit.code for unit in units]),
            "org_unit_name": objects([unit.full_name for unit in units]),
            "period_type": objects([period.type for period in periods]),
            "period_start_date": np.array([period.start for period in periods], dtype="datetime64[s]"),
            "period_end_date": np.array([period.end for period in periods], dtype="datetime64[s]"),
        }
        for column in self.table.columns:
            if column.type in ("org_unit", "period"):
                continue
            columns = [self._column(rows, column) for rows in self.blocks]
            figures = [values for values in columns if isinstance(values, Figures)]
            if len(figures) == len(columns):
                data[column.name] = np.concatenate([values.floats for values in figures])
                continue
            parsed = [value for values in columns for value in values]
            if column.type in NUMERIC:
                data[column.name] = _floats([value.value for value in parsed])
                if column.of_element:
                    data[f"{column.name}_of"] = _floats([value.of for value in parsed])
            else:
                data[column.name] = objects([value.value for value in parsed])
        return data

    def observations(self, delivery_seq: int) -> Iterator[pa.RecordBatch]:
        """One row per element and data row, in `OBSERVATION_SCHEMA`."""
        for rows in self.blocks:
            filled = [column for column in self.table.columns if column.element and column.name in rows.values]
            cells = [(column, element, part) for column in filled for element, part in _elements(column)]
            size = max(1, VALUES_PER_BATCH // max(1, len(cells)))
            for start in range(0, len(rows.numbers), size):
                yield self._batch(rows, cells, delivery_seq, slice(start, start + size))

    def _batch(
        self, rows: Rows, cells: list[tuple[Column, str, Part]], delivery_seq: int, part_of_rows: slice
    ) -> pa.RecordBatch:
        """A slice of rows × all their elements: what belongs to a row or to an element is written once, then taken."""
        numbers = rows.numbers[part_of_rows]
        periods = rows.periods[part_of_rows]
        parsed = [rows.values[column.name][part_of_rows] for column, _, _ in cells]
        keys = [rows.values[name][part_of_rows] for name in self.table.record_key]
        labels = rows.maturities[part_of_rows] or [""] * len(numbers)

        of_row = pa.array(np.tile(np.arange(len(numbers)), len(cells)))
        of_element = pa.array(np.repeat(np.arange(len(cells)), len(numbers)))
        same = pa.array(np.zeros(len(of_row), dtype=np.int64))
        columns: dict[str, pa.Array] = {
            "delivery_seq": pa.array([rows.page_seq or delivery_seq], pa.int64()).take(same),
            "source_name": _words([self.source.name]).take(same),
            "table_name": _words([self.table.name]).take(same),
            "reporting_unit_code": _words([self.reporting_unit_code]).take(same),
            "org_unit_code": _words([unit.code for unit in rows.units[part_of_rows]]).take(of_row),
            "clock": _words([self.source.clock]).take(same),
            "period_type": _words([period.type for period in periods]).take(of_row),
            "period_start_date": pa.array([period.start for period in periods], pa.date32()).take(of_row),
            "period_end_date": pa.array([period.end for period in periods], pa.date32()).take(of_row),
            "element_code": _words([element for _, element, _ in cells]).take(of_element),
            "breakdown": _words([column.breakdown for column, _, _ in cells]).take(of_element),
            "record_key": pa.array(
                [record_key(key[row].value for key in keys) for row in range(len(numbers))], pa.string()
            ).take(of_row),
            "replaces": _words([self.table.replaces]).take(same),
            "measured_value": pa.concat_arrays(
                [_measured(values, part) for (_, _, part), values in zip(cells, parsed, strict=True)]
            ),
            "value_text": pa.concat_arrays(
                [
                    _texts(values, rows.texts[column.name][part_of_rows])
                    for (column, _, _), values in zip(cells, parsed, strict=True)
                ]
            ),
            **_qualities(parsed, [label or rows.maturity for label in labels], same),
            "sheet_name": _words([rows.sheet_name]).take(same),
            "cell_address": pa.array(
                [address for column, _, _ in cells for address in rows.addresses(column.name, part_of_rows)],
                pa.string(),
            ),
        }
        return pa.RecordBatch.from_arrays(
            [columns[name] for name in OBSERVATION_SCHEMA.names], schema=OBSERVATION_SCHEMA
        )

    def _column(self, rows: Rows, column: Column) -> Sequence[Parsed]:
        return rows.values.get(column.name) or [NO_COLUMN] * len(rows.numbers)


NO_COLUMN = Parsed(None, null_reason="no_data")


def objects(values: Sequence[Any]) -> "np.ndarray[Any, np.dtype[np.object_]]":
    """A column of a wide table that is neither numbers nor times."""
    return np.array(values, dtype=object)


def original_text(value: Value) -> str:
    """The cell as its sender would recognise it: a stored number without the float's trailing ".0"."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return number_text(value) if isinstance(value, float) else str(value)


def _elements(column: Column) -> list[tuple[str, Part]]:
    """The elements that one column fills: its own, and what it is out of (27/63)."""
    named: list[tuple[str | None, Part]] = [(column.element, "value"), (column.of_element, "of")]
    return [(element, part) for element, part in named if element]


def _measured(values: Sequence[Parsed], part: Part) -> pa.Array:
    if isinstance(values, Figures):
        return values.decimals
    numbers = (value.value if part == "value" else value.of for value in values)
    return _decimals([number if isinstance(number, Decimal) else None for number in numbers])


def _texts(values: Sequence[Parsed], cells: Sequence[Value]) -> pa.Array:
    return values.texts if isinstance(values, Figures) else pa.array(map(original_text, cells), pa.string())


def _qualities(columns: Sequence[Sequence[Parsed]], maturities: list[str], same: pa.Array) -> dict[str, pa.Array]:
    """What is said of each value besides its number; `maturities` is what holds for a row whose cell does not say."""
    if all(isinstance(values, Figures) and not values.has_blanks for values in columns) and len(set(maturities)) < 2:
        words = {"value_qualifier": "", "null_reason": "", "maturity": maturities[0] if maturities else ""}
        return {name: _words([word]).take(same) for name, word in words.items()}
    return {
        "value_qualifier": _words([value.qualifier for values in columns for value in values]),
        "null_reason": _words([value.null_reason for values in columns for value in values]),
        "maturity": _words(
            [
                value.maturity or otherwise
                for values in columns
                for value, otherwise in zip(values, maturities, strict=True)
            ]
        ),
    }


def _decimals(numbers: list[Decimal | None]) -> pa.Array:
    """Doubles carry up to 17 digits; raw keeps 12 decimals of them, and value_text all."""
    try:
        return pa.array(numbers, pa.decimal128(38, 12))
    except pa.ArrowInvalid:
        return pa.array([None if number is None else round(number, 12) for number in numbers], pa.decimal128(38, 12))


def _floats(numbers: list[Any]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    return np.array([float(number) if isinstance(number, Decimal) else math.nan for number in numbers])


def _words(words: list[str]) -> pa.DictionaryArray:
    return pa.array(words, pa.string()).dictionary_encode()
