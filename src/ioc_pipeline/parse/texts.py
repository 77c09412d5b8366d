"""The text of a cell, as people read it."""

from ioc_pipeline.domain.workbooks import Value, number_text
from ioc_pipeline.parse import BadCell
from ioc_pipeline.parse.legacy_text import repair_text


def cell_text(value: Value) -> str:
    """The text of a cell for people and for matching: repaired when it can be, "" for an empty cell."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return number_text(value) if isinstance(value, float) else str(value)
    try:
        return repair_text(value)
    except BadCell:
        return value
