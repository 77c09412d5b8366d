"""Reminders: the right units, once per duty and stage, whatever one folder, one channel or a crash does."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ioc_pipeline.domain.duties import Duty
from ioc_pipeline.domain.periods import Period, of_months
from ioc_pipeline.flows import inbox, inbox_folders
from ioc_pipeline.flows.reminders import Reminder, duties, remind, reminders
from ioc_pipeline.flows.stores import open_ledger, open_store
from ioc_pipeline.settings import Settings, from_environment

SEPTEMBER = of_months("month", 2025, 9, "management")
FORM = Duty("admin_procedures", "Biểu 01/TTHC", "vp-ubnd", SEPTEMBER, date(2025, 9, 16))
COMMUNE = Duty("smart_communes", "Biểu 17/XTM", "03646", of_months("quarter", 2025, 3, "management"), date(2025, 9, 19))


class Channel:
    """Where reminders go in these tests: it keeps them, and may fail for one unit."""

    def __init__(self, *, fails_for: str = "") -> None:
        self.sent: list[tuple[str, list[str]]] = []
        self.fails_for = fails_for

    def send(self, one: Reminder) -> Sequence[str]:
        if one.unit_code == self.fails_for:
            raise ConnectionError
        self.sent.append((one.unit_code, [call.stage for call in one.news]))
        return ["webhook"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"})
    inbox_folders.make_inbox(given)
    return given


def text(settings: Settings, unit_code: str) -> str:
    return (settings.inbox / unit_code / "phan-hoi" / "nhac-viec.txt").read_text("utf-8-sig")


def test_a_duty_is_told_once_before_it_is_due_and_once_when_it_is_late(settings: Settings) -> None:
    channel = Channel()
    days = [date(2025, 9, day) for day in range(8, 20)]
    for day in days:
        remind(settings, [FORM], day, channel.send)
        remind(settings, [FORM], day, channel.send)
    # due on Tuesday the 16th: three working days before is Thursday the 11th
    assert channel.sent == [("vp-ubnd", ["upcoming"]), ("vp-ubnd", ["late"])]
    assert "Biểu 01/TTHC, Tháng 9/2025: hạn nộp 16/09/2025, chậm 3 ngày làm việc." in text(settings, "vp-ubnd")
    keys = open_ledger(settings).reminded()
    assert sorted(key[-1] for key in keys) == ["late", "upcoming"]
    assert {key[:2] for key in keys} == {("admin_procedures", "vp-ubnd")}


@pytest.mark.parametrize(
    ("day", "says"),
    [
        (date(2025, 9, 10), None),
        (date(2025, 9, 11), "còn 3 ngày làm việc"),
        (date(2025, 9, 15), "còn 1 ngày làm việc"),
        (date(2025, 9, 16), "hôm nay là ngày cuối"),
        (date(2025, 9, 17), "chậm 1 ngày làm việc"),
    ],
)
def test_the_text_counts_working_days(settings: Settings, day: date, says: str | None) -> None:
    told = [one.text for one in reminders(settings, [FORM], day)]
    assert [says in one for one in told if says] == ([True] if says else [])
    assert bool(told) == (says is not None)


def test_nobody_is_told_on_a_day_off(settings: Settings) -> None:
    channel = Channel()
    for day in (date(2025, 9, 13), date(2025, 9, 14), date(2025, 9, 2)):  # a weekend, the national day
        assert remind(settings, [replace(FORM, due_date=day)], day, channel.send) == []
    assert channel.sent == []
    assert not (settings.inbox / "vp-ubnd" / "phan-hoi" / "nhac-viec.txt").exists()


def test_what_is_settled_leaves_the_folder_and_another_duty_stays(settings: Settings) -> None:
    channel, day = Channel(), date(2025, 9, 17)
    remind(settings, [FORM, COMMUNE], day, channel.send)
    remind(settings, [COMMUNE], day, channel.send)
    assert not (settings.inbox / "vp-ubnd" / "phan-hoi" / "nhac-viec.txt").exists()
    assert text(settings, "03646").startswith("NHẮC VIỆC BÁO CÁO - Phường Tô Hiệu\nNgày 17/09/2025")
    assert channel.sent == [("03646", ["upcoming"]), ("vp-ubnd", ["late"])]


def test_a_returned_report_is_told_as_such(settings: Settings) -> None:
    (one,) = reminders(settings, [replace(FORM, was_returned=True)], date(2025, 9, 17))
    assert "Đã gửi nhưng bị trả lại" in one.text


def test_a_code_that_named_another_commune_then_is_not_reminded_for_it(settings: Settings) -> None:
    before = Period("quarter", date(2025, 3, 15), date(2025, 6, 14))  # 03646 was Phường Chiềng Lề
    assert reminders(settings, [replace(COMMUNE, period=before)], date(2025, 9, 17)) == []
    assert [one.unit_code for one in reminders(settings, [COMMUNE], date(2025, 9, 17))] == ["03646"]


def test_an_api_is_nobodys_to_fill_in(settings: Settings) -> None:
    assert reminders(settings, [replace(FORM, source_name="portal_766")], date(2025, 9, 17)) == []


def test_a_unit_whose_file_is_on_its_way_is_not_reminded(settings: Settings) -> None:
    (settings.inbox / "vp-ubnd" / "bieu.xlsx").write_bytes(b"whatever it is")
    inbox.land_inbox(settings)
    channel = Channel()
    remind(settings, [FORM, COMMUNE], date(2025, 9, 17), channel.send)
    assert [code for code, _ in channel.sent] == ["03646"]


def test_a_fault_of_one_folder_and_of_one_message_stays_with_its_unit(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    box = settings.inbox / "vp-ubnd" / "phan-hoi"
    box.rmdir()
    outside = settings.home / "outside"
    outside.mkdir()
    box.symlink_to(outside)
    channel = Channel(fails_for="03646")
    other = replace(COMMUNE, unit_code="03664")
    with caplog.at_level(logging.WARNING), pytest.raises(ConnectionError):
        remind(settings, [FORM, COMMUNE, other], date(2025, 9, 17), channel.send)
    assert [code for code, _ in channel.sent] == ["03664", "vp-ubnd"]
    assert list(outside.iterdir()) == []
    assert text(settings, "03646")
    assert "vp-ubnd: its reminder is not written" in caplog.text
    again = Channel()
    remind(settings, [FORM, COMMUNE, other], date(2025, 9, 17), again.send)
    assert again.sent == [("03646", ["upcoming"])], "only what failed is told again"


def test_without_a_way_the_folder_is_the_reminder_and_a_way_that_comes_later_repeats_nothing(
    settings: Settings,
) -> None:
    day = date(2025, 9, 17)
    assert [one.unit_code for one in remind(settings, [FORM], day, lambda _: [])] == ["vp-ubnd"]
    channel = Channel()
    remind(settings, [FORM], day, channel.send)
    assert channel.sent == []


def test_a_ledger_made_from_landing_again_repeats_nothing_that_had_begun(settings: Settings, tmp_path: Path) -> None:
    remind(settings, [FORM], date(2025, 9, 17), Channel().send)
    for path in tmp_path.glob("ledger.db*"):
        path.unlink()
    open_store(settings).restore_ledger(at=datetime(2025, 9, 17, 3, tzinfo=UTC))
    channel = Channel()
    later = replace(FORM, period=of_months("month", 2025, 10, "management"), due_date=date(2025, 10, 16))
    remind(settings, [FORM, later], date(2025, 10, 20), channel.send)
    assert channel.sent == [("vp-ubnd", ["late"])], "of the month that came after"


def test_before_the_first_publication_nobody_owes_anything(settings: Settings) -> None:
    assert duties(settings) == []
