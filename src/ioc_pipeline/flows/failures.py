"""Runs of Airflow that failed and have not succeeded since, noted by their callbacks: alerts do not ask Airflow."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ioc_pipeline.durable import write_durably
from ioc_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Failure:
    """`task_id` is "" where the whole run took too long; `reason` is a kind of error, never its text."""

    dag_id: str
    task_id: str
    reason: str
    at: datetime


def note(settings: Settings, *, dag_id: str, task_id: str, reason: str, at: datetime) -> None:
    """Keep the newest failure of a task, after its last retry."""
    content = asdict(Failure(dag_id, task_id, reason, at)) | {"at": at.isoformat()}
    write_durably(_path(settings, dag_id, task_id), json.dumps(content).encode())


def forget(settings: Settings, dag_id: str, task_id: str) -> None:
    """The task has succeeded: what failed before is over, of the whole run too."""
    for name in (task_id, ""):
        with suppress(FileNotFoundError):
            _path(settings, dag_id, name).unlink()


def failures(settings: Settings) -> list[Failure]:
    """What failed last and is not over yet, by DAG and task."""
    found = []
    for path in sorted(_folder(settings).glob("*.json")):
        with suppress(FileNotFoundError, ValueError):
            content = json.loads(path.read_text(encoding="utf-8"))
            found.append(Failure(**{**content, "at": datetime.fromisoformat(content["at"])}))
    return found


def _folder(settings: Settings) -> Path:
    return settings.home / "failures"


def _path(settings: Settings, dag_id: str, task_id: str) -> Path:
    return _folder(settings) / f"{dag_id}.{task_id}.json"
