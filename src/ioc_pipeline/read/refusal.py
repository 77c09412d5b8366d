"""Why the reading process sends a delivery back; the parent makes a `SourceError` of it."""

from ioc_pipeline.read.limits import Limits


class Refused(Exception):  # noqa: N818  # a verdict on the sender's file, not an error of ours
    """`code` is a key of `MESSAGES`; `cell` is A1. `expected` overrides the message where a number helps."""

    def __init__(self, code: str, *, sheet: str = "", cell: str = "", expected: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sheet = sheet
        self.cell = cell
        self.expected = expected


def count_vi(number: int) -> str:
    """A whole number as Vietnamese readers write it: 5000000 → "5.000.000"."""
    return f"{number:,}".replace(",", ".")


def too_many_cells(limits: Limits) -> Refused:
    """The refusal of a workbook whose used ranges are beyond the limit."""
    return Refused("too-many-cells", expected=f"nhiều nhất {count_vi(limits.cells)} ô tính từ A1 đến ô cuối")
