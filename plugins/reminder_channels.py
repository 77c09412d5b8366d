"""Carries reminders to the units that owe something: by e-mail, by a webhook, whichever is configured."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from alert_channels import WebhookNotifier, has_connection, mail

if TYPE_CHECKING:  # every process of Airflow's loads plugins, every task too: half of our code would come along
    from ioc_pipeline.flows.reminders import Reminder

WEBHOOK = "ioc_reminder_webhook"
EMAIL_VARIABLE = "IOC_REMINDER_EMAIL"


def send(reminder: "Reminder") -> Sequence[str]:
    """Send one unit's text in every way that is configured; give the ways.

    `{unit}` in the addresses of the variable is the unit's code. The webhook, a gateway to Zalo or Telegram say, gets
    `{"text": …, "unit": code}`.
    """
    ways = []
    if addresses := os.environ.get(EMAIL_VARIABLE, "").replace("{unit}", reminder.unit_code):
        mail(addresses, "IOC: nhắc việc báo cáo", reminder.text).notify({})
        ways.append("e-mail")
    if has_connection(WEBHOOK):
        WebhookNotifier(reminder.text, WEBHOOK, unit=reminder.unit_code).notify({})
        ways.append("webhook")
    return ways
