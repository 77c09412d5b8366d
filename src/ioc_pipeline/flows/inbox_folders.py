"""The folders of those who may send: made, known, and looked through for what nobody took."""

import logging
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.land.admission import REFUSED_WHEN_OPENED, Candidate, Inbox, refuse
from ioc_pipeline.land.folder_faults import make_folders
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


def not_taken_for(settings: Settings, departments: Collection[str], span: timedelta, ledger: Ledger) -> list[Candidate]:
    """Files that lie in their folders for so long and were neither taken nor refused; what was taken may stay there."""
    if not settings.inbox.is_dir():
        return []
    seconds = span.total_seconds()
    found = Inbox(settings.inbox, departments, settle_seconds=seconds, unsealed_seconds=seconds).scan(datetime.now(UTC))
    candidates = [one for one in found if isinstance(one, Candidate)]
    keys = {refuse(one, Problem(code)).key: one for one in candidates for code in REFUSED_WHEN_OPENED}
    refused = {keys[key] for key in ledger.answered_refusals(keys)}
    taken = ledger.known_origins([one.identity.as_text for one in candidates])
    return [one for one in candidates if one not in refused and one.identity.as_text not in taken]


def make_inbox(settings: Settings) -> set[str]:
    """Make the folder of everybody who may send, departments and communes, and give the names: nobody types one."""
    reference = Reference(settings)
    for fault in make_folders(settings.inbox, reference.inbox_folders()):
        _LOG.warning("inbox/%s cannot be used: %s", fault.place, fault.reason)
    return known_folders(settings, reference)


def known_folders(settings: Settings, reference: Reference) -> set[str]:
    """Who may send. While a contract is broken, the folder of any agency counts: its files wait, unrefused."""
    departments = reference.inbox_folders()
    if reference.contracts.broken and settings.inbox.is_dir():
        folders = [path.name for path in settings.inbox.iterdir()]
        departments.update(name for name in folders if reference.org_units.get(name, date.max))
    return departments
