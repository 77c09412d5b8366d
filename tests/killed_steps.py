"""Work in a process of its own, killed at one of its steps."""

import os
import signal
import traceback
from collections.abc import Callable


def forked(work: Callable[[], object]) -> int:
    """Do `work` in a forked process, which ends with it and so never runs on as a second pytest; gives its number."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def killed_at(number: int, work: Callable[[Callable[[str], None]], object]) -> str:
    """Do `work` in a process that ends itself, as by power loss, when it has come to its n-th step, counted from 0.

    `work` is given what it must call at each step. Returns the name of that step, "" when the work was done before.
    """
    reader, writer = os.pipe()
    left = [number]

    def die(step: str) -> None:
        if left[0] == 0:
            os.write(writer, step.encode())
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    child = forked(lambda: work(die))
    os.close(writer)
    with os.fdopen(reader) as pipe:
        step = pipe.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == (-signal.SIGKILL if step else 0)
    return step
