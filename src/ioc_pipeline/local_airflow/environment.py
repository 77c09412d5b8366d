"""The whole configuration of Airflow on this machine, and the secrets and ports that it needs."""

import base64
import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.settings import Settings

USER = "ioc"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made once per installation, kept readable for its owner only."""

    fernet_key: str
    api_key: str
    jwt_key: str
    password: str
    is_new: bool


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
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords_file(given)),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD": "ioc_preload",
        "AIRFLOW__SCHEDULER__MP_START_METHOD": "forkserver",
        # Each look of the scheduler costs 14 ms, whether there is anything to do or not.
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        # A finished task holds its executor slot until its supervisor wakes, which it does at this interval.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        # A killed worker or scheduler is noticed within three quarters of a minute, not the five of the defaults.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "35",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        # An edited DAG file is read at once whatever this is; only a contract of an API waits so long for its DAG.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
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


def inherited_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What the components take over from the shell that we were started in."""
    # A shell that was used for another Airflow must not configure ours. And each task imports our code anew: it would
    # compile it anew too where no byte code may be kept.
    inherited = {
        name: value
        for name, value in environment.items()
        if not name.startswith("AIRFLOW_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    # Tasks talk to the API server on this machine, whatever proxy leads out of it.
    exceptions = {name: f"{environment.get(name, '')},127.0.0.1".lstrip(",") for name in ("NO_PROXY", "no_proxy")}
    return inherited | exceptions


def installation_secrets(given: Settings) -> Secrets:
    path = given.home / "airflow" / "secrets.json"
    is_new = not path.exists()
    if is_new:
        write_private(
            path,
            {
                "fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                "api_key": secrets.token_urlsafe(48),
                "jwt_key": secrets.token_urlsafe(48),
            },
        )
        write_private(passwords_file(given), {USER: secrets.token_urlsafe(12)})
    password = json.loads(passwords_file(given).read_text(encoding="utf-8"))[USER]
    return Secrets(**json.loads(path.read_text(encoding="utf-8")), password=password, is_new=is_new)


def passwords_file(given: Settings) -> Path:
    return given.home / "airflow" / "passwords.json"


def write_private(path: Path, content: dict[str, str]) -> None:
    """Write secrets, readable for their owner only."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file)


def usable_port(text: str, name: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise UserError(f"{name}={text!r}: expected a port number, 1 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            raise UserError(f"{name}={text}: {error.strerror}; choose another port or leave it out") from None
        return int(probe.getsockname()[1])
