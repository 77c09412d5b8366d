"""What pages put into a department's folder: noted before the file has its name there, taken with its delivery."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from ioc_pipeline.domain.deliveries import Channel
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import submission


@dataclass(frozen=True, slots=True)
class Submission:
    """A file that somebody sent through a page. `delivery_seq` is its number once it was taken.

    A folder is written by its department, so who sent a file stands here and not beside it: nobody sends in
    another's name.
    """

    submission_id: str
    department_code: str
    file_name: str
    sha256: str
    channel: Channel
    sender: str
    sent_at: datetime
    delivery_seq: int | None = None


class Submissions(Journal):
    """Noted by a page, found again by landing."""

    def note_submission(self, one: Submission) -> None:
        """Note a file before it gets this name in its folder; noted again it may have another name."""
        with self.writing() as journal:
            journal.connection.execute(_untaken(one.submission_id))
            journal.connection.execute(sa.insert(submission).values(asdict(one)))

    def forget_submission(self, submission_id: str) -> None:
        """Its file did not get into its folder after all."""
        with self.writing() as journal:
            journal.connection.execute(_untaken(submission_id))

    def submission(self, submission_id: str) -> Submission:
        """Look one up.

        Raises:
            UserError: there is none of that name.
        """
        with self.transaction() as connection:
            row = connection.execute(sa.select(submission).where(submission.c.submission_id == submission_id)).first()
        if row is None:
            raise UserError(f"không có lần gửi {submission_id} · there is no submission of that number")
        return Submission(*row)


def _untaken(submission_id: str) -> sa.Delete:
    return sa.delete(submission).where(submission.c.submission_id == submission_id, submission.c.delivery_seq.is_(None))


def waiting_submissions(connection: sa.Connection, sha256s: Sequence[str]) -> dict[tuple[str, str, str], Submission]:
    """What waits to be taken, by folder, name and bytes; of several the one sent first."""
    query = (
        sa.select(submission)
        .where(submission.c.sha256.in_(sha256s), submission.c.delivery_seq.is_(None))
        .order_by(submission.c.sent_at.desc())
    )
    found = [Submission(*row) for row in connection.execute(query)]
    return {(one.department_code, one.file_name, one.sha256): one for one in found}


def take_submission(connection: sa.Connection, submission_id: str, delivery_seq: int) -> None:
    connection.execute(
        sa.update(submission).where(submission.c.submission_id == submission_id).values(delivery_seq=delivery_seq)
    )
