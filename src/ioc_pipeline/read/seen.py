"""Values of a row → what a person sees of them, by the facts of the sheet."""

from datetime import date
from typing import Any

from ioc_pipeline.read.facts import CellStyle, SheetFacts, in_script


class Seen:
    """Changes rows in place and collects what is to be told of their cells, as (row, column, text)."""

    def __init__(self, facts: SheetFacts, width: int) -> None:
        self.marks: list[tuple[int, int, str]] = []
        self.shown: list[tuple[int, int, str]] = []
        self.struck: list[tuple[int, int]] = []
        self.has_facts = bool(facts.marks or facts.styles or facts.texts)
        self._facts = facts
        self._width = width

    def apply(self, row: int, values: list[Any]) -> None:
        """Take one row: errors leave None, texts are as they are seen, styles are told."""
        facts = self._facts
        for column, text in facts.texts.get(row, {}).items():
            values[column] = text
            if not text:
                self.struck.append((row, column))
        for column, style in facts.styles.get(row, {}).items():
            if column < self._width and values[column] != "":
                self._style(row, column, values, style)
        for column, mark in facts.marks.get(row, {}).items():
            values[column] = ""
            self.marks.append((row, column, mark))

    def _style(self, row: int, column: int, values: list[Any], style: CellStyle) -> None:
        value = values[column]
        if style.is_struck:
            values[column] = ""
            self.struck.append((row, column))
            return
        if isinstance(value, str):
            if style.script and not any(sign.isalpha() for sign in value):
                values[column] = in_script(value, style.script)
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
