"""A whole installation under real Airflow, as `make run` starts it."""

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

START_SECONDS = 600
DROP_SECONDS = 180
STOP_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """One IOC_HOME with Airflow running over it."""

    process: subprocess.Popen[bytes]
    home: Path
    environment: dict[str, str]

    def said(self) -> str:
        return (self.home / "output.txt").read_text("utf-8")

    def ioc(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "ioc_pipeline.cli", *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout

    def query(self, sql: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.ioc("sql", sql))))

    def version(self) -> str:
        return str(json.loads((self.home / "published" / "current.json").read_text("utf-8"))["version"])

    def ask_airflow(self, sql: str) -> list[tuple[str, ...]]:
        with sqlite3.connect(f"file:{self.home}/airflow/airflow.db?mode=ro", uri=True) as metadata:
            return metadata.execute(sql).fetchall()

    def processes(self) -> list[psutil.Process]:
        """All it started: what loses its parent becomes a child of the one that supervises."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]


def wait_for(happened: Callable[[], object], seconds: float, what: str, installation: Installation) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"no {what} after {seconds} s\n{installation.said()}"
        time.sleep(0.2)


def start(home: Path) -> Installation:
    environment = {**os.environ, "IOC_HOME": str(home)}
    with (home / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ioc_pipeline.local_airflow", "run"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Installation(process, home, environment)


@pytest.fixture(scope="session")
def running_airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One for all tests/e2e/test_airflow_*.py, in the order of their names: it takes longest to start."""
    running = start(tmp_path_factory.mktemp("ioc"))
    process = running.process
    try:
        wait_for(lambda: "Ctrl-C" in running.said() or process.poll() is not None, START_SECONDS, "serving", running)
        assert process.poll() is None, running.said()
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def drop(path: Path, folder: Path) -> None:
    """As a department should: complete the copy under another name, then rename it."""
    partial = folder / f"{path.name}.part"
    shutil.copyfile(path, partial)
    partial.rename(folder / path.name)
