"""Figures as people write them: 1.234,5 in Vietnamese, 1,234.5 in English."""

from decimal import ROUND_HALF_UP, Decimal

MINUS = "−"
_MOST_DECIMALS = 4  # of a figure whose element does not say how many it has


def number(value: Decimal | float | None, decimals: int | None, language: str) -> str:
    """A figure with its decimals, rounded half up as by hand; without `decimals` as many as it has, at most four."""
    if value is None:
        return ""
    exact = Decimal(str(value))
    places = max(decimals if decimals is not None else _MOST_DECIMALS, 0)
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{places}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = MINUS if rounded < 0 else ""
    return sign + (text.translate(str.maketrans(",.", ".,")) if language == "vi" else text)
