"""An API on 127.0.0.1 that answers as a test says, over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """What to answer: `body` as bytes, or anything else as JSON. `length` lies about how long the body is."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    after: threading.Event | None = None


@dataclass
class HttpApi:
    """A running server: `answer` decides, `asked` is what came."""

    answer: Callable[[Asked], Reply]
    asked: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def replies(self, *replies: Reply) -> None:
        """Give these answers in turn, the last one for ever."""
        left = list(replies)
        self.answer = lambda _asked: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def serving(answer: Callable[[Asked], Reply]) -> Iterator[HttpApi]:
    """Serve until the context ends."""
    api = HttpApi(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for an acknowledgement

        def _reply(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            asked = Asked(
                self.command,
                url.path,
                dict(parse_qsl(url.query, keep_blank_values=True)),
                {name.lower(): value for name, value in self.headers.items()},
                dict(parse_qsl(body, keep_blank_values=True)),
            )
            api.asked.append(asked)
            reply = api.answer(asked)
            if reply.after is not None:
                reply.after.wait(10)
            content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            if "date" in {name.lower() for name in reply.headers}:
                self.send_response_only(reply.status)
            else:
                self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content) if reply.length is None else reply.length))
            self.end_headers()
            with suppress(ConnectionError):  # who asked has read enough
                self.wfile.write(content)
            self.close_connection = reply.length is not None

        do_GET = do_POST = _reply  # noqa: N815  # names that http.server looks for

        def log_message(self, *_: object) -> None:
            """The test says what it wants to see."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
