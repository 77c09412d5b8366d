"""A file that somebody sends in the browser: into the folder, and where it stands afterwards."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Literal

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.folding import naked
from ioc_pipeline.domain.identifiers import guarded
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.flows.inbox_folders import make_inbox
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.land.placing import is_placed, own_name, place, unfit
from ioc_pipeline.ledger.submissions import Submission
from ioc_pipeline.reference.senders import EVERYBODY, read_senders
from ioc_pipeline.settings import Settings


def may_send_for(settings: Settings, user_name: str) -> dict[str, str]:
    """Whom an account may send for: the name of each department and commune by its code, in the order of names.

    Raises:
        ContractError: the list of senders is not as expected.
    """
    codes = read_senders(settings.senders).get(user_name, frozenset())
    reference = Reference(settings)
    known = reference.inbox_folders()
    if EVERYBODY not in codes:
        known &= codes
    today = local_day(datetime.now(UTC))
    units = {code: reference.org_units.get(code, today) for code in known}
    names = {code: unit.full_name if unit else code for code, unit in units.items()}
    return dict(sorted(names.items(), key=lambda named: naked(named[1])))


def send_file(settings: Settings, asked_name: str, content: BinaryIO, *, department_code: str, sender: str) -> str:
    """Put a file into a folder; give the name of the submission, to ask after it. What lies there is never replaced.

    Raises:
        SourceError: landing would refuse it.
        OSError: the folder cannot be used.
    """
    file_name = guarded(own_name(asked_name))
    if problem := unfit(file_name, content.seek(0, 2)):
        raise SourceError([problem])
    make_inbox(settings)
    ledger = open_ledger(settings)
    submission_id = secrets.token_hex(8)

    def announce(name: str, sha256: str) -> None:
        now = datetime.now(UTC)
        ledger.note_submission(Submission(submission_id, department_code, name, sha256, "page", sender, now))

    try:
        place(settings.inbox, department_code, file_name, content, announce)
    except BaseException:
        ledger.forget_submission(submission_id)
        raise
    return submission_id


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a submission stands: it waits in the folder, it was taken and has a number, or somebody took it away."""

    submission: Submission
    state: Literal["waiting", "taken", "gone"]


def sent(settings: Settings, submission_id: str) -> Sent:
    """Look after a submission.

    Raises:
        UserError: there is none of that name.
    """
    ledger = open_ledger(settings)
    lies_there = ledger.submission(submission_id)
    if lies_there.delivery_seq is not None:
        return Sent(lies_there, "taken")
    if is_placed(settings.inbox, lies_there.department_code, lies_there.file_name):
        return Sent(lies_there, "waiting")
    now = ledger.submission(submission_id)  # it may have been taken between the two looks
    return Sent(now, "gone" if now.delivery_seq is None else "taken")
