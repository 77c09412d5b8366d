"""The four systems behind one address of 127.0.0.1. All they say is invented, and every answer says so."""

import asyncio
import base64
import binascii
import gzip
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.api.credentials import LOGIN, PASSWORD
from ioc_pipeline.sample.api.faults import (
    SHAPES,
    SKEW_SECONDS,
    Fault,
    Faults,
    Kind,
    Shape,
    distort,
    kinds_of,
    repeat_name,
)
from ioc_pipeline.sample.api.one_stop import Dossiers
from ioc_pipeline.sample.api.portal_766 import Index766
from ioc_pipeline.sample.api.rain_gauges import Gauges
from ioc_pipeline.sample.api.task_tracking import Place, Tasks, read_cursor
from ioc_pipeline.sample.api.world import World, read_time

TOKEN_SECONDS = 900
PAGE_SIZE, MOST_ROWS = 1_000, 5_000
MOVING_ROWS = 3

Make = Callable[[], Any]


class Clock(BaseModel):
    """What POST /clock sets: the day before which records are known, and how far Vrain and Date are off."""

    model_config = ConfigDict(extra="forbid")

    today: date | None = None
    offset_seconds: float | None = None


class Demo:
    """The running systems: their records, their clock, the faults that wait and the tokens given out."""

    def __init__(self, world: World, faults: Sequence[Fault] = ()) -> None:
        self.world, self.today = world, world.today
        self.offset = timedelta()
        self.faults = Faults(list(faults))
        self.tokens: dict[str, float] = {}
        self.dossiers, self.tasks = Dossiers(world), Tasks(world)
        self.gauges, self.index = Gauges(world), Index766(world)

    def now(self) -> datetime:
        """The clock of Vrain and of the portal."""
        return datetime.now(UTC) + self.offset

    def clock_of(self, path: str) -> datetime:
        """What the system at an address takes for now: who keeps records has none after `today` began."""
        if path in ("/dossiers", "/tasks"):
            return datetime.combine(self.today, datetime.min.time(), LOCAL_TIME).astimezone(UTC)
        return self.now()

    async def answer(self, request: Request, make: Make, make_before: Make | None = None) -> Response:
        """Answer as asked, or as the fault of this request wants it; `make_before` gives the page before the asked one.

        Raises:
            HTTPException: 400 for a fault that this system cannot have.
        """
        path = request.url.path
        if named := request.headers.get("X-Fault"):
            if named not in set(Kind) or Kind(named) not in kinds_of(path):
                raise HTTPException(400, f"X-Fault: expected one of {', '.join(sorted(kinds_of(path)))}")
            fault: Fault | None = Fault(kind=Kind(named))
        else:
            fault = self.faults.take(path)
        if fault is None:
            return self._response(path, make())
        match fault.kind:
            case Kind.TOO_MANY_REQUESTS:
                return self._failure(path, 429, {"Retry-After": f"{fault.seconds:.0f}"})
            case Kind.SERVER_ERROR:
                return self._failure(path, 500)
            case Kind.EXPIRED_TOKEN:
                self.tokens.clear()
                return self._failure(path, 401)
            case Kind.TIMEOUT:
                await asyncio.sleep(fault.seconds)
                return self._response(path, make())
            case Kind.CLOCK_SKEW:
                return self._response(path, make(), skew=timedelta(seconds=SKEW_SECONDS))
            case Kind.TRUNCATED_JSON | Kind.CUT_OFF:
                whole = self._response(path, make())
                half = bytes(whole.body)[: len(whole.body) // 2]
                if fault.kind is Kind.TRUNCATED_JSON:
                    return self._response_of(path, half)
                response = self._response_of(path, half)
                response.headers["Content-Length"] = str(len(whole.body))  # more than there comes before it ends
                return response
            case Kind.LOGIN_PAGE:
                page = "<!DOCTYPE html><title>Đăng nhập</title><form action=/login></form>"
                return self._response_of(path, page.encode(), media_type="text/html")
            case Kind.NO_CONTENT:
                return Response(status_code=204)
            case Kind.PACKED_TWICE:
                packed = gzip.compress(gzip.compress(bytes(self._response(path, make()).body)))
                response = self._response_of(path, packed)
                response.headers["Content-Encoding"] = "gzip, gzip"
                return response
            case Kind.REPEATED_NAME:
                return self._response_of(path, repeat_name(bytes(self._response(path, make()).body)))
        shape = next(shape for prefix, shape in SHAPES.items() if path.startswith(prefix))
        body = make_before() if make_before and fault.kind is Kind.DUPLICATED_PAGE else make()
        response = self._response(path, distort(body, fault.kind, shape, self._units(shape)))
        if fault.kind is Kind.MOVING_RECORDS:
            records = self.dossiers if path == "/dossiers" else self.tasks
            records.touch(shape.rows(body)[:MOVING_ROWS], self.today)
        return response

    def _units(self, shape: Shape) -> list[OrgUnit]:
        """Those that a row of this shape may name twice."""
        if shape.twin is None:
            return []
        return self.world.communes(self.today) if shape.twin.level == "commune" else self.world.agencies(self.today)

    def _response(self, path: str, body: Any, skew: timedelta = timedelta()) -> Response:
        return self._response_of(path, json.dumps(body, ensure_ascii=False).encode(), skew)

    def _response_of(
        self, path: str, content: bytes, skew: timedelta = timedelta(), media_type: str = "application/json"
    ) -> Response:
        date_of_answer = format_datetime(self.clock_of(path) + skew, usegmt=True)
        return Response(content, media_type=media_type, headers={"Date": date_of_answer})

    def _failure(self, path: str, status: int, headers: dict[str, str] | None = None) -> Response:
        response = self._response(path, {"error": "sample fault"})
        response.status_code = status
        response.headers.update(headers or {})
        return response


def make_app(world: World, faults: Sequence[Fault] = ()) -> FastAPI:
    """The application; its `state.demo` is the `Demo`, for tests that set its clock or its faults themselves."""
    app = FastAPI(title="Sample APIs", docs_url=None, redoc_url=None, openapi_url=None)
    demo = Demo(world, faults)
    app.state.demo = demo

    @app.middleware("http")
    async def label(request: Request, go_on: Callable[[Request], Any]) -> Response:
        response: Response = await go_on(request)
        response.headers["X-Sample-Data"] = "true"
        response.headers.setdefault("Date", format_datetime(demo.now(), usegmt=True))
        return response

    @app.get("/dossiers")
    async def dossiers(
        request: Request,
        updated_since: Annotated[str, Query(alias="updatedSince")] = "",
        page: int = 1,
        page_size: Annotated[int, Query(alias="pageSize")] = PAGE_SIZE,
    ) -> Response:
        if not secrets.compare_digest(request.headers.get("x-api-key", ""), PASSWORD):
            raise HTTPException(401)
        if page < 1 or not 1 <= page_size <= MOST_ROWS:
            raise HTTPException(400, f"page from 1, pageSize from 1 to {MOST_ROWS}")
        since = _time(updated_since)

        def numbered(number: int) -> Any:
            return demo.dossiers.page(today=demo.today, since=since, page=number, size=page_size)

        return await demo.answer(request, lambda: numbered(page), lambda: numbered(max(1, page - 1)))

    @app.post("/oauth/token")
    async def token(request: Request) -> dict[str, object]:
        form = await _form(request)
        if form.get("grant_type") != "client_credentials":
            raise HTTPException(400, "unsupported_grant_type")
        given = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if given != (LOGIN, PASSWORD):
            raise HTTPException(401, "invalid_client")
        issued = secrets.token_urlsafe(24)
        demo.tokens[issued] = time.monotonic() + TOKEN_SECONDS
        return {"access_token": issued, "token_type": "Bearer", "expires_in": TOKEN_SECONDS}

    @app.get("/tasks")
    async def tasks(
        request: Request, changed_since: Annotated[str, Query(alias="changedSince")] = "", cursor: str = ""
    ) -> Response:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or demo.tokens.get(bearer, 0) < time.monotonic():
            raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        since = _time(changed_since)
        try:
            after, before = read_cursor(cursor)
        except ValueError:
            raise HTTPException(400, "cursor") from None

        def behind(place: Place) -> Any:
            return demo.tasks.page(today=demo.today, since=since, after=place)

        return await demo.answer(request, lambda: behind(after), lambda: behind(before))

    @app.get("/public/current/{organisation}.json")
    async def rain(request: Request) -> Response:
        return await demo.answer(request, lambda: demo.gauges.readings(demo.now()))

    @app.post("/jsp/rest.jsp")
    async def index_766(request: Request) -> Response:
        try:
            parameters = json.loads((await _form(request)).get("params", ""))
            body = demo.index.answer(parameters, demo.now().astimezone(LOCAL_TIME).date())
        except (ValueError, AttributeError) as error:
            raise HTTPException(400, f"params: {error}") from None
        return await demo.answer(request, lambda: body)

    @app.get("/faults")
    async def list_faults() -> list[Fault]:
        return demo.faults.waiting

    @app.post("/faults", status_code=201)
    async def add_fault(fault: Fault) -> Fault:
        if fault.kind not in kinds_of(fault.path):
            raise HTTPException(400, f"{fault.path} cannot have {fault.kind}")
        demo.faults.waiting.append(fault)
        return fault

    @app.delete("/faults", status_code=204)
    async def forget_faults() -> None:
        demo.faults.waiting.clear()

    @app.post("/clock")
    async def set_clock(clock: Clock) -> Clock:
        if clock.today:
            demo.today = clock.today
        if clock.offset_seconds is not None:
            demo.offset = timedelta(seconds=clock.offset_seconds)
        return Clock(today=demo.today, offset_seconds=demo.offset.total_seconds())

    return app


@contextmanager
def listening(port: int) -> Iterator[tuple[socket.socket, str]]:
    """A socket on 127.0.0.1 and its base URL; port 0 takes a free one.

    Raises:
        UserError: the port cannot be used.
    """
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise UserError(f"--port {port}: {error}; choose another port or leave it out") from None
        yield bound, f"http://127.0.0.1:{bound.getsockname()[1]}"


def serve(app: FastAPI, bound: socket.socket) -> None:
    """Serve until a signal comes."""
    uvicorn.Server(_config(app)).run(sockets=[bound])


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve in a thread on a free port while the block runs; yields the base URL."""
    with listening(0) as (bound, url):
        server = uvicorn.Server(_config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield url
        finally:
            server.should_exit = True
            thread.join()


def _config(app: FastAPI) -> uvicorn.Config:
    # Its own Date would hide ours, and its log of requests would name what was asked for.
    return uvicorn.Config(app, date_header=False, access_log=False, log_level="critical", lifespan="off")


def _time(text: str) -> datetime | None:
    try:
        return read_time(text) if text else None
    except ValueError:
        raise HTTPException(400, "expected a time with its offset: 2025-09-14T08:00:00Z") from None


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        login, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return login, password
