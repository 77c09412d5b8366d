"""A small list of dossiers and an API that gives it page by page, those changed since a moment alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from http_api import Asked, HttpApi, Reply, serving


def dossier(number: int, updated_at: str) -> dict[str, Any]:
    return {
        "dossierId": f"H14-{number:04}", "procedureCode": "1.001193", "agencyCode": "so-khcn", "communeCode": "03646",
        "receivedAt": "2025-09-01T08:00:00+07:00", "channel": "online", "isFullyOnline": 1,
        "dueAt": "2025-09-20T17:00:00+07:00", "settledAt": None, "status": "pending", "isDigitised": 0,
        "reusesData": 0, "feeVnd": 0, "isPaidOnline": 0, "updatedAt": updated_at,
    }  # fmt: skip


class Dossiers:
    """What the system holds: `listed` may change while it is asked."""

    def __init__(self) -> None:
        self.listed = [dossier(number, f"2025-09-{number:02}T09:00:00+07:00") for number in range(1, 6)]

    def newest(self) -> dict[str, datetime]:
        """When each dossier changed last."""
        return {one["dossierId"]: datetime.fromisoformat(one["updatedAt"]) for one in self.listed}

    def change(self) -> None:
        """Two dossiers are withdrawn, two change, two are new."""
        later = [dossier(number, f"2025-09-{number + 9:02}T09:00:00+07:00") for number in (1, 2, 9, 10)]
        self.listed = self.listed[2:] + later

    def answer(self, asked: Asked) -> Reply:
        since = datetime.fromisoformat(asked.query.get("updatedSince", "2000-01-01T00:00:00+00:00"))
        changed = [one for one in self.listed if datetime.fromisoformat(one["updatedAt"]) >= since]
        first = (int(asked.query["page"]) - 1) * int(asked.query["pageSize"])
        return Reply({"total": len(changed), "items": changed[first : first + int(asked.query["pageSize"])]})

    @contextmanager
    def serving(self) -> Iterator[HttpApi]:
        """Over real HTTP, until the context ends."""
        with serving(self.answer) as api:
            yield api
