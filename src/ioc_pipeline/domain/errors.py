"""Every error we raise on purpose: `SourceError` is the sender's and is answered, the rest is ours and is raised."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a delivery, told to the department that sent it.

    `code` is a key of `MESSAGES`. `sheet` and `cell` (A1) say where; `column` is the header as the
    sender knows it. `found` is the text read there: it goes into the feedback of its own department and nowhere
    else, never into a log. `expected` and `fix` override the message's own words when the rule knows better.

    Of a response `page` is the name of the page, `sheet` and `cell` are JSON pointers (RFC 6901) of the array and
    of the value, `column` is the field, and `record` the key of the record: told to its owner only, like `found`.
    `is_left_out` says that this record alone is sent back, and the rest counts.
    """

    code: str
    sheet: str = ""
    cell: str = ""
    column: str = ""
    found: str = ""
    expected: str = ""
    fix: str = ""
    severity: Severity = "critical"
    page: str = ""
    record: str = ""
    is_left_out: bool = False

    @property
    def returns_all(self) -> bool:
        """Whether it sends the whole delivery back."""
        return self.severity == "critical" and not self.is_left_out


class SourceError(Exception):
    """The sender's fault: the delivery is returned with these problems, and not retried."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(sorted({problem.code for problem in self.problems})))


class UserError(Exception):
    """What a person asked at the terminal cannot be done; the message says what to do instead. Exit code 1."""


class ContractError(Exception):
    """A contract, suite or seed is wrong: the message names file, line or key, and what is expected. Ours."""


class ConflictError(Exception):
    """Somebody else moved this load on meanwhile (lease lost or state changed): stop, nothing is lost."""


class BrokenRecordError(Exception):
    """Somebody changed the ledger's record of events: the message names the first event that does not fit. Ours."""


class StoresError(Exception):
    """A store is lost, older, foreign or cannot be used: the message says which, and what heals it. Ours."""


class DamagedError(Exception):
    """Bytes that we keep are not what they were, or gone: the message names the place. Ours, never the sender's."""


class FetchError(Exception):
    """An API gave no complete response, or none that may be taken: what came so far does not count. Ours to retry."""
