"""What a kill -9 in mid-load costs under Airflow as docker-compose.yml configures it.

    PYTHONPATH=tests python tests/bench/killed_airflow.py [VICTIM ...]

Each time over an installation of its own that takes 146 sample files: how long until the task that was running is tried
again, and until every file is answered, counted from the kill. A scheduler that died is started again at once, as its
container would be; a worker is not, the other one goes on.
"""

import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from e2e.compose_airflow import Cluster, all_answered, compose_airflow, drop_samples
from ioc_pipeline.ledger.ledger import Ledger

LIMIT_SECONDS = 300
AT_WORK_SECONDS = 2.0
EXECUTORS = {
    "task": "LocalExecutor",
    "supervisor": "LocalExecutor",
    "scheduler": "LocalExecutor",
    "task of a worker": "CeleryExecutor",
    "supervisor of a worker": "CeleryExecutor",
    "worker": "CeleryExecutor",
}
RUNNING = "select id from task_instance where state = 'running'"
TRIED_AGAIN = "select 1 from task_instance where try_number > 1 and state in ('running', 'success')"


def measure(victim: str, folder: Path) -> str:
    """Kill one of them once; says what it cost."""
    home = folder / "home"
    count = drop_samples(home)
    with compose_airflow(home, ["ingest_inbox.py"], folder, EXECUTORS[victim]) as cluster:
        ledger = Ledger(cluster.environment["IOC_LEDGER_URL"])
        cluster.wait_for(lambda: cluster.ask(RUNNING), LIMIT_SECONDS, "task")
        time.sleep(AT_WORK_SECONDS)
        component, task = _running_task(cluster)
        killed_at = time.monotonic()
        _kill(victim, component, task, cluster)
        cluster.wait_for(lambda: cluster.ask(TRIED_AGAIN), LIMIT_SECONDS, "second try")
        tried = time.monotonic() - killed_at
        cluster.wait_for(lambda: all_answered(ledger, count), LIMIT_SECONDS, "answers")
        answered = time.monotonic() - killed_at
    return f"{victim}: tried again after {tried:.0f} s, all answered after {answered:.0f} s"


def _running_task(cluster: Cluster) -> tuple[str, psutil.Process]:
    """The process that does a task's work, and the component it is of."""
    titles = {f"airflow worker -- {found}" for (found,) in cluster.ask(RUNNING)}
    for name, process in cluster.processes.items():
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if " ".join(child.cmdline()).strip() in titles:
                    return name, child
    raise AssertionError(f"no process of {titles}")


def _kill(victim: str, component: str, task: psutil.Process, cluster: Cluster) -> None:
    if victim.startswith("task"):
        task.kill()
    elif victim.startswith("supervisor"):
        psutil.Process(task.ppid()).kill()
    else:
        process = cluster.processes.pop(component)
        root = psutil.Process(process.pid)
        for one in [root, *root.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        process.wait()
        if victim == "scheduler":
            cluster.start(component, *cluster.commands[component])


def main() -> None:
    for victim in sys.argv[1:] or EXECUTORS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            print(measure(victim, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
