"""One exchange over HTTP: the whole response in time and within its size, or none of it."""

import asyncio
import ssl
import zlib
from dataclasses import dataclass
from functools import cache

import httpx

_PACKED = {"gzip", "x-gzip"}  # RFC 9110, section 8.4.1.3; we ask for nothing else
_AS_IT_IS = {"", "identity"}


class StumbleError(Exception):
    """It may well answer when asked again, after so many seconds if it said so."""

    def __init__(self, reason: str, pause_seconds: float | None = None) -> None:
        self.pause_seconds = pause_seconds
        super().__init__(reason)


class RefusedError(Exception):
    """It answered, and what it said is not taken, however often it is asked."""


class TooLargeError(Exception):
    """The response is larger than it may be; no more of it was read."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A response that came to its end; `content` is what it holds, unpacked. Empty for a redirect or an error."""

    head: httpx.Response
    content: bytes


class Exchange:
    """Sends requests over one connection that is kept. Close it.

    One clock runs over all of an exchange: finding the host, connecting, headers and body together. It runs in an
    event loop of its own because a blocking socket's time limit starts anew with every byte that trickles in.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._runner = asyncio.Runner()
        no_clock_of_its_own = httpx.Timeout(None)
        headers = {"accept-encoding": "gzip"}
        self._http = httpx.AsyncClient(verify=_trusted(), timeout=no_clock_of_its_own, headers=headers)

    def close(self) -> None:
        self._runner.run(self._http.aclose())
        self._runner.close()

    def build(self, method: str, url: httpx.URL, **more: object) -> httpx.Request:
        """A request with the headers that all have."""
        return self._http.build_request(method, url, **more)  # type: ignore[arg-type]

    def send(self, request: httpx.Request, *, most: int) -> Exchanged:
        """Give the response, of at most so many bytes.

        Raises:
            StumbleError: it did not come to its end in time, or cannot be unpacked.
            TooLargeError: it has more bytes, once unpacked.
            RefusedError: it is packed in a way that we did not ask for.
            httpx.RequestError: there is no connection, or it broke.
        """
        return self._runner.run(self._send(request, most))

    async def _send(self, request: httpx.Request, most: int) -> Exchanged:
        try:
            async with asyncio.timeout(self._seconds):
                head = await self._http.send(request, stream=True)
                try:
                    return Exchanged(head, await _content(head, most) if head.is_success else b"")
                finally:
                    await head.aclose()
        except TimeoutError:
            raise StumbleError(f"no whole response within {self._seconds:g} s") from None


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are believed; reading them takes longer than many a request."""
    return httpx.create_ssl_context()


async def _content(head: httpx.Response, most: int) -> bytes:
    """The body, never more than `most` bytes of it in memory: a few packed bytes may say a gigabyte."""
    coding = head.headers.get("content-encoding", "").strip().lower()
    content = bytearray()
    if head.status_code == httpx.codes.NO_CONTENT:
        return b""
    if coding not in _PACKED | _AS_IT_IS:
        raise RefusedError("the response is packed in another way than gzip, once")
    unpack = _new_unpacker() if coding in _PACKED else None
    try:
        async for chunk in head.aiter_raw():
            left = chunk
            while left:
                if unpack is None:
                    content += left
                    left = b""
                else:
                    unpack = _new_unpacker() if unpack.eof else unpack  # RFC 1952: a file is one member or several
                    content += unpack.decompress(left, most + 1 - len(content))
                    left = unpack.unused_data
                if len(content) > most:
                    raise TooLargeError
    except zlib.error:
        raise StumbleError("the response cannot be unpacked") from None
    if unpack is not None and not unpack.eof:
        raise StumbleError("the response ends within what is packed")
    return bytes(content)


def _new_unpacker() -> "zlib._Decompress":
    return zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: gzip
