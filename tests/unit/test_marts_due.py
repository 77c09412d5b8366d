"""When the hourly look finds a build due that nothing woke it for, and what a head start leaves to the next one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from empty_marts import empty_marts
from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.flows.marts import build_and_publish, is_due, publish_at_once
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


def test_a_head_start_that_goes_wrong_is_left_to_the_next_build(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = replace(empty_marts(tmp_path / "home"), project=tmp_path / "no project")
    publish_at_once(settings, as_of=DAY)
    assert "left to the build that the load wakes: " in caplog.text
    with pytest.raises(ContractError, match="seeds/calendar"):
        build_and_publish(settings, as_of=DAY)
