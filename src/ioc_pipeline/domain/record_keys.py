"""A record's key as text: what names a record in raw, in the marts and in messages."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

KeyPart = Decimal | date | datetime | str | None


def record_key(parts: Iterable[KeyPart]) -> str:
    """The parts joined by `|`, which is escaped within them: two different keys are never one text."""
    return "|".join(key_text(part) for part in parts)


def key_text(part: KeyPart) -> str:
    r"""One part of a key: times in UTC, numbers without an exponent, `\` and `|` escaped by a backslash."""
    if isinstance(part, datetime):
        return part.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").replace(".000000Z", "Z")
    return format(part, "f") if isinstance(part, Decimal) else str(part).replace("\\", "\\\\").replace("|", "\\|")
