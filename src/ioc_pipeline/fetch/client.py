"""One API over HTTP: not faster than it allows, again when it stumbles, never anywhere but at its own host."""

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from ioc_pipeline.domain.errors import FetchError, UserError
from ioc_pipeline.domain.http_date import parse_http_date
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.fetch.exchange import Exchange, RefusedError, StumbleError, TooLargeError
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.own_fields import error_field

ATTEMPTS = 5
LONGEST_PAUSE_SECONDS = 120.0  # of a Retry-After; who asks for more is asked again by the next run
_REDIRECTS = 3
_MB = 1024 * 1024
_RENEW_SECONDS = 30.0  # before a token expires
_LONGEST_TOKEN_SECONDS = 86_400.0  # a run is over long before; an API may say a number that no float holds
_backoff = wait_exponential_jitter(multiplier=0.5, max=30.0, jitter=0.5)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where an API is and how we prove who we are: what an Airflow connection of type http says."""

    base_url: str
    login: str = ""
    password: str = field(default="", repr=False)


def to_connection(name: str, given: Mapping[str, Any]) -> Connection:
    """Read the fields of an Airflow connection; a host without a scheme takes `schema`, https if it has none.

    Raises:
        UserError: it names no host, or something that cannot be part of a request. Values are never shown.
    """
    host = str(given.get("host") or "").strip().rstrip("/")
    if host and "://" not in host:
        host = f"{given.get('schema') or 'https'}://{host}"
    login, password = (str(given.get(key) or "").strip() for key in ("login", "password"))
    try:
        url = httpx.URL(host)
        if given.get("port"):
            url = url.copy_with(port=int(given["port"]))
    except (httpx.InvalidURL, ValueError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise UserError(
            f"connection {name}: host: expected one like https://api.example.gov.vn, without login or query"
        )
    if not (login + password).isprintable():
        raise UserError(f"connection {name}: login or password holds a line break or another sign that is not printed")
    return Connection(str(url).rstrip("/"), login, password)


@dataclass(frozen=True, slots=True)
class Response:
    """One complete response: its bytes as they came (without the transport's compression) and as JSON.

    `date_header` is the API's own clock as it wrote it; `next_url` what it links to as the next page.
    """

    content: bytes
    data: Any
    status: int
    date_header: str
    received_at: datetime
    next_url: str
    headers: httpx.Headers

    @property
    def server_time(self) -> datetime | None:
        """The API's own clock; None if it does not say."""
        return parse_http_date(self.date_header)


class _UnauthorisedError(Exception):
    """The token is not, or no longer, accepted."""


class Client:
    """Asks one API, one request at a time; keeps its connection and its token. Use it as a context.

    `sleep` waits so many seconds, between requests and before a repetition.
    """

    def __init__(self, connection: Connection, api: Api, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._api = api
        self._sleep = sleep
        self._base = httpx.URL(connection.base_url)
        self._exchange = Exchange(api.timeout_seconds)
        self._received = 0  # bytes of this run, also of what was asked again
        self._next_at = 0.0
        self._token = ""
        self._token_ends_at = math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._exchange.close()

    @property
    def base_url(self) -> str:
        """The connection's host, and what its path begins with."""
        return self._connection.base_url

    @property
    def url(self) -> str:
        """Where the contract's path is."""
        return self._connection.base_url + self._api.path

    def ask(self, url: str, parameters: Mapping[str, Any]) -> Response:
        """Get one response, whole, readable as JSON and no error in the shape of an answer, or none at all.

        Raises:
            FetchError: the API refuses (4xx), sends us elsewhere or too much, or stumbled each time it was asked.
        """
        retrying = Retrying(
            sleep=self._sleep,
            stop=stop_after_attempt(ATTEMPTS),
            wait=_pause,
            retry=retry_if_exception_type((StumbleError, httpx.RequestError)),
            reraise=True,
        )
        try:
            return retrying(self._ask_once, url, parameters)
        except (StumbleError, httpx.RequestError) as error:
            # The text of a protocol error may quote a header, and so a secret.
            known = isinstance(error, StumbleError | httpx.ConnectError)
            reason = str(error) if known else type(error).__name__
        except _UnauthorisedError:
            raise self._failure("401: login or password is not accepted") from None
        except httpx.InvalidURL:
            raise self._failure("the address of the next page cannot be read") from None
        raise self._failure(f"{reason}; asked {ATTEMPTS} times")

    def _failure(self, reason: str) -> FetchError:
        return FetchError(f"{self._api.method} {self._api.path}: {reason}")

    def _ask_once(self, url: str, parameters: Mapping[str, Any]) -> Response:
        response = self._authorised(url, parameters)
        if field := error_field(response.data, self._api):
            # A field of the contract or one with a usual name, but below others that may be called anything.
            name = without_identifiers(field)[:200]
            raise StumbleError(f"{response.status}: the response says in its field {name} that it is an error")
        return response

    def _authorised(self, url: str, parameters: Mapping[str, Any]) -> Response:
        if self._api.authentication.kind != "oauth2":
            return self._send(self._request(url, parameters))
        try:
            self._take_token()
            return self._send(self._request(url, parameters))
        except _UnauthorisedError:
            self._token = ""
            self._take_token()
            return self._send(self._request(url, parameters))

    def _request(self, url: str, parameters: Mapping[str, Any]) -> httpx.Request:
        api, headers = self._api, {"accept": "application/json"}
        if api.authentication.kind == "api_key":
            headers[api.authentication.header] = self._connection.password
        elif api.authentication.kind == "oauth2":
            headers["authorization"] = f"Bearer {self._token}"
        target = self._at_home(httpx.URL(url))
        if api.body == "form" and api.form_json:
            form = {api.form_json: json.dumps(parameters, ensure_ascii=False)}
            return self._exchange.build("POST", target, data=form, headers=headers)
        flat = {
            name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
            for name, value in parameters.items()
        }
        if api.body == "form":
            return self._exchange.build("POST", target, data=flat, headers=headers)
        return self._exchange.build("GET", target.copy_merge_params(flat), headers=headers)

    def _at_home(self, url: httpx.URL) -> httpx.URL:
        """Refuse any other host than the connection's: it would get our secret, and its response would be believed."""
        if (url.scheme, url.host, url.port) != (self._base.scheme, self._base.host, self._base.port):
            raise self._failure("sends us to another host")
        return url

    # ---------- one request

    def _send(self, request: httpx.Request) -> Response:
        for _ in range(1 + _REDIRECTS):
            self._wait_for_our_turn()
            head, content = self._whole(request)
            if head.next_request is None:
                self._judge(head)
                return Response(
                    content=content,
                    data=self._read(head, content),
                    status=head.status_code,
                    date_header=head.headers.get("date", ""),
                    received_at=datetime.now(UTC),
                    next_url=self._next_url(head),
                    headers=head.headers,
                )
            if head.next_request.method != request.method:
                raise self._failure(f"{head.status_code}: redirects what was posted")
            request.url = self._at_home(head.next_request.url)
        raise self._failure(f"redirects more than {_REDIRECTS} times")

    def _whole(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        left = self._api.max_run_mb * _MB - self._received
        most = self._api.max_response_mb * _MB
        try:
            exchanged = self._exchange.send(request, most=min(most, left))
        except TooLargeError:
            limit = f"max_response_mb: {self._api.max_response_mb}"
            if left < most:
                limit = f"max_run_mb: {self._api.max_run_mb}, with what came before it in this run"
            raise self._failure(f"the response is larger than {limit}") from None
        except RefusedError as error:
            raise self._failure(str(error)) from None
        self._received += len(exchanged.content)
        return exchanged.head, exchanged.content

    def _wait_for_our_turn(self) -> None:
        wait = self._next_at - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._next_at = max(self._next_at, time.monotonic()) + 60 / self._api.rate_limit_per_minute

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 429 or status >= 500:
            pause = _retry_after(response.headers)
            if pause is not None and pause > LONGEST_PAUSE_SECONDS:
                raise self._failure(f"{status}: asks us to wait {pause:.0f} s")
            raise StumbleError(f"{status}", pause)
        if status == 401 and self._api.authentication.kind == "oauth2":
            raise _UnauthorisedError
        if status == 204 and "no_content" not in self._api.nothing:
            raise self._failure("204: says nothing at all, and the contract's `nothing` does not list no_content")
        if response.is_success and status not in (200, 204):
            raise self._failure(f"{status}: a part of a response, or a promise of one, but not the response")
        if not response.is_success:
            raise self._failure(
                f"{status}: refused; check the connection's login and password, and the contract's path"
            )

    def _read(self, response: httpx.Response, content: bytes) -> Any:
        if response.status_code == 204:
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            is_page = content.lstrip()[:1] == b"<"
            found = "a page for people, to log in perhaps, and no JSON" if is_page else "no JSON, or a part of it"
            raise StumbleError(f"{response.status_code}: the response is {found}") from None

    def _next_url(self, response: httpx.Response) -> str:
        link = response.links.get("next", {}).get("url", "")
        return str(response.url.join(link)) if link else ""

    # ---------- OAuth2, client credentials (RFC 6749, sections 4.4 and 2.3.1)

    def _take_token(self) -> None:
        if self._token and time.monotonic() < self._token_ends_at:
            return
        request = self._exchange.build(
            "POST",
            httpx.URL(f"{self._connection.base_url}{self._api.authentication.token_path}"),
            data={"grant_type": "client_credentials"},
            headers={"accept": "application/json"},
        )
        basic = httpx.BasicAuth(self._connection.login, self._connection.password)
        granted = self._send(next(basic.auth_flow(request)))
        data = granted.data if isinstance(granted.data, dict) else {}
        token, seconds = data.get("access_token"), data.get("expires_in")
        if not isinstance(token, str) or not (token.isascii() and token.isprintable() and token):
            raise self._failure("the response to our login holds no token")
        self._token = token
        lasts = min(seconds, _LONGEST_TOKEN_SECONDS) if isinstance(seconds, int | float) else math.inf
        self._token_ends_at = time.monotonic() + lasts - _RENEW_SECONDS


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, StumbleError) and error.pause_seconds is not None:
        return error.pause_seconds
    return _backoff(state)


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds to wait (RFC 9110, section 10.2.3), by the server's clock where it names a moment."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return float(written)
    moment = parse_http_date(written)
    if moment is None:
        return None
    now = parse_http_date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())
