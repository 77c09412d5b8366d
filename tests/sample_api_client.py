"""A client of the four sample APIs for their tests."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.sample.api.faults import Kind

REPOSITORY = Path(__file__).resolve().parents[1]


SEPTEMBER = (date(2025, 8, 15), date(2025, 9, 14))


END = "2025-09-15"


KEY = {"x-api-key": "sample"}


RAIN = "/public/current/sonla.json"


Row = dict[str, Any]


class Client:
    """Asks the four systems as their contracts say."""

    def __init__(self, app: FastAPI, url: str) -> None:
        self.app = app
        self.http = httpx.Client(base_url=url, timeout=10)

    def dossiers(self, page: int = 1, **parameters: Any) -> httpx.Response:
        return self.http.get("/dossiers", params={"page": page, **parameters}, headers=KEY)

    def all_dossiers(self, **parameters: Any) -> list[Row]:
        rows: list[Row] = []
        for page in range(1, 1_000):
            answer = self.dossiers(page, pageSize=5_000, **parameters).json()
            rows += answer["items"]
            if len(answer["items"]) < 5_000:
                break
        return rows

    def token(self, password: str = "sample") -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_id": "ioc", "client_secret": password}
        return self.http.post("/oauth/token", data=form)

    def tasks(self, cursor: str = "", **parameters: Any) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.token().json()['access_token']}"}
        return self.http.get("/tasks", params={"cursor": cursor, **parameters}, headers=bearer)

    def all_tasks(self, **parameters: Any) -> list[Row]:
        rows: list[Row] = []
        cursor = ""
        while True:
            answer = self.tasks(cursor, **parameters).json()
            rows += answer["data"]
            cursor = answer["nextCursor"]
            if not cursor:
                return rows

    def rain(self) -> httpx.Response:
        return self.http.get(RAIN)

    def index(self, level: int, **period: int) -> httpx.Response:
        parameters = {
            "type": "ref", "service": "report_tinh_766_service", "p_nam": 2025, "p_6thang": 0, "p_quy": 0,
            "p_thang": 0, "p_loaidonvi": level, "pageIndex": 1, "pageSize": 1_000, **period,
        }  # fmt: skip
        return self.http.post("/jsp/rest.jsp", data={"params": json.dumps(parameters)})

    def fault(self, kind: Kind, path: str, **more: Any) -> None:
        assert self.http.post("/faults", json={"kind": kind, "path": path, **more}).status_code == 201

    def close(self) -> None:
        self.http.close()


def at(client: Client, moment: datetime) -> None:
    offset = (moment - datetime.now(LOCAL_TIME)).total_seconds()
    client.http.post("/clock", json={"offset_seconds": offset})


def rows_of(client: Client, path: str) -> list[Row]:
    rows: list[Row] = {
        "/dossiers": lambda: client.dossiers(pageSize=20).json()["items"],
        "/tasks": lambda: client.tasks().json()["data"],
        RAIN: lambda: client.rain().json(),
        "/jsp/rest.jsp": lambda: client.index(2, p_thang=9).json()["data"],
    }[path]()
    return rows
