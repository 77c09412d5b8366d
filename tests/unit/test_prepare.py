"""What a reading comes to."""

from datetime import UTC, datetime

from ioc_pipeline.deliveries import Delivery
from ioc_pipeline.errors import Problem
from ioc_pipeline.prepare import Reading, to_verdict


def test_no_verdict_repeats_an_identifier_that_stood_in_a_bad_cell() -> None:
    delivery = Delivery(1, "file", "so-khcn", "a.xlsx", "0" * 64, 1, datetime(2025, 9, 20, tzinfo=UTC), 1, True)
    bad = Problem("bad-cell", "Biểu 1", "C4", "Ghi 014085001234", found="014085001234", expected="một số")
    verdict = to_verdict(Reading(delivery, problems=[bad]))
    assert verdict.outcome == "returned"
    assert "014085001234" not in repr(verdict)
