"""Airflow's API server as docker-compose.yml configures it, with FAB's accounts and roles, as a process of ours."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import yaml

from ioc_pipeline.local_airflow.environment import inherited_environment
from ioc_pipeline.settings import PROJECT, Settings

START_SECONDS = 180
ACCOUNTS = """
import sys
from airflow.utils.db import initdb
initdb()
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
with get_application_builder() as builder:
    for account in sys.argv[2:]:
        name, _, role = account.partition("=")
        assert builder.sm.add_user(name, name, name, f"{name}@example.vn", builder.sm.find_role(role), sys.argv[1])
"""
"""What `airflow db migrate` and `airflow users create` do, in one process instead of one for each account."""


@dataclass(frozen=True)
class Server:
    """Where it listens, and the password of all its accounts."""

    address: str
    password: str

    def login(self, name: str, password: str) -> httpx.Response:
        return httpx.post(f"{self.address}/auth/token", json={"username": name, "password": password}, timeout=30)

    def browser(self, name: str) -> httpx.Client:
        """Somebody who is logged in; nobody for ""."""
        client = httpx.Client(base_url=self.address, timeout=30)
        if name:
            client.cookies.set("_token", self.login(name, self.password).json()["access_token"])
        return client


@contextmanager
def serving(given: Settings, accounts: dict[str, str], folder: Path) -> Iterator[Server]:
    """Run the server over an installation; `accounts` are roles by name."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", secrets.token_urlsafe(12))
    environment = _environment(given, port, folder)
    log = folder / "log.txt"
    with log.open("wb") as output:
        command = [sys.executable, "-c", ACCOUNTS, server.password, *(f"{name}={of}" for name, of in accounts.items())]
        made = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False)
        assert made.returncode == 0, log.read_text("utf-8")[-3000:]
        command = [sys.executable, "-m", "airflow", "api-server", "--apps", "core"]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _environment(given: Settings, port: int, folder: Path) -> dict[str, str]:
    """That of the service api-server, its folders and its address being those of here, its secrets made up."""
    compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))
    said: dict[str, str] = compose["services"]["api-server"]["environment"]
    address = f"http://127.0.0.1:{port}"
    here = {name: value.replace("/opt/ioc", str(PROJECT)) for name, value in said.items()}
    return {
        **inherited_environment(os.environ),
        **here,
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        "IOC_HOME": str(given.home),
        "IOC_PROJECT": str(given.project),
        "IOC_PROVINCE": given.province_code,
    }


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{server.address}/api/v2/version", timeout=5)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(re.sub(server.password, "…", log.read_text("utf-8"))[-3000:])
