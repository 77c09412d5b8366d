"""A record's key as text, from a form and from an API alike."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import product

from ioc_pipeline.domain.record_keys import record_key

VIETNAM = timezone(timedelta(hours=7))


def test_two_different_keys_are_never_one_text() -> None:
    texts = ["".join(letters) for length in range(4) for letters in product("a|\\", repeat=length)]
    keys = list(product(texts, repeat=2))
    assert len({record_key(key) for key in keys}) == len(keys)


def test_a_key_is_written_the_same_wherever_it_was_told() -> None:
    moment = datetime(2025, 9, 1, 7, 30, tzinfo=VIETNAM)
    assert record_key(["H|1", moment, date(2025, 9, 1), Decimal("1E+2")]) == (
        "H\\|1|2025-09-01T00:30:00Z|2025-09-01|100"
    )
    assert record_key([moment.astimezone(UTC)]) == record_key([moment])
