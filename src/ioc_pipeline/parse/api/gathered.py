"""The records of one table as they were gathered, and what was found wrong so far."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.pages import Json, Page
from ioc_pipeline.domain.record_keys import key_text
from ioc_pipeline.parse.fields import Field
from ioc_pipeline.parse.records import pointers, text_of
from ioc_pipeline.reference.tables import Column, Table

Record = dict[str, Json]


@dataclass(slots=True)
class Told:
    """What was found wrong so far. `fields` holds what is told once a run: (code, field)."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    personal: dict[tuple[str, str], Problem] = field(default_factory=dict)
    fields: set[tuple[str, str]] = field(default_factory=set)


PROBLEMS_OF_A_COLUMN = 1000  # nobody mends more at once, and a wholly wrong column is one mistake


@dataclass(slots=True)
class BadRecords:
    """What is wrong with single records of one table, and in which rows they stand."""

    rows: set[int] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    _told: Counter[tuple[str, str]] = field(default_factory=Counter)

    def tell(self, row: int, problem: Problem) -> None:
        """Note a bad field of a row."""
        self.rows.add(row)
        told = (problem.code, problem.column)
        self._told[told] += 1
        if self._told[told] <= PROBLEMS_OF_A_COLUMN:
            self.problems.append(problem)

    def returned(self) -> list[Problem]:
        """What is told when all is sent back: that a field is missing at its first record only."""
        first: dict[tuple[str, str], Problem] = {}
        for problem in self.problems:
            if problem.code == "missing-field":
                first.setdefault((problem.code, problem.column), problem)
        return [one for one in self.problems if one.code != "missing-field" or one in first.values()]


@dataclass(frozen=True, slots=True)
class PageRecords:
    """The records of one table in one page: the pointer of their array, and the place of each in it."""

    table: Table
    page: Page
    array: str
    positions: list[int] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


@dataclass(slots=True)
class Gathered:
    """The records of one table in the order they came: parallel lists. `page_of` is the index in `pages`.

    `twins` are the fields that say the unit of a record again (twins.py), whether the contract reads them or not.
    """

    table: Table
    pages: list[Page] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    page_of: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    fields: dict[str, list[Field]] = field(init=False)
    twins: dict[str, list[Field]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fields = {column.name: [] for column in self.table.columns}

    @property
    def unit_field(self) -> str:
        """The field that names the unit; "" where the table has none."""
        return next((str(each.field) for each in self.table.columns if each.type == "org_unit"), "")

    def where(self, row: int) -> tuple[Page, str, int]:
        """Page, pointer of the array and place in it of one record."""
        page = self.page_of[row]
        return self.pages[page], self.arrays[page], self.positions[row]

    def place(self, row: int, column: Column) -> Problem:
        """A problem that says where one field of one record stands, and nothing else."""
        page, array, position = self.where(row)
        keys = [self.fields[name][row] for name in self.table.record_key] or [
            self.fields[unit_column_of(self.table)][row]
        ]
        return Problem(
            "bad-field",
            array,
            f"{array}/{position}{pointers(self.table).get(column.name, '')}",
            column.field or "",
            found=text_of(self.fields[column.name][row]),
            page=page.name,
            record="|".join(key_text(key) if isinstance(key, datetime) else text_of(key) for key in keys),
        )


def key_fields(table: Table) -> list[str]:
    """Fields that tell the records of one page apart."""
    names = [str(_column(table, name).field) for name in table.record_key or [unit_column_of(table)]]
    return [name for name in names if not name.startswith("$")]


def _column(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


def unit_column_of(table: Table) -> str:
    """The column that names a record in messages where the contract gives no key."""
    return next((column.name for column in table.columns if column.type == "org_unit"), table.columns[0].name)
