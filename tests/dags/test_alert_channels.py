"""Operators are told once when something comes up and once when it is over, over real HTTP and SMTP."""

import json
import socketserver
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

import alert_channels
from ioc_pipeline.flows import alerts, inbox_folders
from ioc_pipeline.settings import Settings, from_environment


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


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Listener]]:
    handler = type("Handler", (Listener,), {"received": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        host = f"http://127.0.0.1:{server.server_port}/hook"
        connection = {"conn_type": "http", "host": host, "password": "token"}
        monkeypatch.setenv("AIRFLOW_CONN_IOC_ALERT_WEBHOOK", json.dumps(connection))
        yield handler
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


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(alerts, "DISK_FULL", 0.0)
    monkeypatch.setattr(alerts, "DISK_FILLING", 0.0)
    given = from_environment({"IOC_HOME": str(tmp_path)})
    inbox_folders.make_inbox(given)
    return given


def test_news_is_what_came_up_and_what_is_over(settings: Settings) -> None:
    assert alerts.news(settings).lines == []
    feedback = settings.inbox / "so-khcn" / "phan-hoi"
    feedback.rmdir()
    feedback.write_bytes(b"")
    news = alerts.news(settings)
    assert [line.partition("]")[0] for line in news.lines] == ["warning: [folder-unusable"]
    assert alerts.news(settings) == news, "nobody was told yet"
    alerts.remember(settings, news.found)
    assert alerts.news(settings).lines == []
    feedback.unlink()
    feedback.mkdir()
    assert alerts.news(settings).lines == ["hết: [folder-unusable] so-khcn/phan-hoi"]
    alerts.remember(settings, [])
    assert alerts.news(settings).lines == []


def test_news_goes_to_the_webhook_as_it_is(webhook: type[Listener]) -> None:
    alert_channels.tell(["critical: [disk-full] {{ 7 * 7 }}", "hết: [run-failed] x"])
    text = "critical: [disk-full] {{ 7 * 7 }}\nhết: [run-failed] x"
    assert webhook.received == [("/hook", "Bearer token", {"text": text})]


def test_a_webhook_that_refuses_is_a_failure_to_be_tried_again(webhook: type[Listener]) -> None:
    webhook.status = 500
    with pytest.raises(Exception, match="500"):
        alert_channels.tell(["x"])


def test_news_goes_by_mail_to_everybody_named(monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = type("Handler", (Mailbox,), {"mails": []})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), mailbox) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        connection = {
            "conn_type": "smtp",
            "host": "127.0.0.1",
            "port": server.server_address[1],
            "extra": {"disable_ssl": True, "disable_tls": True, "from_email": "ioc@example.org"},
        }
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
        monkeypatch.setenv(alert_channels.EMAIL_VARIABLE, "a@example.org, b@example.org")
        alert_channels.tell(["critical: [disk-full] đầy"])
        server.shutdown()
    (mail,) = mailbox.mails
    assert "a@example.org, b@example.org" in mail


def test_nobody_configured_is_no_failure() -> None:
    assert alert_channels.notifiers(["x"]) == []
    alert_channels.tell(["x"])
