"""A server's clock as it writes it: one reading for what is asked again and for what is believed."""

import time
from datetime import UTC, datetime

import pytest

from ioc_pipeline.domain.http_date import parse_http_date

NOON = datetime(2025, 9, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 15 Sep 2025 12:00:00 GMT",
        "Mon, 15 Sep 2025 12:00:00 -0000",
        "Mon, 15 Sep 2025 12:00:00 +0000",
        "Mon, 15 Sep 2025 19:00:00 +0700",
        "Mon, 15 Sep 2025 12:00:00",
        "Monday, 15-Sep-25 12:00:00 GMT",
        "Mon Sep 15 12:00:00 2025",
    ],
)
def test_a_date_is_in_gmt_wherever_this_machine_stands(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    time.tzset()
    try:
        assert parse_http_date(written) == NOON
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "written", ["", "now", "2025-09-15T12:00:00Z", "Mon, 15 Sep 99999 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2300"]
)
def test_what_is_no_date_has_no_say(written: str) -> None:
    assert parse_http_date(written) is None
