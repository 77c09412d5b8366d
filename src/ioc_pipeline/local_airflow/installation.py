"""Airflow and the sample APIs of one IOC_HOME: prepared, started, waited for, watched."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.marts import serve_for_bi
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.local_airflow.api import AirflowApi, RefusedError
from ioc_pipeline.local_airflow.environment import (
    airflow_environment,
    inherited_environment,
    installation_secrets,
    usable_port,
)
from ioc_pipeline.local_airflow.postgresql import Server, why_not
from ioc_pipeline.local_airflow.processes import Processes
from ioc_pipeline.local_airflow.progress import Progress
from ioc_pipeline.local_airflow.screen import Screen
from ioc_pipeline.sample.api.credentials import connections
from ioc_pipeline.settings import Settings

SAMPLE_APIS = "sample-apis"
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")

HEALTHY_SECONDS = 300
PUBLISHED_SECONDS = 900
SAY_SECONDS, STEP_SECONDS = 15, 5


class WaitError(Exception):
    """What we waited for did not happen in its time; the message says what is known about why."""


@dataclass(frozen=True, slots=True)
class _Wait:
    """Something to wait for: `missing` tells what still is, `failures` why it will never come."""

    what: str
    missing: Callable[[], str]
    limit_seconds: float
    failures: Callable[[], list[str]] = list


class Installation:
    """One running installation: its processes, and how far they have come. Its sample files tell of some months.

    Raises:
        UserError: IOC_WEB_PORT cannot be used.
    """

    def __init__(
        self, given: Settings, environment: Mapping[str, str], components_lock: int, screen: Screen, *, months: int
    ) -> None:
        self._given = given
        self._screen = screen
        self._months = months
        logs = given.home / "airflow" / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        self.port = usable_port(environment.get("IOC_WEB_PORT") or "0", "IOC_WEB_PORT")
        self._api_port = usable_port("0", SAMPLE_APIS)
        self.keys = installation_secrets(given)
        airflow = airflow_environment(given, self.port, self.keys)
        sample_apis = connections(f"http://127.0.0.1:{self._api_port}")
        self.serving = None if environment.get("IOC_SERVING_URL") else _own_postgresql(given, screen)
        serving = {"IOC_SERVING_URL": self.serving.url} if self.serving else {}
        self._processes = Processes(
            logs, inherited_environment(environment) | airflow | sample_apis | serving, given.project, components_lock
        )
        self._api = AirflowApi(self.port, self.keys.password)
        self._ledger = Ledger(given.ledger_url)
        self._ledger.migrate()
        self._keeps_alive = False
        self._progress = Progress(given, self._api, self._ledger, logs)

    def start(self) -> None:
        """Prepare and start everything; returns when each component is healthy and the first run has ended."""
        self._screen.say("Chuẩn bị cơ sở dữ liệu của Airflow · preparing Airflow's database")
        self._given.inbox.mkdir(parents=True, exist_ok=True)
        self._processes.finish("db-migrate", "-m", "airflow", "db", "migrate")
        self._screen.say("Khởi động Airflow · starting " + ", ".join(COMPONENTS))
        if self.serving:
            server = (str(self.serving.folder), str(self.serving.port))
            self._processes.start("postgresql", "-m", "ioc_pipeline.local_airflow.postgresql", *server)
            self._wait(_Wait("Chờ · waiting for", self.serving.missing, HEALTHY_SECONDS))
            # What was published without it; nobody else publishes yet.
            serve_for_bi(replace(self._given, serving_url=self.serving.url))
        serve = ("sample", "serve", "--port", str(self._api_port))
        self._processes.start(SAMPLE_APIS, "-m", "ioc_pipeline.cli", *serve)
        for component in COMPONENTS:
            # Nobody outside needs the log servers, which would listen on every interface: logs are read from disk.
            serve_no_logs = ["--skip-serve-logs"] if component in ("scheduler", "triggerer") else []
            self._processes.start(component, "-m", "airflow", component, *serve_no_logs)
        if not self._ledger.deliveries():
            self._screen.say("Gửi tệp mẫu · sending sample files")
            sample = ("-m", "ioc_pipeline.cli", "sample", "--months", str(self._months))
            paths = self._processes.finish("sample", *sample).splitlines()
            self._progress.sent = {Path(path).name for path in paths}
        starting = "Chờ Airflow · waiting for"
        self._wait(_Wait(starting, self._api.unhealthy, HEALTHY_SECONDS))
        pool = {"name": "warehouse", "slots": 1, "description": "DuckDB has one writer", "include_deferred": False}
        with suppress(RefusedError):  # it is there already
            self._api.tell("/api/v2/pools", pool)
        self._wait(_Wait(starting, self._progress.cold, PUBLISHED_SECONDS, self._progress.failures))

    def keep_alive(self) -> None:
        """From now on a component that dies is started again; before, or without this, it ends the run."""
        self._keeps_alive = True

    def _watch(self) -> None:
        if not self._keeps_alive:
            self._processes.check()
            return
        for text in self._processes.revive(time.monotonic()):
            self._screen.say(text)

    def wait_until_published(self) -> None:
        """Wait until every sample file has its verdict, every API is fetched, and the marts hold what was loaded.

        Raises:
            WaitError: that failed, or takes too long.
        """
        progress = self._progress
        self._wait(_Wait("Đang xử lý · processing", progress.unpublished, PUBLISHED_SECONDS, progress.failures))

    def serve(self) -> None:
        """Watch until a signal comes; say when a new version is published."""
        self._screen.say("Đang phục vụ; nhấn Ctrl-C để dừng · serving, Ctrl-C stops")
        version = self._progress.version()
        while True:
            time.sleep(1)
            self._watch()
            if (newest := self._progress.version()) != version:
                version = newest
                self._screen.say(f"Đã công bố · published {version}")

    def _missing(self, wait: _Wait) -> str:
        try:
            return wait.missing()
        except (OSError, HTTPException):
            return "api-server"  # it died, and is started again

    def _wait(self, wait: _Wait) -> None:
        """Ask what is still missing until it is nothing; now and then say so and look for failures."""
        deadline = time.monotonic() + wait.limit_seconds
        said, said_at = "", time.monotonic()
        say_next_at = said_at
        while text := self._missing(wait):
            self._watch()
            is_late = time.monotonic() > deadline
            if is_late or time.monotonic() > said_at + SAY_SECONDS:
                if found := wait.failures():
                    raise WaitError("\n".join(found))
                if is_late:
                    limit = f"{wait.limit_seconds:.0f}"
                    raise WaitError(f"Quá {limit} giây · after {limit} s still: {text}")
                said = ""
            # Counts change by the second.
            if text != said and time.monotonic() >= say_next_at:
                self._screen.say(f"{wait.what}: {text}")
                said, said_at = text, time.monotonic()
                say_next_at = said_at + STEP_SECONDS
            time.sleep(0.5)


def _own_postgresql(given: Settings, screen: Screen) -> Server | None:
    """The PostgreSQL of this installation, where one can run: on the port of last time, if that is free."""
    folder = given.home / "postgresql"
    if reason := why_not(folder):
        screen.say(f"Không có PostgreSQL cho công cụ BI · no PostgreSQL for BI tools: {reason}")
        return None
    port = folder / "port"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        number = usable_port(port.read_text(encoding="utf-8") if port.exists() else "0", "postgresql/port")
    except UserError:
        number = usable_port("0", "postgresql/port")
    port.write_text(str(number), encoding="utf-8")
    return Server.of(folder, number)
