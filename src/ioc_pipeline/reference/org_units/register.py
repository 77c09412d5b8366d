"""The units by code and by place."""

from collections.abc import Iterable, Iterator
from datetime import date

from ioc_pipeline.reference.org_units.unit import OrgUnit, covers


class Register:
    """Every unit with its dates, by its code and by its level in its province."""

    def __init__(self, units: Iterable[OrgUnit]) -> None:
        self._by_code: dict[str, list[OrgUnit]] = {}
        self._by_place: dict[tuple[str, str | None], list[OrgUnit]] = {}
        for unit in units:
            self._by_code.setdefault(unit.code, []).append(unit)
            self._by_place.setdefault((unit.level, None), []).append(unit)
            self._by_place.setdefault((unit.level, unit.province_code), []).append(unit)

    def get(self, code: str, on: date) -> OrgUnit | None:
        """The unit that bore a code, written in full, on one day."""
        return next((unit for unit in self._by_code.get(code, ()) if covers(unit, on)), None)

    def within(self, level: str, province_code: str | None) -> Iterator[OrgUnit]:
        """Units of one level, whenever they existed; the agencies of a province and those of the nation."""
        yield from self._by_place.get(place(level, province_code), ())
        if level == "agency" and province_code:
            yield from self._by_place.get((level, ""), ())

    def on(self, day: date, level: str, province_code: str | None) -> list[OrgUnit]:
        """Units of one level on one day, without the agencies of the nation where a province is given."""
        return [unit for unit in self._by_place.get(place(level, province_code), ()) if covers(unit, day)]


def place(level: str, province_code: str | None) -> tuple[str, str | None]:
    """Where the units of a level are kept: provinces and the country in one place for all."""
    return level, None if level in ("country", "province") else province_code
