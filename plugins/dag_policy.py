"""What every DAG of ours promises: each task and each run ends, and a failure is noted where the alerts look.

A task that hangs would keep the one slot of the warehouse, and everybody's files with it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

RUN_ENDS_AFTER = timedelta(hours=3)  # with all its tasks and their retries; thousands of files at once take an hour


def note_failure(context: Mapping[str, Any]) -> None:
    """Of a task, or of a run that took too long; kinds of errors only, a message may hold a cell."""
    from ioc_pipeline import settings
    from ioc_pipeline.flows import failures

    task, error = context.get("task_instance"), context.get("exception")
    failures.note(
        settings.from_environment(),
        dag_id=context["dag_run"].dag_id,
        task_id=task.task_id if task else "",
        reason=type(error).__name__ if isinstance(error, BaseException) else str(context.get("reason") or ""),
        at=datetime.now(UTC),
    )


def note_success(context: Mapping[str, Any]) -> None:
    from ioc_pipeline import settings
    from ioc_pipeline.flows import failures

    failures.forget(settings.from_environment(), context["dag_run"].dag_id, context["task_instance"].task_id)


def of_tasks(*, owner: str = "ioc", ends_after: timedelta = timedelta(minutes=20), **more: Any) -> dict[str, Any]:
    """The `default_args` of a DAG."""
    return {
        "owner": owner,
        "retries": 3,
        "retry_delay": timedelta(seconds=5),
        "execution_timeout": ends_after,
        "on_failure_callback": note_failure,
        "on_success_callback": note_success,
        **more,
    }
