"""What a department reads about one kind of problem."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """`says` is what is wrong, `expected` what is needed, `fix` what to do; `english` is for docs/errors.md."""

    says: str
    expected: str
    fix: str
    english: str
