"""What Airflow's callbacks note of a failed run, and when it is over."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import dag_policy
from ioc_pipeline.flows.failures import Failure, failures
from ioc_pipeline.settings import Settings, from_environment

RUN = SimpleNamespace(dag_id="build_marts")
TASK = SimpleNamespace(task_id="build_and_publish")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("IOC_HOME", str(tmp_path))
    return from_environment()


def noted(settings: Settings) -> list[tuple[str, str, str]]:
    return [(one.dag_id, one.task_id, one.reason) for one in failures(settings)]


def test_a_failure_is_noted_without_its_text_until_the_task_succeeds(settings: Settings) -> None:
    started_at = datetime.now(UTC)
    dag_policy.note_failure({"dag_run": RUN, "task_instance": TASK, "exception": ValueError("ô B7: 0912345678")})
    assert noted(settings) == [("build_marts", "build_and_publish", "ValueError")]
    assert started_at <= failures(settings)[0].at <= datetime.now(UTC)
    dag_policy.note_success({"dag_run": RUN, "task_instance": SimpleNamespace(task_id="another")})
    assert len(failures(settings)) == 1
    dag_policy.note_success({"dag_run": RUN, "task_instance": TASK})
    assert failures(settings) == []


def test_a_run_that_took_too_long_is_noted_and_over_when_any_of_its_tasks_succeeds(settings: Settings) -> None:
    dag_policy.note_failure({"dag_run": RUN, "reason": "timed_out"})
    assert noted(settings) == [("build_marts", "", "timed_out")]
    dag_policy.note_success({"dag_run": RUN, "task_instance": TASK})
    assert failures(settings) == []


def test_a_note_that_cannot_be_read_hides_no_other(settings: Settings) -> None:
    dag_policy.note_failure({"dag_run": RUN, "reason": "timed_out"})
    (settings.home / "failures" / "a.b.json").write_bytes(b"")
    assert [type(one) for one in failures(settings)] == [Failure]
