"""What a person reads at a terminal: headings, sentences and tables; where nobody looks, plain lines and tabs."""

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ioc_pipeline.answer.wording import printable

if TYPE_CHECKING:
    from rich.console import Console

Styles = Mapping[str, str]
"""The text of a cell → how it looks at a terminal; the text says the same without it."""


class Screen:
    """Standard output. At a terminal it has widths and colours (none with NO_COLOR), elsewhere neither."""

    def __init__(self) -> None:
        self._console = _console() if sys.stdout.isatty() else None

    @property
    def is_terminal(self) -> bool:
        return self._console is not None

    def heading(self, text: str) -> None:
        if self._console:
            self._console.print(printable(text), style="bold")
        else:
            print(printable(text))

    def named(self, lines: Sequence[tuple[str, str]]) -> None:
        """Names and what they are, one a line."""
        if not self._console:
            for name, text in lines:
                print(f"{name}: {printable(text)}")
            return
        from rich.table import Table

        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, text in lines:
            grid.add_row(name, printable(text))
        self._console.print(grid)

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[object]], *, wide: str = "", styles: Styles | None = None
    ) -> None:
        """A table; the column `wide` takes the room that is left, and what does not fit there ends in "…"."""
        texts = [[printable(str(value)) for value in row] for row in rows]
        if not self._console:
            writer = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
            writer.writerow(header)
            writer.writerows(texts)
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), expand=bool(wide))
        for name in header:
            if name == wide:
                table.add_column(name, ratio=1, no_wrap=True, overflow="ellipsis")
            else:
                table.add_column(name, overflow="fold")
        for row in texts:
            table.add_row(*(Text(text, style=(styles or {}).get(text, "")) for text in row))
        self._console.print(table)


def _console() -> "Console":
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False)
