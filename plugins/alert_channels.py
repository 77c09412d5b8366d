"""Tells operators what `flows.alerts` found: by e-mail, by a webhook, as metrics, whichever is configured."""

import os
from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import Any
from urllib.parse import urlsplit

from airflow.sdk import BaseHook
from airflow.sdk.bases.notifier import BaseNotifier
from airflow.sdk.exceptions import AirflowNotFoundException

WEBHOOK = "ioc_alert_webhook"
EMAIL_VARIABLE = "IOC_ALERT_EMAIL"
TIMEOUT_SECONDS = 20


class WebhookNotifier(BaseNotifier):
    """Posts `{"text": …}` as JSON, which chat systems take as it is, to the address of an HTTP connection.

    What is `told` besides stands in the same object.
    """

    template_fields = ()

    def __init__(self, text: str, connection_id: str = WEBHOOK, **told: str) -> None:
        super().__init__()
        self.content = {"text": text, **told}
        self.connection_id = connection_id

    def notify(self, context: Any) -> None:
        import httpx

        connection = BaseHook.get_connection(self.connection_id)
        address = connection.host if urlsplit(connection.host).scheme else f"https://{connection.host}"
        headers = {"Authorization": f"Bearer {connection.password}"} if connection.password else {}
        answer = httpx.post(address, json=self.content, headers=headers, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()


def mail(addresses: str, subject: str, text: str) -> BaseNotifier:
    """An e-mail of a plain text to addresses with commas between them, by the connection `smtp_default`."""
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    to = [part.strip() for part in addresses.split(",") if part.strip()]
    return SmtpNotifier(to=to, subject=subject, html_content=f"<pre>{escape(text)}</pre>")


def has_connection(connection_id: str) -> bool:
    """Whether somebody has configured it."""
    try:
        BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        return False
    return True


def notifiers(lines: Iterable[str]) -> list[BaseNotifier]:
    """One for each way that is configured; none is no error, the alerts are at /ioc/health too."""
    text = "\n".join(lines)
    found: list[BaseNotifier] = []
    if addresses := os.environ.get(EMAIL_VARIABLE, "").strip():
        found.append(mail(addresses, "IOC: cảnh báo vận hành", text))
    if has_connection(WEBHOOK):
        found.append(WebhookNotifier(text))
    return found


def tell(lines: Iterable[str]) -> None:
    """Send to everybody who wants to know; `notify` and not a call, which would take the text for a template."""
    for notifier in notifiers(lines):
        notifier.notify({})


def count(severities: Iterable[str]) -> None:
    """How many alerts of each weight there are, as metrics of Airflow's."""
    from airflow.sdk.observability import stats

    counts = Counter(severities)
    for severity in ("critical", "warning"):
        stats.gauge(f"ioc.alerts.{severity}", counts[severity])
