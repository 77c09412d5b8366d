"""A table that was read: typed values at their addresses, wide for the expectations and long for raw."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ioc_pipeline.observations import OBSERVATION_SCHEMA
from ioc_pipeline.org_units import OrgUnit
from ioc_pipeline.parse.cells import Parsed
from ioc_pipeline.periods import Period
from ioc_pipeline.sources import NUMERIC, Column, Source, Table
from ioc_pipeline.workbooks import Value

if TYPE_CHECKING:
    import pandas as pd

ROWS_PER_BATCH = 50_000  # rows turned into observations at a time, so that memory does not grow with the file


@dataclass(slots=True)
class Rows:
    """Data rows of one block: parallel lists, one entry a row. `numbers` are physical rows, 1-based.

    `maturities` is what the rows' labels say ("Sơ bộ 2024"), empty when no row has one; `maturity` the contract's word.
    `values[name]` is what a column says, `texts[name]` the cells as they came; `letters[name]` its column in the sheet,
    `headers[name]` the header its sender wrote.
    """

    sheet_name: str
    maturity: str
    numbers: list[int] = field(default_factory=list)
    units: list[OrgUnit] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    maturities: list[str] = field(default_factory=list)
    values: dict[str, list[Parsed]] = field(default_factory=dict)
    texts: dict[str, list[Value]] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


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

    def locate(self, row: int, column: str) -> tuple[str, str, str]:
        """Sheet, cell and original text of one column of one row, rows counted over all blocks from 0.

        A column that is not in the sheet (the unit of the whole form, say) gives the row's first known cell.
        """
        for rows in self.blocks:
            if row < len(rows.numbers):
                name = column if column in rows.letters else next(iter(rows.letters))
                return rows.sheet_name, f"{rows.letters[name]}{rows.numbers[row]}", original_text(rows.texts[name][row])
            row -= len(rows.numbers)
        raise IndexError(row)

    def header(self, column: str) -> str:
        """The header of a column as its sender wrote it, "" for what is not a column of the sheet."""
        return next((rows.headers[column] for rows in self.blocks if column in rows.headers), "")

    def wide(self, delivery_seq: int) -> "pd.DataFrame":
        """One row per data row: keys, then each column of the contract; numbers as float64, for checking only."""
        import pandas as pd

        units = [unit for rows in self.blocks for unit in rows.units]
        periods = [period for rows in self.blocks for period in rows.periods]
        data: dict[str, Any] = {
            "delivery_seq": delivery_seq,
            "reporting_unit_code": self.reporting_unit_code,
            "org_unit_code": [unit.code for unit in units],
            "org_unit_name": [unit.full_name for unit in units],
            "period_type": [period.type for period in periods],
            "period_start_date": pd.to_datetime([period.start for period in periods]),
            "period_end_date": pd.to_datetime([period.end for period in periods]),
        }
        for column in self.table.columns:
            if column.type in ("org_unit", "period"):
                continue
            parsed = [value for rows in self.blocks for value in self._column(rows, column)]
            if column.type in NUMERIC:
                data[column.name] = pd.array([_float(value.value) for value in parsed], dtype="float64")
                if column.of_element:
                    data[f"{column.name}_of"] = pd.array([_float(value.of) for value in parsed], dtype="float64")
            else:
                data[column.name] = pd.Series([value.value for value in parsed], dtype="object")
        return pd.DataFrame(data)

    def observations(self, delivery_seq: int) -> Iterator[pa.RecordBatch]:
        """One row per element and data row, in `OBSERVATION_SCHEMA`."""
        for rows in self.blocks:
            for start in range(0, len(rows.numbers), ROWS_PER_BATCH):
                stop = min(start + ROWS_PER_BATCH, len(rows.numbers))
                for column in self.table.columns:
                    if column.element and column.name in rows.values:
                        yield self._batch(rows, column, column.element, "value", delivery_seq, start, stop)
                        if column.of_element:
                            yield self._batch(rows, column, column.of_element, "of", delivery_seq, start, stop)

    def _batch(
        self, rows: Rows, column: Column, element: str, part: str, delivery_seq: int, start: int, stop: int
    ) -> pa.RecordBatch:
        parsed = rows.values[column.name][start:stop]
        count = stop - start
        periods = rows.periods[start:stop]
        letters = rows.letters[column.name]
        keys = [rows.values[name][start:stop] for name in self.table.record_key]
        columns: dict[str, pa.Array] = {
            "delivery_seq": pa.repeat(pa.scalar(delivery_seq, pa.int64()), count),
            "source_name": _same(self.source.source, count),
            "table_name": _same(self.table.table, count),
            "reporting_unit_code": _same(self.reporting_unit_code, count),
            "org_unit_code": _words([unit.code for unit in rows.units[start:stop]]),
            "period_type": _words([period.type for period in periods]),
            "period_start_date": pa.array([period.start for period in periods], pa.date32()),
            "period_end_date": pa.array([period.end for period in periods], pa.date32()),
            "element_code": _same(element, count),
            "breakdown": _same(column.breakdown, count),
            "record_key": pa.array(["|".join(str(key.value) for key in key_row) for key_row in zip(*keys, strict=True)])
            if keys
            else pa.repeat("", count),
            "replaces": _same(self.table.replaces, count),
            "measured_value": pa.array([_measured(value, part) for value in parsed], pa.decimal128(38, 12)),
            "value_text": pa.array([original_text(text) for text in rows.texts[column.name][start:stop]], pa.string()),
            "value_qualifier": _words([value.qualifier for value in parsed]),
            "null_reason": _words([value.null_reason for value in parsed]),
            "maturity": _words(_maturities(rows, parsed, start)),
            "sheet_name": _same(rows.sheet_name, count),
            "cell_address": pa.array([f"{letters}{number}" for number in rows.numbers[start:stop]], pa.string()),
        }
        return pa.RecordBatch.from_arrays(
            [columns[name] for name in OBSERVATION_SCHEMA.names], schema=OBSERVATION_SCHEMA
        )

    def _column(self, rows: Rows, column: Column) -> list[Parsed]:
        return rows.values.get(column.name) or [NO_COLUMN] * len(rows.numbers)


NO_COLUMN = Parsed(None, null_reason="no_data")


def original_text(value: Value) -> str:
    """The cell as its sender would recognise it: a stored number without the float's trailing ".0"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)


def _maturities(rows: Rows, parsed: list[Parsed], start: int) -> list[str]:
    """What the cell says of its maturity, else its row's label, else the contract."""
    if not rows.maturities:
        return [value.maturity or rows.maturity for value in parsed]
    labels = rows.maturities[start : start + len(parsed)]
    return [value.maturity or label or rows.maturity for value, label in zip(parsed, labels, strict=True)]


def _measured(parsed: Parsed, part: str) -> Decimal | None:
    number = parsed.value if part == "value" else parsed.of
    if not isinstance(number, Decimal):
        return None
    # Doubles carry up to 17 digits; raw keeps 12 decimals, value_text all of them.
    return round(number, 12) if number.as_tuple().exponent < -12 else number  # type: ignore[operator]


def _float(number: object) -> float:
    return float(number) if isinstance(number, Decimal) else float("nan")


def _same(word: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), count), pa.array([word], pa.string()))


def _words(words: list[str]) -> pa.DictionaryArray:
    return pa.array(words, pa.string()).dictionary_encode()
