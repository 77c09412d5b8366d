"""One file, from the drop to published marts, under running Airflow: seconds per stage, median of ten drops.

    python tests/bench/drop_to_mart.py [DROPS]

CPU seconds are of all processes of the installation, less what it uses while it waits for a drop. What our own steps
use of them is told by warm_drop.py.

The yardstick is a plain process that calls the same functions one after the other, with everything imported: what
remains is the price of Airflow and of waiting until the file has settled.
"""

import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from ioc_pipeline import settings
from ioc_pipeline.flows import inbox, loads, marts, prepare
from ioc_pipeline.settings import Settings

LIMIT_SECONDS, IDLE_SECONDS = 120, 5
DEPARTMENT, FORM = "so-khcn", "Hạ tầng viễn thông"
STAGES = ("received", "prepared", "loaded", "answered", "published")


def main() -> None:
    drops = int(sys.argv[1]) if sys.argv[1:] else 10
    with tempfile.TemporaryDirectory() as folder:
        given = settings.from_environment({**os.environ, "IOC_HOME": f"{folder}/home"})
        files = [write_sample(Path(folder), given, seed) for seed in range(drops + 3)]
        columns = (*STAGES, "CPU s")
        with _airflow(given) as process:
            print("seconds after the drop".ljust(24) + "".join(column.rjust(11) for column in columns), flush=True)
            under_airflow = []
            for number, file in enumerate(files[:drops], 1):
                under_airflow.append(_measured(process, given, file))
                _show(f"drop {number}", [under_airflow[-1][column] for column in columns])
        plain = [_plain(given, file) for file in files[drops:]][1:]  # the first one imports and warms up
    medians = [statistics.median(seconds[column] for seconds in under_airflow) for column in columns]
    _show("median", medians)
    yardstick = statistics.mean(plain)
    print(
        f"\nthe same in a plain warm process: {yardstick:.2f} s; Airflow and settling: ×{medians[-2] / yardstick:.2f}"
    )


def _show(name: str, values: list[float]) -> None:
    print(name.ljust(24) + "".join(f"{value:11.2f}" for value in values), flush=True)


def _measured(process: psutil.Process, given: Settings, file: Path) -> dict[str, float]:
    """Seconds of `drop`, and the CPU seconds it costs."""
    before = _cpu_seconds(process)
    time.sleep(IDLE_SECONDS)
    idle = (_cpu_seconds(process) - before) / IDLE_SECONDS
    before, started = _cpu_seconds(process), time.monotonic()
    seconds = drop(given, file)
    time.sleep(2)  # the runs end
    return {**seconds, "CPU s": _cpu_seconds(process) - before - idle * (time.monotonic() - started)}


def _cpu_seconds(process: psutil.Process) -> float:
    """Of a process and all its descendants, those that have ended included."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        with suppress(psutil.Error):
            used = each.cpu_times()
            total += used.user + used.system + used.children_user + used.children_system
    return total


def write_sample(folder: Path, given: Settings, seed: int) -> Path:
    """The same form with other figures for each seed."""
    output = folder / f"seed{seed}"
    _ioc(given, "sample", "--seed", str(1000 + seed), "--until", "2025-09-15", "--output", str(output))
    return next((output / DEPARTMENT).glob(f"{FORM}*"))


@contextmanager
def _airflow(given: Settings) -> Iterator[psutil.Process]:
    given.home.mkdir(exist_ok=True)
    log = given.home / "output.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ioc_pipeline.local_airflow", "run"], env=_environment(given), stdout=output
        )
    try:
        while "Ctrl-C" not in log.read_text("utf-8"):
            if process.poll() is not None:
                sys.exit(log.read_text("utf-8"))
            time.sleep(1)
        yield psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def drop(given: Settings, file: Path) -> dict[str, float]:
    """Seconds from the drop to the end of each stage."""
    time.sleep(5)  # the runs of the drop before have ended
    folder = given.inbox / DEPARTMENT
    shutil.copyfile(file, folder / "copy.part")
    before = _published(given)
    dropped = time.time()
    (folder / "copy.part").rename(folder / file.name)
    while _published(given) == before:
        if time.time() > dropped + LIMIT_SECONDS:
            sys.exit(f"{file.name}: not published after {LIMIT_SECONDS} s")
        time.sleep(0.02)
    published = time.time() - dropped
    with sqlite3.connect(given.home / "ledger.db") as ledger:
        events = ledger.execute(
            "select kind, happened_at from event where delivery_seq = (select max(delivery_seq) from delivery)"
        ).fetchall()
    times = {kind: datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp() - dropped for kind, at in events}
    return {**times, "published": published}


def _plain(given: Settings, file: Path) -> float:
    """Seconds for the same way without Airflow, after the file has settled."""
    shutil.copyfile(file, given.inbox / DEPARTMENT / file.name)
    time.sleep(given.settle_seconds + 0.1)
    started = time.monotonic()
    for batch in inbox.land_inbox(given):
        prepare.prepare(given, batch)
    loads.load_prepared(given)
    marts.build_and_publish(given)
    return time.monotonic() - started


def _published(given: Settings) -> str:
    return str(json.loads((given.published / "current.json").read_text("utf-8"))["version"])


def _environment(given: Settings) -> dict[str, str]:
    return {**os.environ, "IOC_HOME": str(given.home)}


def _ioc(given: Settings, *arguments: str) -> None:
    command = [sys.executable, "-m", "ioc_pipeline.cli", *arguments]
    subprocess.run(command, env=_environment(given), stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
