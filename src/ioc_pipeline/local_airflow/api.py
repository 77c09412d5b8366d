"""Airflow's REST API on this machine: the only way in which we ask or tell Airflow anything while it runs."""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote

from ioc_pipeline.local_airflow.environment import USER


class RefusedError(Exception):
    """Airflow's API did not do what we asked; the message has its status."""


class AirflowApi:
    """The API server of one installation. Paths begin with a slash; what it gives is JSON already read."""

    def __init__(self, port: int, password: str) -> None:
        self._port = port
        self._login = {"username": USER, "password": password}

    def unhealthy(self) -> str:
        """The components that are not there yet, `api-server` as long as it does not answer itself."""
        try:
            health = self._exchange("/api/v2/monitor/health")
        except (OSError, HTTPException, RefusedError):
            return "api-server"
        return ", ".join(name for name, state in health.items() if state["status"] not in ("healthy", None))

    def ask(self, path: str) -> Any:
        """Read something.

        Raises:
            RefusedError: there is no such thing, or not yet.
        """
        return self._exchange(path, token=self._token())

    def tell(self, path: str, content: Mapping[str, Any]) -> Any:
        """Create something.

        Raises:
            RefusedError: it is there already, or cannot be created.
        """
        return self._exchange(path, content, self._token())

    def start_run(self, dag_id: str) -> str:
        """Start a DAG now, whatever its schedule; gives the id of the run."""
        return str(self.tell(f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        return str(self.ask(f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}")["state"])

    def _token(self) -> str:
        return str(self._exchange("/auth/token", self._login)["access_token"])

    def _exchange(self, path: str, content: Mapping[str, Any] | None = None, token: str = "") -> Any:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST" if content else "GET", path, json.dumps(content) if content else None, headers)
            answer = connection.getresponse()
            if answer.status >= 400:
                raise RefusedError(f"{path}: {answer.status} {answer.reason}")
            return json.load(answer)
        finally:
            connection.close()
