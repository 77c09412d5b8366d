"""The province's clock: UTC+7, all year."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ioc_pipeline.domain.local_time import LOCAL_TIME, TIME_ZONE, as_local, local_day


def test_the_provinces_day_begins_at_seventeen_hours_utc() -> None:
    assert local_day(datetime(2025, 9, 14, 16, 59, 59, tzinfo=UTC)) == date(2025, 9, 14)
    assert local_day(datetime(2025, 9, 14, 17, tzinfo=UTC)) == date(2025, 9, 15)


def test_a_moment_without_a_zone_is_utc_wherever_the_machine_stands() -> None:
    assert as_local(datetime(2025, 9, 14, 17)).isoformat() == "2025-09-15T00:00:00+07:00"  # noqa: DTZ001


def test_a_moment_of_another_zone_is_the_same_moment() -> None:
    tokyo = datetime(2025, 9, 15, 1, tzinfo=timezone(timedelta(hours=9)))
    assert local_day(tokyo) == date(2025, 9, 14)


@pytest.mark.parametrize("month", range(1, 13))
def test_schedulers_and_readers_keep_one_clock(month: int) -> None:
    noon = datetime(2025, month, 1, 12, tzinfo=UTC)
    assert noon.astimezone(ZoneInfo(TIME_ZONE)).utcoffset() == noon.astimezone(LOCAL_TIME).utcoffset()
