"""The national portal's index 766: POST one form field, get rows of strings, a list here and `{"data": []}` there."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from ioc_pipeline.domain.periods import Period
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.api.world import Row, World

SERVICE = "report_tinh_766_service"
PARTS = {"CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}
"""Field → greatest score. They add up to 100 (Decision 766/QĐ-TTg)."""
PROVINCES, AGENCIES, COMMUNES = 0, 1, 2
_MONTHS = {"p_6thang": 6, "p_quy": 3, "p_thang": 1}


class Index766:
    """Scores of every period that has ended, by province, agency or commune; a unit's parts drift from month to month.

    Totals are added up before they are rounded, so the parts may miss them by a few hundredths.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, parameters: Mapping[str, object], today: date) -> list[Row] | dict[str, list[Row]]:
        """Rows best first: a list for provinces, `{"data": […]}` for the others, empty before the period has ended.

        Raises:
            ValueError: another service, a parameter that is missing or no whole number, more than one part of a year.
        """
        if parameters.get("type") != "ref" or parameters.get("service") != SERVICE:
            raise ValueError("service")
        level = _whole(parameters, "p_loaidonvi")
        if level not in (PROVINCES, AGENCIES, COMMUNES):
            raise ValueError("p_loaidonvi")
        period = _period(parameters)
        page, size = _whole(parameters, "pageIndex"), _whole(parameters, "pageSize")
        rows = self._rows(level, period)[(page - 1) * size : page * size] if period.end < today else []
        return rows if level == PROVINCES else {"data": rows}

    def _rows(self, level: int, period: Period) -> list[Row]:
        scored = sorted(
            ((self._scores(unit, period), unit) for unit in self._units(level, period.end)),
            key=lambda each: (-round(sum(each[0].values()), 2), each[1].code),
        )
        return [
            {
                "ID": str(398_100 + number if level == PROVINCES else 410_000 + 1_000 * level + number),
                "TEN": self._name(level, unit, period.end),
                "TEN_COQUAN": unit.full_name,
                "MA_COQUAN": f"{self._world.profile.agency_identifier}.{number:03}",
                "LOAI_COQUAN": str(level),
                "CAPDONVIID": str(level),
                **{part: f"{score:.2f}" for part, score in scores.items()},
                "TONG_SCORE": f"{sum(scores.values()):.2f}",
                "ROW_STT": str(number),
            }
            for number, (scores, unit) in enumerate(scored, start=1)
        ]

    def _units(self, level: int, on: date) -> list[OrgUnit]:
        if level == PROVINCES:
            return self._world.provinces(on)
        if level == COMMUNES:
            return self._world.communes(on)
        return [unit for unit in self._world.agencies(on) if unit.name.startswith("Sở ")]

    def _scores(self, unit: OrgUnit, period: Period) -> dict[str, float]:
        standing = random.Random(f"{self._world.seed}:766:{unit.level}:{unit.code}")  # noqa: S311
        month = random.Random(f"{self._world.seed}:766:{unit.level}:{unit.code}:{period.type}:{period.end}")  # noqa: S311
        return {
            part: most * min(1.0, standing.uniform(0.62, 0.97) + month.uniform(-0.05, 0.05))
            for part, most in PARTS.items()
        }

    def _name(self, level: int, unit: OrgUnit, on: date) -> str:
        if level == COMMUNES:
            kind, _, name = unit.full_name.partition(" ")
            return f"UBND {kind.lower()} {name} - {self._world.in_province(on)}"
        return unit.full_name if level == PROVINCES else unit.name


def _period(parameters: Mapping[str, object]) -> Period:
    """The calendar period that the three exclusive numbers choose; with all of them 0 it is the whole year."""
    year = _whole(parameters, "p_nam")
    chosen = {name: number for name in _MONTHS if (number := _whole(parameters, name))}
    if len(chosen) > 1:
        raise ValueError(", ".join(chosen))
    name, number = next(iter(chosen.items()), ("", 1))
    months = _MONTHS.get(name, 12)
    if not 1 <= number <= 12 // months:
        raise ValueError(name)
    first, last = months * (number - 1) + 1, months * number
    kind = {1: "month", 3: "quarter", 6: "half_year", 12: "year"}[months]
    after = date(year + last // 12, last % 12 + 1, 1)
    return Period(kind, date(year, first, 1), after - timedelta(days=1))


def _whole(parameters: Mapping[str, object], name: str) -> int:
    try:
        return int(str(parameters[name]))
    except (KeyError, ValueError):
        raise ValueError(name) from None
