"""One exchange over real HTTP: a clock over all of it, one packing, and no more bytes than the contract allows."""

import gzip
import json
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from http_api import Reply, serving
from ioc_pipeline.domain.errors import FetchError
from ioc_pipeline.fetch.client import ATTEMPTS, Client, Connection, Response
from ioc_pipeline.reference.apis import Api

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def ask(host: str, times: int = 1, **contract: object) -> Response:
    given = {"connection": "portal", "schedule": "@daily", "path": "/data", "rate_limit_per_minute": 1_000_000}
    api = Api.model_validate({**given, **contract})
    with Client(Connection(host), api, sleep=lambda _seconds: None) as client:
        for _ in range(times - 1):
            client.ask(client.url, {})
        return client.ask(client.url, {})


@contextmanager
def raw_server(talk: Callable[[socket.socket], None], *, is_greeted: bool = True) -> Iterator[tuple[str, list[float]]]:
    """A server that says whatever bytes `talk` sends, after the request where it is greeted; with the seconds that each
    client stayed.
    """
    stayed: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    began = time.monotonic()
                    with connection, suppress(OSError):
                        if is_greeted:
                            connection.recv(65_536)
                        talk(connection)
                    stayed.append(time.monotonic() - began)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", stayed
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def drip(connection: socket.socket, first: bytes, piece: bytes) -> None:
    """A little every 20 ms, for ever: each piece comes soon after the one before it."""
    connection.sendall(first)
    while True:
        connection.sendall(piece)
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\n", b"x-a: b\r\n"),
        (b"", b"H"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"content-length: 1000000\r\n\r\n", b" "),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (HEAD + b"\r\n", b" "),
        (HEAD + b"x-long: ", b"a"),
    ],
    ids=["headers", "status line", "continue", "body", "chunks", "until closed", "one header"],
)
def test_what_trickles_in_is_given_up_when_its_time_is_over(first: bytes, piece: bytes) -> None:
    told = pytest.raises(FetchError, match=f"GET /data: .*asked {ATTEMPTS} times")
    with raw_server(lambda connection: drip(connection, first, piece)) as (host, stayed), told:
        ask(host, timeout_seconds=0.1)
    assert len(stayed) == ATTEMPTS, "the connection is closed each time"


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's side of TLS for 127.0.0.1, with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "server.pem"
    path.write_bytes(secret + certificate.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_server_whose_certificate_nobody_vouches_for_is_told_no_secret(own_certificate: ssl.SSLContext) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with own_certificate.wrap_socket(connection, server_side=True) as secured:
            heard.append(secured.recv(65_536))

    told = pytest.raises(FetchError, match="CERTIFICATE_VERIFY_FAILED")
    with raw_server(talk, is_greeted=False) as (host, _), told:
        ask(host.replace("http://", "https://"))
    assert b"".join(heard) == b""


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip, gzip", lambda text: gzip.compress(gzip.compress(text))),
        ("gzip,gzip", lambda text: gzip.compress(gzip.compress(text))),
        ("deflate", zlib.compress),
        ("gzip, deflate", lambda text: zlib.compress(gzip.compress(text))),
        ("br", lambda text: text),
        ("zstd", lambda text: text),
        ("identity, gzip", gzip.compress),
        ("x-unknown", lambda text: text),
    ],
)
def test_a_response_packed_otherwise_than_once_by_gzip_is_refused(coding: str, pack: Callable[[bytes], bytes]) -> None:
    with serving(lambda _asked: Reply(pack(b"[1]"), headers={"Content-Encoding": coding})) as server:
        with pytest.raises(FetchError, match="packed in another way than gzip, once"):
            ask(server.host)
        assert len(server.asked) == 1


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "x-gzip", " gzip "])
def test_gzip_is_unpacked_also_in_several_members(coding: str) -> None:
    packed = gzip.compress(b"[1, ") + gzip.compress(b"2]")
    with serving(lambda _asked: Reply(packed, headers={"Content-Encoding": coding})) as server:
        assert ask(server.host).data == [1, 2]
    with serving(lambda _asked: Reply(b"[3]", headers={"Content-Encoding": "identity"})) as server:
        assert ask(server.host).data == [3]


@pytest.mark.parametrize("packed", [gzip.compress(b"[1]", mtime=0)[:-1], gzip.compress(b"[1]", mtime=0) + b"more", b""])
def test_a_packing_without_its_end_is_asked_for_again(packed: bytes) -> None:
    with serving(lambda _asked: Reply()) as server:
        server.replies(Reply(packed, headers={"Content-Encoding": "gzip"}), Reply([1]))
        assert ask(server.host).data == [1]
        assert len(server.asked) == 2


def test_many_megabytes_in_a_few_bytes_are_never_held() -> None:
    unpacked = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    blank = b" " * (1 << 24)
    bomb = b"".join(unpacked.compress(blank) for _ in range(8)) + unpacked.flush()
    assert len(bomb) < 300_000
    with serving(lambda _asked: Reply(bomb, headers={"Content-Encoding": "gzip"})) as server:
        tracemalloc.start()
        with pytest.raises(FetchError, match="max_response_mb: 2"):
            ask(server.host, max_response_mb=2)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 16 * 1024 * 1024


def test_a_run_is_given_up_when_all_its_responses_together_are_too_much() -> None:
    body = json.dumps(["x" * 600_000]).encode()
    with serving(lambda _asked: Reply(body)) as server:
        assert len(ask(server.host, max_run_mb=1).content) == len(body)
        with pytest.raises(FetchError, match="max_run_mb: 1"):
            ask(server.host, times=2, max_run_mb=1)
        assert ask(server.host, times=2, max_run_mb=2).status == 200
