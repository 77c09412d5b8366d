"""Values of a row → what a person sees of them, by the facts of the sheet."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ioc_pipeline.domain.workbooks import Area
from ioc_pipeline.read.facts import CellStyle, SheetFacts, in_script


class Seen:
    """Changes rows in place, one after the other, and collects what is to be told of their cells.

    `marks` and `shown` are (row, column, text), the others (row, column). `left_out` are the texts
    that are in no row any more.
    """

    def __init__(self, facts: SheetFacts, merged: Sequence[Area], width: int) -> None:
        self.marks: list[tuple[int, int, str]] = []
        self.shown: list[tuple[int, int, str]] = []
        self.struck: list[tuple[int, int]] = []
        self.covered: list[tuple[int, int]] = []
        self.hidden: list[tuple[int, int]] = []
        self.left_out: list[str] = []
        self.has_facts = bool(facts.marks or facts.styles or facts.texts or merged)
        self._facts = facts
        self._width = width
        self._waiting = sorted(merged, reverse=True)
        self._open: list[Area] = []  # merged areas that reach down to this row

    def apply(self, row: int, values: list[Any]) -> None:
        """Take the next row: errors leave None, texts are as they are seen, styles are told."""
        facts = self._facts
        texts = facts.texts.get(row, {})
        for column, text in texts.items():
            values[column] = text
            if not text:
                self.struck.append((row, column))
        for column, style in facts.styles.get(row, {}).items():
            if column < self._width and values[column] != "":
                self._style(row, column, values, style.without_font if column in texts else style)
        for column, mark in facts.marks.get(row, {}).items():
            values[column] = ""
            self.marks.append((row, column, mark))
        if self._waiting or self._open:
            self._cover(row, values)

    def _style(self, row: int, column: int, values: list[Any], style: CellStyle) -> None:
        value = values[column]
        if style.is_struck:
            values[column] = ""
            self.struck.append((row, column))
            return
        if style.is_hidden:
            self.hidden.append((row, column))
        if isinstance(value, str):
            values[column] = self._text(row, column, value, style)
            return
        text: str | None = None
        if isinstance(value, date):
            text = style.format.moment(value) if style.format else None
        elif type(value) in (float, int):
            mark, text = style.format.mark_and_text(value) if style.format else ("", None)
            if mark:
                self.marks.append((row, column, mark))
            if style.script:
                text = in_script(text if text is not None else f"{value:.15g}".replace(".", ","), style.script)
        if text is not None:
            self.shown.append((row, column, text))

    def _text(self, row: int, column: int, value: str, style: CellStyle) -> str:
        text = style.format.text(value) if style.format else value
        if not text:
            self.hidden.append((row, column))
            return value
        is_mark = style.script and not any(sign.isalpha() for sign in text)
        return in_script(text, style.script) if is_mark else text

    def _cover(self, row: int, values: list[Any]) -> None:
        """Leave out what lies under a merged cell: only its first cell is seen."""
        while self._waiting and self._waiting[-1][0] <= row:
            self._open.append(self._waiting.pop())
        self._open = [area for area in self._open if area[2] >= row]
        for first_row, first, _, last in self._open:
            for column in range(first + (row == first_row), min(last + 1, self._width)):
                if values[column] != "":
                    self.covered.append((row, column))
                    self.left_out.append(str(values[column]))
                    values[column] = ""
