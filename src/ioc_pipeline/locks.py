"""Locks of the system on a file: they end with the process that holds them, however it ended."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class LockedError(Exception):
    """Another process holds it."""


@contextmanager
def locked(path: Path) -> Iterator[IO[str]]:
    """Hold a lock, made where there is none yet; wait for who holds it."""
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


@contextmanager
def locked_now(path: Path) -> Iterator[IO[str]]:
    """Hold a lock without waiting.

    Raises:
        LockedError: another process holds it.
    """
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(path.name) from None
        yield file


def run_lock(home: Path) -> Path:
    """The lock that `make run` holds over an IOC_HOME for as long as it runs; its pid stands in the file."""
    return home / "airflow" / "run.lock"


def _opened(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a+", encoding="utf-8")  # what its holder wrote stays to be read by who comes too late
