"""One run at a time for an IOC_HOME."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.locks import LockedError, locked_now, run_lock
from ioc_pipeline.settings import Settings

LEFTOVER_SECONDS = 60


@contextmanager
def only_run(given: Settings) -> Iterator[int]:
    """Hold this IOC_HOME; yields the descriptor that the components inherit.

    Locks of the kernel, not files with a pid: they end with the process, however it ended. The second one ends with
    the last component, so that a new run does not start beside the remains of a killed one.
    """
    home = given.home / "airflow"
    with ExitStack() as held:
        try:
            ours = held.enter_context(locked_now(run_lock(given.home)))
        except LockedError:
            holder = run_lock(given.home).read_text(encoding="utf-8")
            raise UserError(
                f"{given.home} đang được tiến trình {holder} sử dụng · another run is using it. "
                "Stop that one first (Ctrl-C), or set IOC_HOME to another folder."
            ) from None
        ours.truncate(0)
        ours.write(str(os.getpid()))
        ours.flush()
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while True:
            try:
                theirs = held.enter_context(locked_now(home / "components.lock"))
                break
            except LockedError:
                if time.monotonic() > deadline:
                    raise UserError(
                        f"{given.home}: tiến trình Airflow của lần chạy trước vẫn còn · Airflow processes of a killed "
                        "run are still there; end them, then start again."
                    ) from None
                time.sleep(0.5)
        yield theirs.fileno()
