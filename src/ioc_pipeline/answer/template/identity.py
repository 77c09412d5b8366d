"""Which form a workbook was made from, in a sheet that nobody sees; it is never data, and free layouts do without."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ioc_pipeline.answer.template.rules import rule_of
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.reference.contracts import Contract

SHEET = "IOC"
MARK = "MẪU BIỂU CỦA TRUNG TÂM IOC"
"""In A1 of the hidden sheet, by which we know it again; the form's name and version stand below."""
_VERSION_LETTERS = 12
_AS_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")  # digits in a row look like somebody's number


@dataclass(frozen=True, slots=True)
class FormIdentity:
    """The contract that a template was made from, and the version of its layout then."""

    source_name: str
    version: str

    @property
    def cells(self) -> Sequence[str]:
        """What stands in column A, from the first row down."""
        return MARK, self.source_name, self.version


def identity_of(contract: Contract, day: date) -> FormIdentity:
    """The form as it is laid out for periods that end on `day`; another version where a template would look otherwise.

    Synonyms of headers, due days and checks that no cell shows are no part of it.
    """
    source = contract.source.on(day)
    layout = [
        [
            source.suite_name(table),
            table.titles[0],
            [
                [column.headers[0], column.type, rule_of(contract, table, column).fingerprint]
                for column in table.columns
            ],
        ]
        for table in source.tables
    ]
    digest = hashlib.sha256(json.dumps(layout, ensure_ascii=False).encode()).hexdigest()
    return FormIdentity(source.name, digest[:_VERSION_LETTERS].translate(_AS_LETTERS))


def without_identity(workbook: Workbook) -> tuple[Workbook, FormIdentity | None]:
    """The workbook less our hidden sheet, and what that said; None for a layout that is not from a template."""
    found = None
    sheets = []
    for sheet in workbook.sheets:
        column = [row[0] for row in sheet.rows[:3] if row]
        if column[:1] == [MARK]:
            found = FormIdentity(*(str(value) for value in column[1:])) if len(column) == 3 else found
        else:
            sheets.append(sheet)
    return (replace(workbook, sheets=sheets), found) if len(sheets) < len(workbook.sheets) else (workbook, None)
