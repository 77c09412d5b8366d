"""A trend as a small line."""

from collections.abc import Sequence
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 100, 30, 3


def polyline(values: Sequence[Decimal] | None, *, is_upside_down: bool = False) -> str:
    """The points of an SVG polyline in a box of 100 × 30, oldest value at the left; "" for fewer than two values.

    The highest value is on top; a rank is drawn upside down, the first on top.
    """
    if values is None or len(values) < 2:
        return ""
    if is_upside_down:
        values = [-value for value in values]
    low, high = min(values), max(values)
    span = float(high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    flat = HEIGHT / 2 if low == high else None
    return " ".join(
        f"{EDGE + number * step:.1f},"
        f"{flat if flat is not None else HEIGHT - EDGE - float(value - low) / span * (HEIGHT - 2 * EDGE):.1f}"
        for number, value in enumerate(values)
    )
