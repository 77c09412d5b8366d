"""Airflow on one machine: prepare it under IOC_HOME, start it, watch it, stop every process of it.

Airflow is only ever a child process here; this module never imports it. Whatever a signal, an error or a dying
component does, `_stop_everything` ends all descendants, also those whose parent died first.
"""

import base64
import ctypes
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn
from urllib.parse import quote, urlencode

import psutil

from ioc_pipeline import settings
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.sample.api.credentials import connections
from ioc_pipeline.serve import overview
from ioc_pipeline.settings import Settings

USER = "ioc"
INGEST_DAG = "ingest_inbox"
EXTRACT_DAG = "extract_{source}"  # one for each contract of an API
SAMPLE_APIS = "sample-apis"
COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer")

# Imported once by the fork server that all tasks are forked from. Third-party modules only: code, a manifest or a
# connection of ours would stay the old one after an edit. Great Expectations comes before Airflow sets up logging:
# its import is silent only then.
PRELOAD = (
    "great_expectations",
    "pandas",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "duckdb",
    "python_calamine",
    "sqlalchemy.dialects.sqlite",
    "dbt.cli.main",
    "dbt.task.build",
    "dbt.task.printer",
    "dbt.parser.sql",
    "dbt.adapters.duckdb",
    "dbt.adapters.duckdb.environments.local",
    "sqlparse.engine.grouping",
    "multiprocessing.pool",
    "airflow.executors.local_executor",
    "airflow.sdk.execution_time.supervisor",
    "airflow.sdk.execution_time.task_runner",
    "airflow.dag_processing.dagbag",
    "airflow.providers.standard.operators.python",
)

HEALTHY_SECONDS = 300
PUBLISHED_SECONDS = 900
SAY_SECONDS, STEP_SECONDS = 15, 5
# A scheduler that stops lets running tasks finish; loading and building are harmless to kill, only slower to repeat.
FINISH_TASKS_SECONDS = 20
FINISH_SECONDS = 3
LEFTOVER_SECONDS = 60

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_libc = ctypes.CDLL(None, use_errno=True)


class Stopped(BaseException):
    """Somebody asked us to stop. Not an Exception: no handler of ordinary errors may swallow it."""


class ComponentError(Exception):
    """A process that must live has ended; the message holds the end of its log."""


class RefusedError(Exception):
    """Airflow's API did not do what we asked; the message has its status."""


class WaitError(Exception):
    """What we waited for did not happen in its time; the message says what is known about why."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made once per installation, kept readable for its owner only."""

    fernet_key: str
    api_key: str
    jwt_key: str
    password: str
    is_new: bool


def main(arguments: Sequence[str] = sys.argv[1:]) -> int:
    """`run`, `demo` or `clean`. Returns 0, 1 (the user has to do something else) or 2 (we failed)."""
    try:
        match arguments:
            case ["run"]:
                return run(settings.from_environment(), os.environ, is_demo=False)
            case ["demo"]:
                return run(settings.from_environment(), os.environ, is_demo=True)
            case ["clean"]:
                return clean(settings.from_environment())
            case _:
                raise UserError("python -m ioc_pipeline.local_airflow.supervisor run | demo | clean")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1


def run(given: Settings, environment: Mapping[str, str], *, is_demo: bool) -> int:
    """Serve until a signal comes; the demo ends by itself when the marts are published.

    Raises:
        UserError: another run holds this IOC_HOME, or IOC_WEB_PORT cannot be used.
    """
    started_at = time.monotonic()

    def say(text: str) -> None:
        _say(f"[{time.monotonic() - started_at:4.0f} s] {text}")

    with _only_run(given) as components_lock:
        is_serving = False
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stopped)
        try:
            airflow = _LocalAirflow(given, environment, components_lock, say)
            airflow.start()
            is_serving = not is_demo
            try:
                airflow.wait_until_published()
                airflow.show_marts()
            except WaitError as error:
                if is_demo:
                    raise
                print(f"\n{error}", file=sys.stderr)  # the others' files are still to be served
            airflow.show_places(is_serving=is_serving)
            if is_serving:
                airflow.serve()
            return 0
        except Stopped:
            return 0 if is_serving else 130
        except (ComponentError, RefusedError, WaitError) as error:
            print(f"\n{error}", file=sys.stderr)
            return 2
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            say("Đang dừng · stopping")
            _stop_everything()
            say("Đã dừng · stopped")


def clean(given: Settings) -> int:
    """Forget all state of this IOC_HOME.

    Raises:
        UserError: it is running, or the folder is not one of ours.
    """
    if not given.home.exists():
        return 0
    if given.home != given.project / "var" and not (given.home / "airflow" / "run.lock").exists():
        raise UserError(f"{given.home}: không phải thư mục của hệ thống này · not made by make run, nothing removed")
    with _only_run(given):
        shutil.rmtree(given.home)
    return 0


def airflow_environment(given: Settings, web_port: int, keys: Secrets) -> dict[str, str]:
    """The whole configuration of Airflow, as environment variables; there is no airflow.cfg to edit."""
    home = given.home / "airflow"
    url = f"http://127.0.0.1:{web_port}"
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(given.project / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(given.project / "plugins"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DAG_RUN_CONF_OVERRIDES_PARAMS": "False",
        "AIRFLOW__CORE__FERNET_KEY": keys.fernet_key,
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(_passwords_file(given)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD": ",".join(PRELOAD),
        "AIRFLOW__SCHEDULER__MP_START_METHOD": "forkserver",
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.25",
        # A finished task holds its executor slot until its supervisor wakes, which it does at this interval.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__LOGGING__DAG_PROCESSOR_CHILD_PROCESS_LOG_DIRECTORY": str(home / "logs" / "dag_processor"),
        "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FOLDER_PERMISSIONS": "0o700",
        "AIRFLOW__LOGGING__FILE_TASK_HANDLER_NEW_FILE_PERMISSIONS": "0o600",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(web_port),
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": keys.api_key,
        "AIRFLOW__API__INSTANCE_NAME": "IOC",
        "AIRFLOW__API_AUTH__JWT_SECRET": keys.jwt_key,
        "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME": "28800",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "IOC_PROJECT": str(given.project),
        "IOC_HOME": str(given.home),
    }


class _LocalAirflow:
    """One running installation: its processes, and the questions we ask it."""

    def __init__(
        self, given: Settings, environment: Mapping[str, str], components_lock: int, say: Callable[[str], None]
    ) -> None:
        self._given = given
        self._say = say
        self._components_lock = components_lock
        self._logs = given.home / "airflow" / "logs"
        self._port = _usable_port(environment.get("IOC_WEB_PORT") or "0", "IOC_WEB_PORT")
        self._api_port = _usable_port("0", SAMPLE_APIS)
        self._started_at = datetime.now(UTC)
        self._keys = _secrets(given)
        # A shell that was used for another Airflow must not configure ours.
        inherited = {name: value for name, value in environment.items() if not name.startswith("AIRFLOW_")}
        # Tasks talk to the API server on this machine, whatever proxy leads out of it.
        exceptions = {name: f"{environment.get(name, '')},127.0.0.1".lstrip(",") for name in ("NO_PROXY", "no_proxy")}
        sample_apis = connections(f"http://127.0.0.1:{self._api_port}")
        self._environment = inherited | exceptions | airflow_environment(given, self._port, self._keys) | sample_apis
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ledger = Ledger(given.ledger_url)
        self._ledger.migrate()
        self._sent: set[str] = set()
        self._first_run = ""
        apis = read_contracts(given.sources, given.expectations, given.seeds).apis()
        self._unfetched = {EXTRACT_DAG.format(source=contract.source.name): "" for contract in apis}

    def start(self) -> None:
        """Prepare and start everything; returns when Airflow says that each component is healthy."""
        self._say("Chuẩn bị cơ sở dữ liệu của Airflow · preparing Airflow's database")
        self._logs.mkdir(parents=True, exist_ok=True)
        self._given.inbox.mkdir(parents=True, exist_ok=True)
        self._finish("db-migrate", "-m", "airflow", "db", "migrate")
        self._say("Khởi động Airflow · starting " + ", ".join(COMPONENTS))
        serve = ("sample", "serve", "--port", str(self._api_port))
        self._processes[SAMPLE_APIS] = self._spawn(SAMPLE_APIS, "-m", "ioc_pipeline.cli", *serve)
        for component in COMPONENTS:
            # Nobody outside needs the log servers, which would listen on every interface: logs are read from disk.
            serve_no_logs = ["--skip-serve-logs"] if component in ("scheduler", "triggerer") else []
            self._processes[component] = self._spawn(component, "-m", "airflow", component, *serve_no_logs)
        if not self._ledger.deliveries():
            self._say("Thả tệp mẫu vào hộp thư đến · dropping sample files into the inbox")
            paths = self._finish("sample", "-m", "ioc_pipeline.cli", "sample").splitlines()
            self._sent = {Path(path).name for path in paths}
        self._wait(self._unhealthy, HEALTHY_SECONDS, "Chờ Airflow · waiting for")
        pool = {"name": "warehouse", "slots": 1, "description": "DuckDB has one writer", "include_deferred": False}
        with suppress(RefusedError):  # it is there already
            self._ask("/api/v2/pools", pool)
        self._wait(self._cold, PUBLISHED_SECONDS, "Chờ Airflow · waiting for", self._failures)

    def wait_until_published(self) -> None:
        """Wait until every sample file has its verdict, every API is fetched, and the marts hold what was loaded."""
        self._wait(self._unpublished, PUBLISHED_SECONDS, "Đang xử lý · processing", self._failures)

    def serve(self) -> None:
        """Watch until something dies; say when a new version is published."""
        self._say("Đang phục vụ; nhấn Ctrl-C để dừng · serving, Ctrl-C stops")
        version = self._version()
        while True:
            time.sleep(1)
            self._check_components()
            if (newest := self._version()) != version:
                version = newest
                self._say(f"Đã công bố · published {version}")

    def show_marts(self) -> None:
        """Print the province's newest indicators, one of each system, and what became of published figures."""
        with connect_published(self._given) as marts:
            for title, table in overview.tables(marts, self._given.province_code):
                _say(f"\n{title}\n\n{overview.as_text(table)}")

    def show_places(self, *, is_serving: bool) -> None:
        """Print where everything is; the login only where there is still something to log in to."""
        _say(
            '\nTừ đâu mà có · whence      .venv/bin/ioc trace "<chỉ số · indicator>" "<nơi · unit>" <2025-09|2025-Q3>'
            f"\nHộp thư đến · inbox        {self._given.inbox}/<đơn vị · department>/"
            f"\nPhản hồi · feedback        {self._given.inbox}/<đơn vị · department>/phan-hoi/"
            f"\nDữ liệu công bố · marts    {self._given.published}"
            f"\nNhật ký · logs             {self._logs}"
        )
        if not is_serving:
            _say("\n`make run` tiếp tục từ đây và phục vụ · goes on from here and keeps serving\n")
            return
        password = self._keys.password if self._keys.is_new else f"xem · see {_passwords_file(self._given)}"
        _say(
            f"Giao diện · web UI         http://127.0.0.1:{self._port}"
            f"\nĐăng nhập · login          {USER}"
            f"\nMật khẩu · password        {password}\n"
        )

    def _spawn(self, name: str, *arguments: str, stdout: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        with (self._logs / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=stdout or log,
                stderr=log,
                env=self._environment,
                cwd=self._given.project,
                pass_fds=[self._components_lock],
                # Its own session: Ctrl-C at the terminal reaches only us, and we stop the components in order.
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    def _finish(self, name: str, *arguments: str) -> str:
        """Run one command to its end and return what it printed."""
        output = self._logs / f"{name}.out"
        with output.open("w+b") as stdout:
            process = self._spawn(name, *arguments, stdout=stdout)
            while process.poll() is None:
                self._check_components()
                time.sleep(0.1)
            if process.returncode:
                raise ComponentError(
                    f"{name}: kết thúc với mã · ended with code {process.returncode}\n{self._tail(name)}"
                )
            stdout.seek(0)
            return stdout.read().decode()

    def _wait(
        self,
        missing: Callable[[], str],
        limit_seconds: float,
        what: str,
        failures: Callable[[], list[str]] = list,
    ) -> None:
        """Ask `missing` what is still missing until it says nothing; now and then say so and look for failures."""
        deadline = time.monotonic() + limit_seconds
        said, said_at = "", time.monotonic()
        say_next_at = said_at
        while text := missing():
            self._check_components()
            is_late = time.monotonic() > deadline
            if is_late or time.monotonic() > said_at + SAY_SECONDS:
                if found := failures():
                    raise WaitError("\n".join(found))
                if is_late:
                    raise WaitError(f"Quá {limit_seconds:.0f} giây · after {limit_seconds:.0f} s still: {text}")
                said = ""
            # Counts change by the second.
            if text != said and time.monotonic() >= say_next_at:
                self._say(f"{what}: {text}")
                said, said_at = text, time.monotonic()
                say_next_at = said_at + STEP_SECONDS
            time.sleep(0.5)

    def _check_components(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise ComponentError(
                    f"{name}: đã dừng bất ngờ với mã · died with code {process.returncode}\n{self._tail(name)}"
                )

    def _tail(self, name: str) -> str:
        log = self._logs / f"{name}.log"
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        return "\n".join([*lines, f"({log})"])

    def _unhealthy(self) -> str:
        try:
            health = _exchange_json(self._port, "/api/v2/monitor/health")
        except (OSError, HTTPException, RefusedError):
            return "api-server"
        return ", ".join(name for name, state in health.items() if state["status"] not in ("healthy", None))

    def _cold(self) -> str:
        """Empty once one run has ended: it fills the fork server, so that the first drop is as quick as the others."""
        runs = f"/api/v2/dags/{INGEST_DAG}/dagRuns"
        try:
            if not self._first_run:
                self._first_run = self._ask(runs, {"logical_date": None})["dag_run_id"]
            state = self._ask(f"{runs}/{quote(self._first_run)}")["state"]
        except RefusedError:
            return "dag-processor"  # has not read the DAG yet
        return "" if state in ("success", "failed") else ", ".join([INGEST_DAG, *self._on_the_way(self._counts())])

    def _fetching(self) -> list[str]:
        """Extracts that have not ended; one that never ran is started, whatever its schedule."""
        for dag_id in [dag_id for dag_id, run_id in self._unfetched.items() if not run_id]:
            runs = f"/api/v2/dags/{dag_id}/dagRuns"
            with suppress(RefusedError):  # its DAG has not been read yet
                found = self._ask(f"{runs}?limit=1&order_by=-run_after")["dag_runs"]
                goes_on = found and found[0]["state"] != "failed"
                run = found[0] if goes_on else self._ask(runs, {"logical_date": None})
                self._unfetched[dag_id] = run["dag_run_id"]
        # One is asked about at a time: the API server shares the machine with what we wait for.
        for dag_id, run_id in list(self._unfetched.items())[:1]:
            if run_id and self._ask(f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}")["state"] == "success":
                del self._unfetched[dag_id]
        return sorted(self._unfetched)

    def _version(self) -> str:
        pointer = self._given.published / "current.json"
        return str(json.loads(pointer.read_text(encoding="utf-8"))["version"]) if pointer.exists() else ""

    def _unpublished(self) -> str:
        count = self._counts()
        waiting = [*self._on_the_way(count), *self._fetching()]
        if not waiting and self._version():
            return ""
        done = f"{count['published']} đã công bố · published, {count['returned']} trả lại · returned"
        return ", ".join([*waiting, done])

    def _counts(self) -> Counter[str]:
        """Deliveries by state, and the sample files that have not been taken yet as `inbox`."""
        # Pages are not waited for: those of a run that died never come to anything.
        rows = [row for row in self._ledger.status_rows() if row.kind != "page"]
        count = Counter(row.state for row in rows if not row.held_reason)
        count["inbox"] = len(self._sent - {row.file_name for row in rows})
        return count

    def _on_the_way(self, count: Counter[str]) -> list[str]:
        steps = {
            "inbox": "trong hộp thư · in the inbox",
            "landed": "đã nhận · landed",
            "prepared": "đã đọc · prepared",
            "loaded": "đã nạp · loaded",
        }
        return [f"{count[state]} {text}" for state, text in steps.items() if count[state]]

    def _failures(self) -> list[str]:
        """DAG files that Airflow cannot read, and runs that failed for good since we started."""
        errors = self._ask("/api/v2/importErrors")["import_errors"]
        since = urlencode({"state": "failed", "start_date_gte": self._started_at.isoformat()})
        runs = self._ask(f"/api/v2/dags/~/dagRuns?{since}")["dag_runs"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in errors] + [
            self._failure(run["dag_id"], run["dag_run_id"]) for run in runs
        ]

    def _failure(self, dag_id: str, run_id: str) -> str:
        folder = self._logs / f"dag_id={dag_id}" / f"run_id={run_id}"
        lines = [line for log in sorted(folder.rglob("*.log")) for line in log.read_text("utf-8").splitlines()]
        errors = [json.loads(line) for line in lines if '"level":"error"' in line]
        causes = [f"{cause['exc_type']}: {cause['exc_value']}" for error in errors for cause in error["error_detail"]]
        return "\n".join([f"{dag_id} thất bại · failed ({folder})", *dict.fromkeys(causes)])

    def _ask(self, path: str, content: Mapping[str, Any] | None = None) -> Any:
        login = {"username": USER, "password": self._keys.password}
        token = _exchange_json(self._port, "/auth/token", login)["access_token"]
        return _exchange_json(self._port, path, content, token)


def _raise_stopped(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


def _end_with_parent() -> None:
    """In the child: if we are killed without a chance to stop it, the kernel asks it to stop."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def _stop_everything() -> None:
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


@contextmanager
def _only_run(given: Settings) -> Iterator[int]:
    """Hold this IOC_HOME; yields the descriptor that the components inherit.

    Locks of the kernel, not files with a pid: they end with the process, however it ended. The second one ends with
    the last component, so that a new run does not start beside the remains of a killed one.
    """
    home = given.home / "airflow"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "run.lock").open("a+") as ours, (home / "components.lock").open("a") as theirs:
        try:
            fcntl.flock(ours, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            ours.seek(0)
            raise UserError(
                f"{given.home} đang được tiến trình {ours.read()} sử dụng · another run is using it. "
                "Stop that one first (Ctrl-C), or set IOC_HOME to another folder."
            ) from None
        ours.truncate(0)
        ours.write(str(os.getpid()))
        ours.flush()
        deadline = time.monotonic() + LEFTOVER_SECONDS
        while True:
            try:
                fcntl.flock(theirs, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise UserError(
                        f"{given.home}: tiến trình Airflow của lần chạy trước vẫn còn · Airflow processes of a killed "
                        "run are still there; end them, then start again."
                    ) from None
                time.sleep(0.5)
        yield theirs.fileno()


def _secrets(given: Settings) -> Secrets:
    path = given.home / "airflow" / "secrets.json"
    is_new = not path.exists()
    if is_new:
        _write_private(
            path,
            {
                "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                "api_key": secrets.token_urlsafe(48),
                "jwt_key": secrets.token_urlsafe(48),
            },
        )
        _write_private(_passwords_file(given), {USER: secrets.token_urlsafe(12)})
    password = json.loads(_passwords_file(given).read_text(encoding="utf-8"))[USER]
    return Secrets(**json.loads(path.read_text(encoding="utf-8")), password=password, is_new=is_new)


def _passwords_file(given: Settings) -> Path:
    return given.home / "airflow" / "passwords.json"


def _write_private(path: Path, content: dict[str, str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)


def _usable_port(text: str, name: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise UserError(f"{name}={text!r}: expected a port number, 1 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise UserError(f"{name}={text}: {error.strerror}; choose another port or leave it out") from None
        return int(probe.getsockname()[1])


def _exchange_json(port: int, path: str, content: Mapping[str, Any] | None = None, token: str = "") -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST" if content else "GET", path, json.dumps(content) if content else None, headers)
        answer = connection.getresponse()
        if answer.status >= 400:
            raise RefusedError(f"{path}: {answer.status} {answer.reason}")
        return json.load(answer)
    finally:
        connection.close()


def _say(text: str) -> None:
    """Print, also to a terminal that is gone: that must not keep us from stopping what we started."""
    try:
        print(text, flush=True)
    except OSError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
