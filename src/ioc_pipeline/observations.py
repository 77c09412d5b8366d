"""The shape of `raw.observation`, and its pyarrow twin that a prepared delivery is written with."""

import pyarrow as pa

# In the order of the table. `load_seq` is not here: it is given when the rows are loaded.
# Words that repeat down a table are dictionaries: a delivery of four million values then fits in memory.
_WORD = pa.dictionary(pa.int32(), pa.string())
OBSERVATION_SCHEMA = pa.schema(
    [
        pa.field("delivery_seq", pa.int64(), nullable=False),
        pa.field("source_name", _WORD, nullable=False),
        pa.field("table_name", _WORD, nullable=False),
        pa.field("reporting_unit_code", _WORD, nullable=False),
        pa.field("org_unit_code", _WORD, nullable=False),
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
