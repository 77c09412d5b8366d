"""For machines that look: which version is published, and how old it is."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter()


@router.get("/version")
def version(request: Request) -> dict[str, str]:
    """What a wall asks every few seconds: it fetches itself again when the answer changes."""
    return {"version": request.app.state.versions.current().version}


@router.get("/health")
def health(request: Request, response: Response) -> dict[str, Any]:
    pointer = request.app.state.versions.current()
    age = datetime.now(UTC) - datetime.fromisoformat(pointer.published_at)
    return {
        "version": pointer.version,
        "published_at": pointer.published_at,
        "as_of": pointer.as_of,
        "age_seconds": round(age.total_seconds()),
    }
