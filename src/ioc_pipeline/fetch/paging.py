"""How a list of records goes on after one response."""

from typing import Any


def sendable(cursor: Any) -> str | None:
    """A cursor as it is sent for the next page; None for what cannot be sent, half a sign say."""
    if isinstance(cursor, bool) or not isinstance(cursor, str | int):
        return None
    try:
        return str(cursor).encode().decode()
    except ValueError:  # a lone surrogate, or a number of thousands of digits
        return None
