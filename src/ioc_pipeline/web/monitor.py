"""For machines that look: which version is published, and how old it is."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows import alerts

router = APIRouter()


@router.get("/version")
def version(request: Request) -> dict[str, str]:
    """What a wall asks every few seconds: it fetches itself again when the answer changes."""
    return {"version": request.app.state.versions.current().version}


@router.get("/health")
def health(request: Request, response: Response) -> dict[str, Any]:
    """The current version and what an operator should know; 503 while something critical is so."""
    found = alerts.alerts(request.app.state.given)
    if any(alert.severity == "critical" for alert in found):
        response.status_code = 503
    return {
        "status": found[0].severity if found else "ok",
        "alerts": [{"code": alert.code, "severity": alert.severity, "text": alert.text} for alert in found],
        **_version(request),
    }


def _version(request: Request) -> dict[str, Any]:
    try:
        pointer = request.app.state.versions.current()
    except UserError:
        return {"version": "", "published_at": None, "as_of": None, "age_seconds": None}
    age = datetime.now(UTC) - datetime.fromisoformat(pointer.published_at)
    return {
        "version": pointer.version,
        "published_at": pointer.published_at,
        "as_of": pointer.as_of,
        "age_seconds": round(age.total_seconds()),
    }
