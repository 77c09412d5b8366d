"""The shapes of `raw.observation` and `raw.<record>`: the pyarrow twins that prepared deliveries are written with."""

import pyarrow as pa

from ioc_pipeline.reference.tables import ColumnType, Table

# `load_seq` and the keys of keys.py are not here: they are given when the rows are loaded.
# Words that repeat down a table are dictionaries: a delivery of four million values then fits in memory.
_WORD = pa.dictionary(pa.int32(), pa.string())
OBSERVATION_SCHEMA = pa.schema(
    [
        pa.field("delivery_seq", pa.int64(), nullable=False),
        pa.field("source_name", _WORD, nullable=False),
        pa.field("table_name", _WORD, nullable=False),
        pa.field("reporting_unit_code", _WORD, nullable=False),
        pa.field("org_unit_code", _WORD, nullable=False),
        pa.field("clock", _WORD, nullable=False),
        pa.field("period_type", _WORD, nullable=False),
        pa.field("period_start_date", pa.date32(), nullable=False),
        pa.field("period_end_date", pa.date32(), nullable=False),
        pa.field("element_code", _WORD, nullable=False),
        pa.field("breakdown", _WORD, nullable=False),
        pa.field("record_key", pa.string(), nullable=False),
        pa.field("replaces", _WORD, nullable=False),
        pa.field("measured_value", pa.decimal128(38, 12)),
        pa.field("value_text", pa.string()),
        pa.field("value_qualifier", _WORD, nullable=False),
        pa.field("null_reason", _WORD, nullable=False),
        pa.field("maturity", _WORD, nullable=False),
        pa.field("sheet_name", _WORD, nullable=False),
        pa.field("cell_address", pa.string(), nullable=False),
    ]
)

_RECORD_TYPES: dict[ColumnType, pa.DataType] = {
    "count": pa.int64(),
    "rank": pa.int64(),
    "ratio": pa.int64(),
    "number": pa.decimal128(38, 12),
    "percent": pa.decimal128(38, 12),
    "money": pa.decimal128(38, 12),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
_UNTYPED: frozenset[ColumnType] = frozenset({"code", "text"})


def record_schema(table: Table) -> pa.Schema:
    """Columns of `raw.<table.record>` after `load_seq`: the contract's own between key and address, times in UTC.

    A column of units is `org_unit_code`, whatever it is called, and '' where the table has none.
    """
    own = [
        pa.field(column.name, _RECORD_TYPES.get(column.type, pa.string()))
        for column in table.columns
        if column.type in _RECORD_TYPES or column.type in _UNTYPED
    ]
    return pa.schema(
        [
            pa.field("delivery_seq", pa.int64(), nullable=False),
            pa.field("source_name", _WORD, nullable=False),
            pa.field("record_key", pa.string(), nullable=False),
            pa.field("org_unit_code", _WORD, nullable=False),
            *own,
            pa.field("sheet_name", _WORD, nullable=False),
            pa.field("cell_address", pa.string(), nullable=False),
        ]
    )
