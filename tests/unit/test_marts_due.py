"""When the hourly look finds a build due that nothing woke it for."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from empty_marts import empty_marts
from ioc_pipeline.flows.marts import is_due
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.publish.publication import publish

DAY = date(2025, 10, 20)  # of the marts


def test_marts_are_due_on_another_day_and_when_what_is_published_was_touched(tmp_path: Path) -> None:
    settings = empty_marts(tmp_path / "home")
    ledger = open_ledger(settings)
    assert not is_due(settings, DAY), "nothing was loaded yet"
    published = publish(settings, published_at=datetime.now(UTC))
    ledger.published(published.load_seq, published.version, at=datetime.now(UTC))
    assert not is_due(settings, DAY)
    assert is_due(settings, DAY + timedelta(days=1))
    published.path.chmod(0o644)
    assert is_due(settings, DAY)
