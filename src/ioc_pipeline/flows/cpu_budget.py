"""What one piece of work may cost: a contract's pattern can hang the parser on one file, and everybody waits."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


class OverBudgetError(BaseException):
    """The work was stopped. Not an Exception: a library that goes on after any error of a check must not go on here."""


@contextmanager
def cpu_budget(seconds: float) -> Iterator[None]:
    """Stop what is inside once this process has computed for so long: its processor's time, so a slow machine is not
    a fault, and another timer than the one of Airflow's `execution_timeout`.

    Raises:
        OverBudgetError: it took longer.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is sent signals
        return
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise OverBudgetError
