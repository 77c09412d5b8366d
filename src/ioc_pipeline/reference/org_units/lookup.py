"""The unit that a text names or codes on one day."""

import re
from collections.abc import Iterable
from datetime import date

from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.names import Names
from ioc_pipeline.reference.org_units.register import Register
from ioc_pipeline.reference.org_units.seeds import read_agencies, read_aliases, read_units
from ioc_pipeline.reference.org_units.spelling import SEPARATOR, clean, without_office
from ioc_pipeline.reference.org_units.unit import LEVELS, Name, OrgUnit, covers, is_within

_PLACE_LEVELS = LEVELS[:3]
_CODE_WIDTH = {"province": 2, "district": 3, "commune": 5}
_NUMBER = re.compile(r"(\d{1,5})(?:\.0)?")
_CODED_NAME = re.compile(r"(.+?) ?\((\d{2,5})\)")
_LONGEST_TEXT = 200
_MOST_KEPT = 50_000


class OrgUnits:
    """Every unit with its dates, found by name or code; what was found once is kept."""

    def __init__(self, units: Iterable[OrgUnit], aliases: Iterable[Name]) -> None:
        self._register = Register(units)
        self._names = Names(self._register, aliases)
        self._found: dict[tuple[str, date, str | None, str | None], list[OrgUnit]] = {}
        self._reachable: dict[tuple[str | None, str | None, date], list[OrgUnit]] = {}

    @classmethod
    def from_seeds(cls, seeds: Declared) -> "OrgUnits":
        """Read org_units.csv and agencies.csv, and the aliases of both.

        Raises:
            ContractError: names file and line, and what is expected there.
        """
        units = [*read_units(seeds / "org_units.csv"), *read_agencies(seeds)]
        return cls(units, read_aliases(seeds, units))

    def find(self, text: str, *, on: date, level: str | None, province_code: str | None) -> OrgUnit:
        """Find the unit that a text names or codes on one day.

        `province_code` narrows districts, communes and agencies; provinces and the country are always in reach.
        Without `level` the highest level that bears the name is meant: a province, not its town of the same name.
        The text may carry its type or an abbreviation of it, "UBND", its parents ("xã X, huyện Y - tỉnh Z") or its
        code in brackets. Marks may be missing where one unit only is left; wrong marks are never mended.
        A number is a code of the level asked: one leading zero may be lost, more only inside a given province.

        Raises:
            UnknownUnit: with suggestions and the alias row that would make the text known.
            AmbiguousUnit: with the units meant.
        """
        key = (text, on, level, province_code)
        found = self._found.get(key)
        if found is None:
            if len(self._found) >= _MOST_KEPT:  # thousands of files, each with a day of its own
                self._found.clear()
            found = self._found[key] = self._highest(text, on, level, province_code)
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousUnit([self._describe(unit, on) for unit in found])
        raise UnknownUnit(text[:_LONGEST_TEXT], self._in_force(level, province_code, on))

    def members(self, *, level: str, province_code: str, on: date) -> list[OrgUnit]:
        """Units of one level on one day, by code; `province_code` does not narrow provinces and the country."""
        return sorted(self._register.on(on, level, province_code), key=lambda unit: unit.code)

    def get(self, code: str, on: date) -> OrgUnit | None:
        """The unit that bore a code, written in full, on one day."""
        return self._register.get(code, on)

    def name_in_form(self, unit: OrgUnit, on: date) -> str:
        """What forms call a unit: an agency by its short name, a commune of a district together with it, since names
        repeat between districts.
        """
        if unit.level == "agency":
            return unit.name
        parent = self.get(unit.parent_code, on)
        return f"{unit.full_name}, {parent.full_name}" if parent and parent.level == "district" else unit.full_name

    def _highest(self, text: str, on: date, level: str | None, province_code: str | None) -> list[OrgUnit]:
        if len(text) > _LONGEST_TEXT:
            return []
        units = self._candidates(clean(text), on, _levels(level), province_code)
        highest = min((LEVELS.index(unit.level) for unit in units), default=0)
        return [unit for unit in units if unit.level == LEVELS[highest]]

    def _in_force(self, level: str | None, province_code: str | None, on: date) -> list[OrgUnit]:
        """Units that may have been meant; one list for all bad names of a table, of which there can be very many."""
        key = (level, province_code, on)
        if key not in self._reachable:
            within = (unit for each in _levels(level) for unit in self._register.within(each, province_code))
            self._reachable[key] = [unit for unit in within if covers(unit, on)]
        return self._reachable[key]

    def _describe(self, unit: OrgUnit, on: date) -> str:
        parent = self.get(unit.parent_code, on)
        return f"{unit.full_name}{f', {parent.full_name}' if parent else ''} ({unit.code})"

    def _candidates(self, text: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """Units that a cleaned text may mean: by code, by the whole as a name, by a name inside a named place."""
        if number := _NUMBER.fullmatch(text):
            return self._numbered(number[1], on, levels, province_code)
        by_code = self.get(text, on) or self.get(text.upper(), on)
        if by_code and by_code.level in levels and is_within(by_code, province_code):
            return [by_code]
        name = without_office(text)
        if whole := self._names.find(name, on, levels, province_code):
            return whole
        if coded_name := _CODED_NAME.fullmatch(name):
            units = self._candidates(coded_name[1], on, levels, province_code)
            if units := [unit for unit in units if unit.code == coded_name[2]]:
                return units
        for separator in SEPARATOR.finditer(name):
            units = self._names.find(name[: separator.start()], on, levels, province_code)
            places = (
                self._candidates(name[separator.end() :].removesuffix(")"), on, _PLACE_LEVELS, None) if units else []
            )
            codes = {place.code for place in places}
            if units := [unit for unit in units if codes & {unit.parent_code, unit.province_code}]:
                return units
        return []

    def _numbered(self, digits: str, on: date, levels: tuple[str, ...], province_code: str | None) -> list[OrgUnit]:
        """The unit of a code that may have lost its leading zeros in a spreadsheet."""
        for level, width in _CODE_WIDTH.items():
            lost = width - len(digits)
            is_plausible = lost in (0, 1) or (lost > 0 and len(levels) == 1 and province_code is not None)
            if level in levels and is_plausible:
                unit = self.get(digits.zfill(width), on)
                return [unit] if unit and is_within(unit, province_code) else []
        return []


def _levels(level: str | None) -> tuple[str, ...]:
    return LEVELS if level is None else (level,)
