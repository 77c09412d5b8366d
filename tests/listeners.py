"""A webhook and a mail server on this machine that keep what they are sent."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar


class Listener(BaseHTTPRequestHandler):
    received: ClassVar[list[tuple[str, str, dict[str, Any]]]]
    status = 200

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append((self.path, self.headers.get("Authorization", ""), content))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def listening_webhook() -> Iterator[tuple[type[Listener], str]]:
    """A webhook on this machine, and the connection of Airflow's that leads to it."""
    handler = type("Handler", (Listener,), {"received": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}/hook"
        yield handler, json.dumps({"conn_type": "http", "host": host, "password": "token"})
        server.shutdown()


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as a sender needs."""

    mails: ClassVar[list[str]]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            command = line.strip().upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    mail += line
                self.mails.append(mail.decode())
            self.wfile.write(b"221 bye\r\n" if command == b"QUIT" else b"250 well\r\n")
            if command == b"QUIT":
                return


@contextmanager
def listening_mailbox() -> Iterator[tuple[list[str], str]]:
    """A mail server on this machine, and the connection of Airflow's that leads to it."""
    mailbox = type("Handler", (Mailbox,), {"mails": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), mailbox) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        connection = {
            "conn_type": "smtp",
            "host": "127.0.0.1",
            "port": server.server_address[1],
            "extra": {"disable_ssl": True, "disable_tls": True, "from_email": "ioc@example.org"},
        }
        yield mailbox.mails, json.dumps(connection)
        server.shutdown()
