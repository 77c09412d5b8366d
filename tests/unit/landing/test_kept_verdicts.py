"""What was said of a delivery comes back as it was said, from its file and from a tombstone."""

from datetime import date

from ioc_pipeline.domain.deliveries import Scope, Verdict
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.land.tombstones import buried_verdict, bury
from landing_home import OVERDUE, Home, in_seconds


def returned(home: Home) -> Verdict:
    home.drop("a.xlsx")
    home.land(after=OVERDUE)
    (delivery,) = home.ledger.deliveries()
    september = Period("month", date(2025, 8, 15), date(2025, 9, 14))
    problem = Problem("personal-data", "Biểu 01", "C7", expected="không có số điện thoại")
    return Verdict(delivery, "telecom", "c1", "returned", (problem,), (Scope("coverage", "so-khcn", september),))


def test_a_verdict_comes_back_from_its_file(home: Home) -> None:
    verdict = returned(home)
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_a_verdict_comes_back_from_the_tombstone_of_its_bytes(home: Home) -> None:
    verdict = returned(home)
    assert buried_verdict(home.store, verdict.delivery) is None
    bury(home.store, verdict.delivery.sha256, [verdict], [], reason="số điện thoại", by="an", at=in_seconds(0))
    assert buried_verdict(home.store, verdict.delivery) == verdict
