"""Each alert is there while its cause is, and gone with it; each has its place in the operator's guide."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import dag_policy
from ioc_pipeline.domain.alerts import SEVERITIES
from ioc_pipeline.domain.findings import Finding
from ioc_pipeline.flows import alerts, inbox, inbox_folders, loads, prepare, stores
from ioc_pipeline.flows.failures import failures
from ioc_pipeline.publish.versions import Pointer, move_pointer, note_serving
from ioc_pipeline.settings import PROJECT, Settings, from_environment

GUIDE = PROJECT / "docs" / "van-hanh.md"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(alerts, "DISK_FULL", 0.0)
    monkeypatch.setattr(alerts, "DISK_FILLING", 0.0)
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"})
    inbox_folders.make_inbox(given)
    return given


def codes(settings: Settings, *, after: timedelta = timedelta()) -> list[str]:
    return [alert.code for alert in alerts.alerts(settings, now=datetime.now(UTC) + after)]


def text_of(settings: Settings, code: str, *, after: timedelta = timedelta()) -> str:
    now = datetime.now(UTC) + after
    return next(alert.text for alert in alerts.alerts(settings, now=now) if alert.code == code)


def drop(settings: Settings, name: str = "a.pdf") -> Path:
    path = settings.inbox / "so-khcn" / name
    path.write_bytes(b"%PDF-1.7 %%EOF")
    return path


def land(settings: Settings) -> list[list[int]]:
    return inbox.land_inbox(settings)


def load(settings: Settings) -> None:
    prepare.prepare_all(settings, land(settings))
    loads.load_prepared(settings)


def publish(settings: Settings, *, on: datetime) -> None:
    settings.published.mkdir(exist_ok=True)
    stores.open_ledger(settings).published(99, "000007_x", at=on)
    (settings.published / "marts_000007_x.duckdb").touch(0o444)
    move_pointer(
        settings.published,
        Pointer("000007_x", "marts_000007_x.duckdb", "x", on.isoformat(), alerts.local_day(on).isoformat(), 99, ""),
    )


def test_nothing_is_said_of_an_installation_that_is_well(settings: Settings) -> None:
    drop(settings)
    load(settings)
    publish(settings, on=datetime.now(UTC))
    assert codes(settings) == []


def test_a_file_that_nobody_takes_is_told_of_with_its_department(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(settings)
    monkeypatch.setattr(alerts, "LATE", timedelta())
    assert codes(settings) == ["inbox-not-taken"]
    assert "(so-khcn)" in text_of(settings, "inbox-not-taken")
    land(settings)
    assert "inbox-not-taken" not in codes(settings)


def test_what_was_answered_and_stays_is_nobodys_delay(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(settings, "bad\tname.xlsx")
    drop(settings, "half.xlsx").write_bytes(b"PK\3\4 the beginning of a workbook")
    sealed = drop(settings, "other.csv")
    sealed.with_name("other.csv.sha256").write_bytes(b"0" * 64)
    load(settings)
    monkeypatch.setattr(alerts, "LATE", timedelta())
    assert "inbox-not-taken" not in codes(settings)
    assert len(list((settings.inbox / "so-khcn").glob("*.*"))) == 4, "all of it is still there"


def test_a_folder_that_cannot_be_used_is_told_of(settings: Settings) -> None:
    feedback = settings.inbox / "so-khcn" / "phan-hoi"
    feedback.rmdir()
    feedback.symlink_to(settings.home)
    assert codes(settings) == ["folder-unusable"]
    assert "inbox/so-khcn/phan-hoi" in text_of(settings, "folder-unusable")


def test_deliveries_are_told_of_while_they_wait_are_held_or_go_unanswered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(settings)
    batches = land(settings)
    assert codes(settings) == []
    assert codes(settings, after=timedelta(minutes=16)) == ["deliveries-waiting"]

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(prepare, "read_batch", fail)
        prepare.prepare_all(settings, batches)
    assert codes(settings) == ["deliveries-held"]
    feedback = settings.inbox / "so-khcn" / "phan-hoi"
    feedback.rmdir()
    feedback.write_bytes(b"")
    load(settings)
    assert codes(settings, after=timedelta(minutes=16)) == ["answers-waiting", "folder-unusable"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"an,so-khcn,", "senders.csv line 3"),
        (b"an,so-kcn", "báo cáo: so-kcn;"),
        (b'"an,so-khcn', "senders.csv line 3: not readable as CSV"),
        (b"\xe2n,so-khcn", "senders.csv: not readable as CSV in UTF-8"),
    ],
)
def test_a_mistake_in_the_list_of_senders_is_told_of(
    settings: Settings, tmp_path: Path, line: bytes, said: str
) -> None:
    (tmp_path / "project" / "include").mkdir(parents=True)
    for path in (PROJECT / "include").iterdir():
        (tmp_path / "project" / "include" / path.name).symlink_to(path)
    (tmp_path / "project" / "expectations").symlink_to(PROJECT / "expectations")
    mistaken = replace(settings, project=tmp_path / "project")
    mistaken.senders.unlink()
    mistaken.senders.write_bytes(b"user_name,org_unit_code\nioc,*\n" + line + b"\n")
    assert codes(mistaken) == ["senders-list"]
    assert said in text_of(mistaken, "senders-list")


def test_marts_that_lack_a_load_or_a_day_are_told_of_with_what_the_wall_shows(settings: Settings) -> None:
    publish(settings, on=datetime.now(UTC) - timedelta(days=2))
    assert codes(settings) == ["marts-of-yesterday"]
    drop(settings)
    load(settings)
    found = text_of(settings, "marts-behind", after=timedelta(hours=2))
    assert "phiên bản 000007_x" in found
    publish(settings, on=datetime.now(UTC))
    assert codes(settings) == []


def test_a_failed_run_is_told_of_for_a_day_or_until_it_succeeds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOC_HOME", str(settings.home))
    run = SimpleNamespace(dag_id="build_marts")
    dag_policy.note_failure({"dag_run": run, "reason": "timed_out"})
    assert len(failures(settings)) == 1
    assert codes(settings) == ["run-failed"]
    assert codes(settings, after=timedelta(hours=25)) == []
    dag_policy.note_success({"dag_run": run, "task_instance": SimpleNamespace(task_id="x")})
    assert codes(settings) == []


def test_silence_and_many_returns_are_told_of(settings: Settings) -> None:
    for number in range(alerts.RETURNED_OF_FILES):
        drop(settings, f"{number}.pdf").write_bytes(b"%PDF-1.7 " + str(number).encode() + b" %%EOF")
    load(settings)
    assert "many-returned" in codes(settings)
    assert "nothing-arrives" not in codes(settings)
    assert "nothing-arrives" in codes(settings, after=timedelta(days=6))


@pytest.mark.parametrize(("limit", "code"), [("DISK_FULL", "disk-full"), ("DISK_FILLING", "disk-filling")])
def test_a_disk_is_told_of_before_it_is_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, limit: str, code: str
) -> None:
    monkeypatch.setattr(alerts, limit, 1.1)
    assert codes(settings) == [code]


def test_a_ledger_that_cannot_be_opened_is_an_alert_and_no_traceback(settings: Settings) -> None:
    for path in settings.home.glob("ledger.db*"):
        path.unlink()
    (settings.home / "ledger.db").write_bytes(b"no database at all" * 100)
    assert codes(settings) == ["state-unknown"]


def test_a_published_file_that_somebody_could_write_is_told_of(settings: Settings) -> None:
    publish(settings, on=datetime.now(UTC))
    (settings.published / "marts_000007_x.duckdb").chmod(0o644)
    assert codes(settings) == ["publication-touched"]


def test_a_postgresql_that_lacks_what_is_published_is_told_of(settings: Settings) -> None:
    named = replace(settings, serving_url="postgresql://ioc:secret@127.0.0.1:5432/ioc")
    assert codes(named) == []  # nothing is published yet
    drop(settings)
    load(settings)
    publish(settings, on=datetime.now(UTC))
    assert codes(settings) == []
    assert "127.0.0.1:5432/ioc" in text_of(named, "serving-behind")
    assert "secret" not in text_of(named, "serving-behind")
    note_serving(settings.published, "127.0.0.1:5432/ioc", "")
    assert codes(named) == []
    assert codes(replace(named, serving_url="postgresql://ioc@127.0.0.1:5433/ioc")) == ["serving-behind"]
    note_serving(settings.published, "127.0.0.1:5432/ioc", "disk full")
    assert "disk full" in text_of(named, "serving-behind")


def test_a_lost_warehouse_is_told_of_with_the_command_that_heals(settings: Settings) -> None:
    drop(settings)
    load(settings)
    settings.warehouse.unlink()
    assert "ioc rebuild" in text_of(settings, "stores-apart")


def test_a_question_that_fails_hides_no_other(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    (settings.published).mkdir()
    monkeypatch.setattr(alerts, "_QUESTIONS", (lambda _look: iter([1 // 0]), *alerts._QUESTIONS))
    (settings.inbox / "so-khcn" / "phan-hoi").rmdir()
    (settings.inbox / "so-khcn" / "phan-hoi").write_bytes(b"")
    assert codes(settings) == ["state-unknown", "folder-unusable"]


def test_what_the_last_check_found_is_told_of_by_area(settings: Settings) -> None:
    ledger = stores.open_ledger(settings)
    found = [
        Finding("bytes", "delivery 3", "other bytes"),
        Finding("bytes", "delivery 4", "gone"),
    ]
    ledger.note_findings(["bytes"], None, found, at=datetime.now(UTC))
    assert codes(settings) == ["stores-damaged"]
    assert "delivery 3, delivery 4" in text_of(settings, "stores-damaged")


def test_every_alert_has_its_place_in_the_operators_guide() -> None:
    headings = re.findall(r"^### `([a-z-]+)`", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(SEVERITIES)
    made = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', Path(alerts.__file__).read_text("utf-8")))
    assert made & SEVERITIES.keys() == SEVERITIES.keys(), "each can come about"
