"""What an operator should know of now: every kind of alert, with its weight; docs/van-hanh.md says what to do."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]

SEVERITIES: dict[str, Severity] = {
    "state-unknown": "critical",
    "disk-full": "critical",
    "disk-filling": "warning",
    "inbox-not-taken": "critical",
    "deliveries-held": "critical",
    "deliveries-waiting": "warning",
    "answers-waiting": "warning",
    "folder-unusable": "warning",
    "contract-stopped": "critical",
    "senders-list": "warning",
    "marts-behind": "critical",
    "marts-of-yesterday": "warning",
    "serving-behind": "warning",
    "run-failed": "critical",
    "extract-late": "warning",
    "nothing-arrives": "warning",
    "many-returned": "warning",
    "personal-data-kept": "critical",
    "record-broken": "critical",
    "stores-apart": "critical",
    "stores-damaged": "critical",
    "publication-touched": "critical",
}
"""A critical one says that something is lost to the wall, or will be soon; a warning can wait for office hours."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`text` says in Vietnamese what is so now, and what the wall shows wrong because of it. No cell, no file name.

    `about` tells two of one code apart while their texts change with every look.
    """

    code: str
    text: str
    about: str = ""

    @property
    def severity(self) -> Severity:
        return SEVERITIES[self.code]
