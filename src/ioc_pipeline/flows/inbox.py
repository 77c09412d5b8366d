"""The inbox: its folders are made, what lies still in it is landed, what cannot be taken is answered."""

import logging
import time
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path

from ioc_pipeline.answer import feedback
from ioc_pipeline.flows.inbox_folders import make_inbox
from ioc_pipeline.flows.prepare import waiting_batches
from ioc_pipeline.flows.stores import expect_own_warehouse, open_store
from ioc_pipeline.land import intake
from ioc_pipeline.land.admission import Inbox, Refusal
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings

_LOG = logging.getLogger(__name__)


def land_inbox(settings: Settings) -> list[list[int]]:
    """Protocol steps 0 to 3 for everything that lies still in the inbox; give the waiting deliveries in batches.

    What cannot become a delivery is answered once and stays where it is. A department whose folder cannot be used is
    told of in the log and tried again by the next pass.
    """
    store = open_store(settings)
    expect_own_warehouse(settings, store.ledger)
    taken = intake.land_inbox(_inbox(settings), store, now=datetime.now(UTC))
    _answer_refusals(settings, store.ledger, taken.refusals)
    return waiting_batches(settings)


def land_as_of(settings: Settings, sent: Iterable[tuple[datetime, Path]]) -> None:
    """Land sample files as if they had come earlier: when they did, and a folder laid out like the inbox, day by day.

    Only sample data have a past: whatever a department sends is received when it is.
    """
    departments, store = make_inbox(settings), open_store(settings)
    for received_at, folder in sent:
        inbox = Inbox(folder, departments, settle_seconds=0, unsealed_seconds=0)
        intake.land_inbox(inbox, store, now=datetime.now(UTC), received_at=received_at)


def wait_until_still(settings: Settings) -> None:
    """Wait for what was dropped a moment ago to lie still: who runs a pass by hand expects all of it to be taken."""
    time.sleep(_inbox(settings).seconds_until_still(datetime.now(UTC)))


def _answer_refusals(settings: Settings, ledger: Ledger, refusals: Collection[Refusal]) -> None:
    answered = ledger.answered_refusals([refusal.key for refusal in refusals])
    for refusal in refusals:
        if refusal.key in answered:
            continue
        try:
            feedback.write_refusal(
                settings.inbox, refusal.department_code, refusal.file_name, refusal.problem, refusal.key
            )
        except OSError as error:
            _LOG.warning("%s: a refusal is not answered: %s", refusal.department_code or "inbox", error.strerror)
            continue
        ledger.record_refusal(
            refusal.key,
            department_code=refusal.department_code,
            file_name=refusal.file_name,
            code=refusal.problem.code,
            at=datetime.now(UTC),
        )


def _inbox(settings: Settings) -> Inbox:
    return Inbox(settings.inbox, make_inbox(settings), settings.settle_seconds, settings.unsealed_seconds)
