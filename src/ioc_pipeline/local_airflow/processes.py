"""The processes of one run: started, watched, and every one of them stopped.

Whatever a signal, an error or a dying component does, `stop_everything` ends all descendants, also those whose parent
died first.
"""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

import psutil

# A scheduler that stops lets running tasks finish; loading and building are harmless to kill, only slower to repeat.
FINISH_TASKS_SECONDS = 20
FINISH_SECONDS = 3
RESTART_SECONDS = 60.0  # the longest pause before a component that died is started again
LIVED_SECONDS = 300.0  # one that lived so long did not die of its start

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_libc = ctypes.CDLL(None, use_errno=True)


class Stopped(BaseException):
    """Somebody asked us to stop. Not an Exception: no handler of ordinary errors may swallow it."""


class ComponentError(Exception):
    """A process that must live has ended; the message holds the end of its log."""


@dataclass(slots=True)
class _Component:
    """A process that must live. `restart_at` is on the monotonic clock, None while it lives."""

    arguments: tuple[str, ...]
    process: subprocess.Popen[bytes]
    started_at: float
    deaths: int = 0
    restart_at: float | None = None


@dataclass(slots=True)
class Processes:
    """Python processes of one run, all with one environment and folder; each writes to a log of its name in `logs`.

    They inherit the descriptor `components_lock`, which tells the next run that one of them is still there.
    """

    logs: Path
    environment: Mapping[str, str]
    folder: Path
    components_lock: int
    _living: dict[str, _Component] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        """Start a process that must live from now on."""
        (self.logs / f"{name}.log").unlink(missing_ok=True)
        self._living[name] = _Component(arguments, self._spawn(name, arguments), time.monotonic())

    def finish(self, name: str, *arguments: str) -> str:
        """Run one command to its end and give what it printed.

        Raises:
            ComponentError: it failed, or a process that must live ended meanwhile.
        """
        (self.logs / f"{name}.log").unlink(missing_ok=True)
        with (self.logs / f"{name}.out").open("w+b") as stdout:
            process = self._spawn(name, arguments, stdout)
            while process.poll() is None:
                self.check()
                time.sleep(0.1)
            if process.returncode:
                raise ComponentError(
                    f"{name}: kết thúc với mã · ended with code {process.returncode}\n{self._tail(name)}"
                )
            stdout.seek(0)
            return stdout.read().decode()

    def check(self) -> None:
        """Look whether all live that must.

        Raises:
            ComponentError: a process that must live has ended.
        """
        for name, component in self._living.items():
            if component.process.poll() is not None:
                code = component.process.returncode
                raise ComponentError(f"{name}: đã dừng bất ngờ với mã · died with code {code}\n{self._tail(name)}")

    def revive(self, now: float) -> list[str]:
        """Start again what has died, the later the more often it died; give what there is to say of it.

        `now` is the monotonic clock's.
        """
        said = []
        for name, component in self._living.items():
            code = component.process.poll()
            if code is None:
                continue
            if component.restart_at is None:
                if now - component.started_at > LIVED_SECONDS:
                    component.deaths = 0
                seconds = min(2.0**component.deaths, RESTART_SECONDS)
                component.deaths += 1
                component.restart_at = now + seconds
                said.append(
                    f"{name}: đã dừng bất ngờ với mã · died with code {code}; khởi động lại sau · restarts in "
                    f"{seconds:.0f} s ({self.logs / name}.log)"
                )
            elif now >= component.restart_at:
                component.process = self._spawn(name, component.arguments)
                component.started_at, component.restart_at = now, None
                said.append(f"{name}: đã khởi động lại · started again")
        return said

    def _spawn(self, name: str, arguments: tuple[str, ...], stdout: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        with (self.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stdout or log,
                stderr=log,
                env=self.environment,
                cwd=self.folder,
                pass_fds=[self.components_lock],
                # Its own session: Ctrl-C at the terminal reaches only us, and we stop the components in order.
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def _tail(self, name: str) -> str:
        log = self.logs / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        return "\n".join([*lines, f"({log})"])


def answer_signals() -> None:
    """Let every signal to stop raise `Stopped`, and take over the children of children that die."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in SIGNALS:
        signal.signal(number, _raise_stopped)


def ignore_signals() -> None:
    """From now on stopping is not interrupted."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _raise_stopped(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def _end_with_parent() -> None:
    """In the child: if we are killed without a chance to stop it, the kernel asks it to stop."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def stop_everything() -> None:
    """End every descendant of this process: asked first, the scheduler before what its last tasks report to."""
    ours = psutil.Process()

    def named(text: str) -> list[psutil.Process]:
        return [child for child in ours.children() if text in " ".join(_command(child))]

    _end(named("scheduler"), signal.SIGINT, FINISH_TASKS_SECONDS)
    _end(ours.children(), signal.SIGINT, FINISH_SECONDS)
    _end(ours.children(recursive=True), signal.SIGTERM, FINISH_SECONDS)
    while remaining := ours.children(recursive=True):
        _end(remaining, signal.SIGKILL, FINISH_SECONDS)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _end(processes: list[psutil.Process], number: signal.Signals, seconds: float) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=seconds)
