"""What went wrong, as RFC 9457 has it: application/problem+json with what was found and what is expected."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.web.versions import OlderProgramError

MEDIA_TYPE = "application/problem+json"
SCHEMA = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was found, what is expected."},
        "parameters": {
            "type": "array",
            "description": "Each parameter that cannot be taken.",
            "items": {
                "type": "object",
                "required": ["name", "detail"],
                "properties": {"name": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


class NoSuchVersionError(Exception):
    """A version that cannot be asked: `is_gone` if it was published once; `current` is the one that is published."""

    def __init__(self, version: str, current: str, *, is_gone: bool) -> None:
        found = "is not kept any more" if is_gone else "was never published"
        super().__init__(f"version {version} {found}; the current one is {current}, /versions lists all")
        self.is_gone = is_gone


def add_problems(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return _problem(error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def mistaken(_request: Request, error: RequestValidationError) -> JSONResponse:
        found = [
            {
                "name": str(one["loc"][-1]),
                "detail": "no such parameter" if one["type"] == "extra_forbidden" else one["msg"],
            }
            for one in error.errors()
        ]
        return _problem(422, "; ".join(f"{one['name']}: {one['detail']}" for one in found), parameters=found)

    @app.exception_handler(NoSuchVersionError)
    async def gone(_request: Request, error: NoSuchVersionError) -> JSONResponse:
        return _problem(410 if error.is_gone else 404, str(error))

    @app.exception_handler(OlderProgramError)
    async def not_in_it(_request: Request, error: OlderProgramError) -> JSONResponse:
        return _problem(404, str(error))

    @app.exception_handler(UserError)
    async def not_yet(_request: Request, error: UserError) -> JSONResponse:
        return _problem(503, str(error), headers={"retry-after": "15"})


def _problem(status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: object) -> JSONResponse:
    content = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return JSONResponse(content, status, dict(headers or {}), media_type=MEDIA_TYPE)
