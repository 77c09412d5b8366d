"""Airflow as docker-compose.yml configures it, without its web pages; its services are processes of ours."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import yaml

from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.local_airflow.environment import inherited_environment
from ioc_pipeline.settings import PROJECT
from postgresql_server import new_database, running_server

STOP_SECONDS = 20
WORKERS = ("worker-1", "worker-2")


@dataclass(frozen=True)
class Cluster:
    """What runs, and where it says what it does."""

    environment: dict[str, str]
    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"]
    metadata_url: str
    commands: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        self.commands[name] = command
        with (self.folder / f"{name}.log").open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=output, cwd=self.folder, start_new_session=True
            )

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Ask Airflow's metadata."""
        with psycopg.connect(self.metadata_url) as metadata:
            return metadata.execute(sql).fetchall()

    def wait_for(self, happened: Callable[[], object], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not happened():
            ended = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"{ended[0]} ended\n{self.said(ended[0])[-3000:]}"
            assert time.monotonic() < deadline, f"no {what} after {seconds} s\n{self.said('scheduler')[-3000:]}"
            time.sleep(0.3)

    def stop(self) -> None:
        """End who works before who is asked: a worker ends its task first, and that needs the API."""
        for process in reversed(self.processes.values()):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with suppress(ProcessLookupError):  # what a shell started outlives it
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def compose_airflow(home: Path, dags: Sequence[str], folder: Path, executor: str) -> Iterator[Cluster]:
    """Scheduler and what it needs over an IOC_HOME; for the CeleryExecutor two workers of one task each too."""
    with ExitStack() as ends:
        server = ends.enter_context(running_server())
        metadata_url, ledger_url = new_database(server.url), new_database(server.url)
        compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))["services"]
        own_dags = folder / "dags"
        own_dags.mkdir()
        for name in dags:
            shutil.copy(PROJECT / "dags" / name, own_dags)
        password, redis_port, web_port = secrets.token_urlsafe(12), _free_port(), _free_port()
        address = f"http://127.0.0.1:{web_port}"
        environment = {
            **inherited_environment(os.environ),
            **{
                name: value.replace("/opt/ioc", str(PROJECT))
                for name, value in compose["worker"]["environment"].items()
            },
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "AIRFLOW_HOME": str(folder / "airflow"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(own_dags),
            "AIRFLOW__CORE__EXECUTOR": executor,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata_url.replace("postgresql:", "postgresql+psycopg:"),
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": metadata_url.replace(
                "postgresql:", "postgresql+psycopg_async:"
            ),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(web_port),
            "AIRFLOW__API__BASE_URL": address,
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
            "AIRFLOW__CELERY__BROKER_URL": f"redis://:{password}@localhost:{redis_port}/0",
            "REDIS_PASSWORD": password,
            "IOC_HOME": str(home),
            "IOC_PROJECT": str(PROJECT),
            "IOC_PROVINCE": "",
            "IOC_LEDGER_URL": ledger_url,
            "IOC_SETTLE_SECONDS": "0",
        }
        cluster = Cluster(environment, folder, {}, metadata_url)
        ends.callback(cluster.stop)
        said_to_redis: str = compose["redis"]["command"][2].replace("$$", "$").replace("bind redis", "bind localhost")
        here = f'"port {redis_port}" "dir {folder}"'
        cluster.start("redis", "sh", "-c", said_to_redis.replace('"dir /data"', here))
        migrate = [sys.executable, "-m", "airflow", "db", "migrate"]
        made = subprocess.run(migrate, env=environment, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[-3000:]
        pool = "airflow pools set warehouse 1 'DuckDB has one writer'"
        assert pool in compose["prepare"]["command"][2]
        _give_warehouse_its_slot(metadata_url)
        cluster.start("api-server", "airflow", "api-server", "--apps", "execution")
        cluster.start("scheduler", *compose["scheduler"]["command"])
        cluster.start("dag-processor", *compose["dag-processor"]["command"])
        for name in WORKERS if executor == "CeleryExecutor" else ():
            *command, _ = compose["worker"]["command"]
            cluster.start(name, *command, str(folder / f"{name}.pid"), "--celery-hostname", name, "--concurrency", "1")
        yield cluster


def _give_warehouse_its_slot(metadata_url: str) -> None:
    """What `airflow pools set warehouse 1` does, without its start."""
    with psycopg.connect(metadata_url) as metadata:
        metadata.execute(
            "insert into slot_pool (pool, slots, description, include_deferred) values ('warehouse', 1, '', false)"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def drop_samples(home: Path) -> int:
    """Into the folders of all departments; gives how many."""
    command = [sys.executable, "-m", "ioc_pipeline.cli", "sample", "--months", "2", "--output", str(home / "inbox")]
    environment = {**os.environ, "IOC_HOME": str(home)}
    sent = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return len(sent.stdout.splitlines())


def all_answered(ledger: Ledger, count: int) -> bool:
    if not ledger.is_made():
        return False
    rows = ledger.status_rows()
    on_the_way = {"landed", "prepared"}
    return len(rows) == count and not on_the_way & {row.state for row in rows} and not ledger.to_answer()
