"""Our own style sheet and script: behind the same login as the pages."""

from hashlib import sha256
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

router = APIRouter()
FOLDER = Path(__file__).parent / "static"
FINGERPRINTS = {path.name: sha256(path.read_bytes()).hexdigest()[:12] for path in FOLDER.iterdir()}


@router.get("/static/{name}")
def file(name: str) -> FileResponse:
    if name not in FINGERPRINTS:
        raise HTTPException(404, "no such file")
    return FileResponse(FOLDER / name, headers={"cache-control": "private, max-age=31536000, immutable"})
