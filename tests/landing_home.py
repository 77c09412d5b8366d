"""An inbox, a landing and a ledger for the tests of what lies in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ioc_pipeline.land.admission import Candidate, Inbox, Refusal
from ioc_pipeline.land.intake import Intake, land_inbox
from ioc_pipeline.land.store import Store, carry_on
from ioc_pipeline.ledger.ledger import Ledger

DEPARTMENT = "so-khcn"


SETTLED, OVERDUE = 2.0, 61.0


@dataclass
class Home:
    """An inbox, a landing and a ledger, and what lies in them."""

    folder: Path
    ledger: Ledger
    departments: list[str] = field(default_factory=lambda: [DEPARTMENT, "thue-tinh"])

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def store(self) -> Store:
        return Store(self.landing, self.ledger)

    @property
    def sent(self) -> Inbox:
        return Inbox(self.inbox, self.departments, settle_seconds=1, unsealed_seconds=60)

    def drop(self, name: str, content: bytes = b"v1", department: str = DEPARTMENT) -> Path:
        path = self.inbox / department / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def scan(self, *, after: float = SETTLED) -> list[Candidate | Refusal]:
        return self.sent.scan(in_seconds(after))

    def land(self, *, after: float = SETTLED, at_step: Callable[[str], None] = carry_on) -> Intake:
        return land_inbox(self.sent, Store(self.landing, self.ledger, at_step), now=in_seconds(after))

    def left(self) -> list[str]:
        return sorted(path.name for path in self.inbox.rglob("*") if path.is_symlink() or not path.is_dir())

    def contents(self) -> list[bytes]:
        """Bytes of each delivery, in the one order."""
        return [self.store.read(one) for one in self.ledger.deliveries()]

    def refusals(self, *, after: float = SETTLED) -> dict[str, str]:
        return {one.file_name: one.problem.code for one in self.scan(after=after) if isinstance(one, Refusal)}


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def at(step: str, action: Callable[[], object]) -> Callable[[str], None]:
    """Does something once, when the pass has come to a step: what a department may do at any moment."""
    todo = [action]

    def reached(done: str) -> None:
        if done == step and todo:
            todo.pop()()

    return reached


def replace(path: Path, content: bytes) -> None:
    """As Excel saves: another file, renamed over the first."""
    other = path.with_name(path.name + ".part")
    other.write_bytes(content)
    other.replace(path)
