"""Every spelling of every unit, indexed per level and province when first asked for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from ioc_pipeline.reference.org_units.register import Register, place
from ioc_pipeline.reference.org_units.spelling import clean, lacks_only_marks, letters, outlines, spell, with_full_type
from ioc_pipeline.reference.org_units.unit import Name, OrgUnit, covers


class Names:
    """Names and aliases of the units of a register."""

    def __init__(self, register: Register, aliases: Iterable[Name]) -> None:
        self._register = register
        self._aliases: dict[tuple[str, date], list[Name]] = {}
        for alias in aliases:
            self._aliases.setdefault((alias.unit.code, alias.unit.valid_from), []).append(alias)
        self._indexes: dict[tuple[str, str | None], dict[str, list[Name]]] = {}
        self._alike_names = lru_cache(maxsize=16384)(self._alike)  # a day chooses among them, and each file has its own

    def find(self, name: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """Units spelled so; if there is none, units whose spelling this is but for missing marks."""
        written, alike = self._alike_names(name, levels, province_code)
        if units := _bearers((each for each in alike if each.spelling in written), on):
            return units
        unmarked = (
            each
            for each in alike
            for spelling in written
            if letters(spelling) == letters(each.spelling) and lacks_only_marks(spelling, each.spelling)
        )
        return _bearers(unmarked, on)

    def _alike(
        self, name: str, levels: tuple[str, ...], province_code: str | None
    ) -> tuple[frozenset[str], list[Name]]:
        """How a name may be spelled, and the names of units that have its letters, whenever they were in force."""
        written = frozenset({spell(name), spell(with_full_type(name))})
        return written, [
            replace(each, spelling=spell(clean(each.spelling)))
            for level in levels
            for outline in set(outlines(written))
            for each in self._index(level, province_code).get(outline, ())
        ]

    def _index(self, level: str, province_code: str | None) -> dict[str, list[Name]]:
        """Names as they are written in the seeds, by outline: of 27,000 in the nation a form asks for a handful."""
        key = place(level, province_code)
        if key not in self._indexes:
            names = [name for unit in self._register.within(level, province_code) for name in self._names(unit)]
            index = self._indexes[key] = dict[str, list[Name]]()
            for name, outline in zip(names, outlines(name.spelling for name in names), strict=True):
                index.setdefault(outline, []).append(name)
        return self._indexes[key]

    def _names(self, unit: OrgUnit) -> Iterator[Name]:
        """Every name of a unit: its names and aliases, each alone and as people lengthen it."""
        if unit.level == "agency":
            province = self._register.get(unit.province_code, unit.valid_to or date.max)
            before, after = "", f" {province.name}" if province else ""  # "Sở Y tế" and the province
            official = [unit.name, unit.full_name]
        else:
            before, after = f"{unit.unit_type} ", ""  # the full name; "HCM" is also "TP. HCM"
            official = [unit.name]
        names = [Name(name, unit, unit.valid_from, unit.valid_to) for name in official]
        for name in [*names, *self._aliases.get((unit.code, unit.valid_from), ())]:
            for text in (name.spelling, f"{before}{name.spelling}{after}"):
                yield Name(text, unit, name.valid_from, name.valid_to)


def _bearers(names: Iterable[Name], on: date) -> list[OrgUnit]:
    return list({name.unit.code: name.unit for name in names if covers(name, on)}.values())
