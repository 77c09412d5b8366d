"""The whole site as one FastAPI app. Who may look is decided outside: nothing here knows Airflow."""

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI, Request
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ioc_pipeline.domain.errors import ContractError, DamagedError, StoresError, UserError
from ioc_pipeline.settings import Settings
from ioc_pipeline.web import monitor, static
from ioc_pipeline.web.access import Viewer, may_either, may_look, may_send
from ioc_pipeline.web.api import app as api
from ioc_pipeline.web.api import page as api_page
from ioc_pipeline.web.desk import routes as desk
from ioc_pipeline.web.desk import sending, templates, trying
from ioc_pipeline.web.lists import routes as lists
from ioc_pipeline.web.page import Page
from ioc_pipeline.web.reminders import routes as reminders
from ioc_pipeline.web.trail import routes as trail
from ioc_pipeline.web.versions import OlderProgramError, Versions
from ioc_pipeline.web.wall import routes as wall

ROUTERS = (
    (static.router, may_either),
    (desk.router, may_send),
    (templates.router, may_send),
    (trying.router, may_send),
    (sending.router, may_send),
    (wall.router, may_look),
    (trail.router, may_look),
    (monitor.router, may_look),
    (reminders.router, may_look),
    (api_page.router, may_look),
    (lists.router, may_look),  # takes what is left
)

TRIALS_AT_ONCE = 1  # a trial costs what a delivery costs; the others wait their turn

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

log = logging.getLogger(__name__)


def create_app(given: Settings, who: Callable[..., Any], login_url: Callable[[str], str]) -> FastAPI:
    """The pages over the published versions of one installation.

    Args:
        who: dependency of every route that gives a `Viewer`. Raises HTTPException, 401 without login.
        login_url: where a person logs in, given the address to come back to.
    """

    def admit(request: Request, viewer: Annotated[Viewer, Depends(who)]) -> None:
        request.state.viewer = viewer

    app = FastAPI(dependencies=[Depends(admit)], docs_url=None, redoc_url=None, openapi_url=None)
    app.state.given = given
    app.state.versions = Versions(given)
    app.state.trials = CapacityLimiter(TRIALS_AT_ONCE)
    for router, permission in ROUTERS:
        app.include_router(router, dependencies=[Depends(permission)])
    app.mount(api.PATH, api.create_api(given, app.state.versions, admit, may_look))
    app.add_exception_handler(HTTPException, _say_why_not(login_url))
    app.add_exception_handler(RequestValidationError, _say_what_was_asked)
    app.add_exception_handler(OlderProgramError, _say_what_is_not_in_it)
    for ours in (UserError, ContractError, StoresError, DamagedError):
        app.add_exception_handler(ours, _say_what_to_do)
    app.add_middleware(SecurityHeaders)
    return app


def _say_why_not(login_url: Callable[[str], str]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"detail": error.detail}, error.status_code, error.headers)
        page = Page.of(request)
        address = f"{page.root}{request.url.path.removeprefix(page.root)}"
        back = f"{address}?{request.url.query}" if request.url.query else address
        return page.render("error.html", status=error.status_code, login=login_url(back), detail=error.detail)

    return answer


async def _say_what_was_asked(request: Request, error: Exception) -> Response:
    """A person reads which part of the address cannot be understood; of a form only its name, it may hold figures."""
    assert isinstance(error, RequestValidationError)
    if "text/html" not in request.headers.get("accept", ""):
        return await request_validation_exception_handler(request, error)
    parts = [
        f"{part['loc'][-1]} {str(part.get('input') or '')[:100] if part['loc'][0] in ('path', 'query') else ''}".strip()
        for part in error.errors()
    ]
    return Page.of(request).render("error.html", 422, login="", detail=", ".join(parts))


async def _say_what_is_not_in_it(request: Request, error: Exception) -> Response:
    return Page.of(request).render("error.html", 404, login="", detail=str(error))


async def _say_what_to_do(request: Request, error: Exception) -> Response:
    answer = Page.of(request).render("error.html", 503, login="", detail=str(error))
    answer.headers["retry-after"] = "15"
    return answer


class SecurityHeaders:
    """Every answer, errors too: nothing from elsewhere is loaded, nobody else frames us, nothing is guessed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
