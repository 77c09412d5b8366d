"""What people declare for every province, and what one province declares for itself: two folders read as one."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Declared(Protocol):
    """A folder of contracts, suites or seeds: a plain one, or `Layers`."""

    def __truediv__(self, name: str, /) -> Path: ...

    def glob(self, pattern: str, /) -> Iterator[Path]: ...


@dataclass(frozen=True, slots=True)
class Layers:
    """Two folders of files read as one: a file of the province's `own` wins whole over the `shared` one of its name."""

    own: Path
    shared: Path

    def __str__(self) -> str:
        return str(self.shared)

    def __truediv__(self, name: str, /) -> Path:
        own = self.own / name
        return own if own.exists() else self.shared / name

    def glob(self, pattern: str, /) -> Iterator[Path]:
        """Files of both, in the order of their names."""
        files = {path.name: path for folder in (self.shared, self.own) for path in folder.glob(pattern)}
        yield from (files[name] for name in sorted(files))
