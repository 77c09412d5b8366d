"""Reminders go by real SMTP and HTTP where a way is configured, and nowhere else."""

import pytest

import reminder_channels
from ioc_pipeline.flows.reminders import Reminder
from listeners import listening_mailbox, listening_webhook

ONE = Reminder("so-khcn", "Sở Khoa học và Công nghệ", "NHẮC VIỆC {{ 7 * 7 }}\nBiểu 03/VT", [])


def test_a_reminder_goes_to_the_unit_in_every_way_that_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening_webhook() as (hook, connection), listening_mailbox() as (mails, smtp):
        monkeypatch.setenv("AIRFLOW_CONN_IOC_REMINDER_WEBHOOK", connection)
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", smtp)
        monkeypatch.setenv(reminder_channels.EMAIL_VARIABLE, "bao-cao.{unit}@example.org, ioc@example.org")
        assert reminder_channels.send(ONE) == ["e-mail", "webhook"]
        hook.status = 500
        with pytest.raises(Exception, match="500"):
            reminder_channels.send(ONE)
    assert hook.received[0] == ("/hook", "Bearer token", {"text": ONE.text, "unit": "so-khcn"})
    assert "bao-cao.so-khcn@example.org, ioc@example.org" in mails[0]


def test_without_a_way_nothing_is_sent_and_nothing_fails() -> None:
    assert reminder_channels.send(ONE) == []
