"""Keys in one column, so that nothing is joined over eleven: SQL over the columns they are made of.

A scope is what one delivery replaces; a cell is one place within a scope, which a later version of it may fill again.
"""

SCOPE_COLUMNS = (
    "source_name", "table_name", "reporting_unit_code", "period_type", "period_start_date", "period_end_date"
)  # fmt: skip
SCOPE_KEY = f"concat_ws('|', {', '.join(SCOPE_COLUMNS)})"
"""Key of a scope, over the columns of raw.delivery_scope or raw.observation."""

CELL_KEY = r"""
    concat_ws('|', org_unit_code, element_code, replace(replace(breakdown, '\', '\\'), '|', '\|'), record_key)
"""
"""Key of a cell within its scope, over the columns of raw.observation; a record's key has its own `|` escaped."""
