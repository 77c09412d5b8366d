"""The lines of a sample form between its header and its notes: one a unit, in sections, or one for the province."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.figures import Figures
from ioc_pipeline.sample.form import FormRow
from ioc_pipeline.sample.printed import Cell


@dataclass(frozen=True, slots=True)
class Body:
    """The lines of one sheet without its total, the `sums` that the total shows, and words for the sheet's texts."""

    rows: Sequence[FormRow]
    sums: dict[str, Cell] = field(default_factory=dict)
    words: Mapping[str, object] = field(default_factory=dict)

    def derive(self, column: str, formula: Callable[[Mapping[str, Cell]], Cell]) -> "Body":
        """Fill one more column from the others: in every line of data, and in the total if there is one."""
        for cells in [*(row.cells for row in self.rows if row.kind == "data"), *([self.sums] if self.sums else [])]:
            cells[column] = formula(cells)
        return self


Fill: TypeAlias = Callable[[Asked], list[Body]]
"""Gives the figures of one form, one body a sheet."""


def by_name(fills: Iterable[Fill]) -> dict[str, Fill]:
    """By source name, which is the function's."""
    return {fill.__name__: fill for fill in fills}


def by_unit(asked: Asked, units: Sequence[OrgUnit], values: Figures) -> Body:
    """One line a unit, numbered from 1; `units` and the lists of `values` are in the same order."""
    return Body(_rows(asked, units, values), sums_of(values))


def of_province(asked: Asked, values: Mapping[str, Cell]) -> Body:
    """One line for the whole province."""
    return one_line({"org_unit": asked.province.full_name, **values})


def one_line(cells: Mapping[str, Cell]) -> Body:
    return Body([FormRow("data", "1", dict(cells))])


def sums_of(values: Figures) -> dict[str, Cell]:
    return {name: sum(numbers) for name, numbers in values.items()}


def whole(cells: Mapping[str, Cell], column: str) -> int:
    """A cell that holds a whole number."""
    value = cells[column]
    assert isinstance(value, int)
    return value


@dataclass(frozen=True, slots=True)
class Section:
    """Some of the units of a form under a line of their own: its roman number and its title."""

    serial: str
    title: str
    places: Sequence[int]  # of its units in the list of all, from 0

    def part(self, values: Figures) -> Figures:
        return {name: [numbers[place] for place in self.places] for name, numbers in values.items()}

    def rows(self, asked: Asked, units: Sequence[OrgUnit], values: Figures) -> list[FormRow]:
        return _rows(asked, [units[place] for place in self.places], self.part(values))


def with_subtotals(asked: Asked, units: Sequence[OrgUnit], values: Figures, sections: Iterable[Section]) -> Body:
    """Each section begins with its title and ends with a line of its sums."""
    rows: list[FormRow] = []
    for section in sections:
        rows.append(FormRow("section", section.serial, {"org_unit": section.title}))
        rows += section.rows(asked, units, values)
        subtotal = {"org_unit": f"Cộng mục {section.serial}", **sums_of(section.part(values))}
        rows.append(FormRow("subtotal", "", subtotal))
    return Body(rows, sums_of(values))


def with_sums_above(asked: Asked, units: Sequence[OrgUnit], values: Figures, sections: Iterable[Section]) -> Body:
    """Each section's sums stand on the line of its title."""
    rows: list[FormRow] = []
    for section in sections:
        rows.append(FormRow("section", section.serial, {"org_unit": section.title, **sums_of(section.part(values))}))
        rows += section.rows(asked, units, values)
    return Body(rows, sums_of(values))


def _rows(asked: Asked, units: Sequence[OrgUnit], values: Figures) -> list[FormRow]:
    return [
        FormRow(
            "data", str(place + 1), {"org_unit": name, **{column: numbers[place] for column, numbers in values.items()}}
        )
        for place, name in enumerate(asked.names(units))
    ]
