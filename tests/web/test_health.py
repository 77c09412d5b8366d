"""What a monitor reads at /health: everything an operator should know of, and 503 while something critical is so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ioc_pipeline.flows import alerts, failures, inbox_folders
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(alerts, "DISK_FULL", 0.0)
    monkeypatch.setattr(alerts, "DISK_FILLING", 0.0)
    given = from_environment({"IOC_HOME": str(tmp_path)})
    inbox_folders.make_inbox(given)
    return given


def test_a_monitor_sees_a_warning_and_is_woken_by_what_is_critical(settings: Settings) -> None:
    monitor = TestClient(create_app(settings, lambda: Viewer("ioc", looks=True, sends=False), str))
    answer = monitor.get("/health")
    assert (answer.status_code, answer.json()["status"], answer.json()["alerts"]) == (200, "ok", [])
    feedback = settings.inbox / "so-khcn" / "phan-hoi"
    feedback.rmdir()
    feedback.write_bytes(b"")
    answer = monitor.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "warning")
    at = datetime.now(UTC)
    failures.note(settings, dag_id="build_marts", task_id="", reason="timed_out", at=at)
    answer = monitor.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "critical")
    assert [alert["code"] for alert in answer.json()["alerts"]] == ["run-failed", "folder-unusable"]
