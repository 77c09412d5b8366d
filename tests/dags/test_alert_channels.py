"""Operators are told once when something comes up and once when it is over, over real HTTP and SMTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import alert_channels
from ioc_pipeline.flows import alerts, inbox_folders
from ioc_pipeline.settings import Settings, from_environment
from listeners import Listener, listening_mailbox, listening_webhook


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Listener]]:
    with listening_webhook() as (handler, connection):
        monkeypatch.setenv("AIRFLOW_CONN_IOC_ALERT_WEBHOOK", connection)
        yield handler


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
    with listening_mailbox() as (mails, connection):
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection)
        monkeypatch.setenv(alert_channels.EMAIL_VARIABLE, "a@example.org, b@example.org")
        alert_channels.tell(["critical: [disk-full] đầy"])
    (mail,) = mails
    assert "a@example.org, b@example.org" in mail


def test_nobody_configured_is_no_failure() -> None:
    assert alert_channels.notifiers(["x"]) == []
    alert_channels.tell(["x"])
