"""The look of each sample form, from `forms/<source>.yml`: letterhead, titles, headers, notes, signers; no figure.

These files lie in the package, not under include/: a province changes its contracts, nobody changes how our
invented departments print theirs, and each must fit the Python that fills it in.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FORMS = Path(__file__).parent / "forms"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnLayout(_Part):
    """One column: `header` from the top line down, `width` in characters, `format` of Excel, or `text`.

    The column is there in periods that end on `since` or later.
    """

    name: str
    header: tuple[str, ...]
    width: float
    format: str = "#,##0"
    since: date = date.min


class TotalLayout(_Part):
    """The line of the total: what is written instead of a unit; merged, it stands over the serial number too."""

    text: str
    is_first: bool = False
    is_merged: bool = False


class SheetLayout(_Part):
    """What is printed on one sheet around its figures.

    Texts may hold words in braces: those of `Asked.words`, those that come with the figures, and
    `{column[<name>]}`, the number printed under a column. `communes` among the columns is that of the communes'
    names, whose title and width depend on the time.
    """

    name: str
    superior: str
    office: str
    form_number: str
    title: tuple[str, ...]
    period: tuple[str, ...] = ()
    unit_line: str = ""
    columns: tuple[ColumnLayout | Literal["communes"], ...]
    total: TotalLayout | None = None
    notes: tuple[str, ...] = ()
    signers: tuple[str, str]
    is_dated_in_letterhead: bool = False
    has_index_row: bool = True
    has_numbers_as_text: bool = False
    has_subtotals_as_formulas: bool = False


class FormLayout(_Part):
    """One file: its name, whose ending decides the format, and its sheets."""

    file: str
    sheets: tuple[SheetLayout, ...]


@cache
def read_layout(source: str) -> FormLayout:
    return FormLayout.model_validate(yaml.safe_load((FORMS / f"{source}.yml").read_text(encoding="utf-8")))
