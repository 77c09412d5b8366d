"""Every spelling of every unit, indexed per level and province when first asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ioc_pipeline.reference.org_units.register import Register, place
from ioc_pipeline.reference.org_units.spelling import clean, lacks_only_marks, letters, spell, with_full_type
from ioc_pipeline.reference.org_units.unit import Name, OrgUnit, covers


@dataclass(frozen=True, slots=True)
class _Index:
    """The names of one level in one province or everywhere, by spelling and by letters without marks."""

    by_spelling: dict[str, list[Name]]
    by_letters: dict[str, list[Name]]


class Names:
    """Names and aliases of the units of a register."""

    def __init__(self, register: Register, aliases: Iterable[Name]) -> None:
        self._register = register
        self._aliases: dict[tuple[str, date], list[Name]] = {}
        for alias in aliases:
            self._aliases.setdefault((alias.unit.code, alias.unit.valid_from), []).append(alias)
        self._indexes: dict[tuple[str, str | None], _Index] = {}

    def find(self, name: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """Units spelled so; if there is none, units whose spelling this is but for missing marks."""
        written = {spell(name), spell(with_full_type(name))}
        indexes = [self._index(level, province_code) for level in levels]
        exact = [each for index in indexes for spelling in written for each in index.by_spelling.get(spelling, ())]
        if units := _bearers(exact, on):
            return units
        unmarked = (
            each
            for index in indexes
            for spelling in written
            for each in index.by_letters.get(letters(spelling), ())
            if lacks_only_marks(spelling, each.spelling)
        )
        return _bearers(unmarked, on)

    def _index(self, level: str, province_code: str | None) -> _Index:
        key = place(level, province_code)
        if key not in self._indexes:
            index = self._indexes[key] = _Index({}, {})
            for unit in self._register.within(level, province_code):
                for name in self._names(unit):
                    index.by_spelling.setdefault(name.spelling, []).append(name)
                    index.by_letters.setdefault(letters(name.spelling), []).append(name)
        return self._indexes[key]

    def _names(self, unit: OrgUnit) -> Iterator[Name]:
        """Every spelling of a unit: its names and aliases, each alone and as people lengthen it."""
        if unit.level == "agency":
            province = self._register.get(unit.province_code, unit.valid_to or date.max)
            before, after = "", f" {province.name}" if province else ""  # "Sở Y tế Sơn La"
            official = [unit.name, unit.full_name]
        else:
            before, after = f"{unit.unit_type} ", ""  # the full name; "HCM" is also "TP. HCM"
            official = [unit.name]
        names = [Name(name, unit, unit.valid_from, unit.valid_to) for name in official]
        for name in [*names, *self._aliases.get((unit.code, unit.valid_from), ())]:
            for text in (name.spelling, f"{before}{name.spelling}{after}"):
                yield Name(spell(clean(text)), unit, name.valid_from, name.valid_to)


def _bearers(names: Iterable[Name], on: date) -> list[OrgUnit]:
    return list({name.unit.code: name.unit for name in names if covers(name, on)}.values())
