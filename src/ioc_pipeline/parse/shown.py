"""A number whose format shows more than its digits → the value that a person sees."""

import re
from decimal import Decimal

from ioc_pipeline.domain.workbooks import number_text
from ioc_pipeline.parse.cells import BadCell, Parsed, parse_cell
from ioc_pipeline.reference.tables import ColumnType

_WORDS: frozenset[ColumnType] = frozenset({"code", "text", "org_unit", "period"})
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")  # a format such as 000 writes them


def parse_shown(value: float, shown: str, column_type: ColumnType) -> Parsed:
    """Read a number by what is seen of it, as if that had been typed: "57 tỷ đồng" for 57, "00123" for the code 123.

    Raises:
        BadCell: `shown-otherwise` when it is seen on another scale than it is stored and no word beside it says so:
            an amount in đồng shown in millions, say. Else as the text would be refused.
    """
    if column_type == "date" and shown:
        return parse_cell(value, column_type, "vi")
    if column_type in _WORDS:
        return parse_cell(shown, column_type, "vi")
    parsed = parse_cell(_LEADING_ZEROS.sub("", shown) or None, column_type, "vi")
    stored = Decimal(number_text(value))
    same = (stored, stored * 100) if "%" in shown else (stored,)
    if parsed.value in same or parsed.is_scaled or (parsed.null_reason and not value):
        return parsed
    seen = f"màn hình hiện “{shown}”" if shown else "màn hình không hiện gì"
    written = number_text(value).replace(".", ",")
    raise BadCell("shown-otherwise", f"số lưu trong ô và số nhìn thấy là một; ô lưu {written}, {seen}")
