"""What a sample form is asked to tell, and the province, time and units that all samples share."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.periods import Clock, Period, PeriodType, label_of_day, period_containing
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import MERGED_ON, OrgUnit
from ioc_pipeline.sample.figures import weigh_communes
from ioc_pipeline.sample.profile import Profile

LAST_DAY = date(2025, 9, 14)  # of the month whose figures were published, on the management clock
LAST_YEAR = 2024  # the same of yearly forms
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_AGES_AFTER = (0, 1, 2, 1)
_OLDEST = {"month": 36, "quarter": 12, "year": 8}  # further back the trend would lead below nothing


def published_period(period_type: PeriodType, clock: Clock) -> Period:
    """The period of a form's type whose figures were published."""
    return period_containing(date(LAST_YEAR, 6, 1) if period_type == "year" else LAST_DAY, period_type, clock)


def age_of(period: Period, clock: Clock) -> int:
    """How many periods before the one with the published figures, 0 for itself.

    What came after it was published by nobody: later figures go up and down between those of the last three. So do
    those of before `_OLDEST`, between its own and the two after it.
    """
    newest = published_period(cast("PeriodType", period.type), clock)
    months = (newest.end.year - period.end.year) * 12 + newest.end.month - period.end.month
    age = months // _MONTHS[period.type]
    oldest = _OLDEST[period.type]
    if age > oldest:
        return oldest - _AGES_AFTER[(age - oldest) % len(_AGES_AFTER)]
    return age if age >= 0 else _AGES_AFTER[-age % len(_AGES_AFTER)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form is asked to tell: one period, the `age` of its figures (`age_of`), and the units of its last day.

    `profile` is the province's. `successors` says which commune each one of before the merger became, by code.
    """

    profile: Profile
    seed: int
    period: Period
    age: int
    org_units: OrgUnits
    successors: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_merged(self) -> bool:
        """True from the merger of the communes on."""
        return self.period.end >= MERGED_ON

    @property
    def province(self) -> OrgUnit:
        """As it was on the last day of the period."""
        return province_on(self.org_units, self.profile, self.period.end)

    def communes(self) -> list[OrgUnit]:
        return self.org_units.members(level="commune", province_code=self.profile.province_code, on=self.period.end)

    def agencies(self) -> list[OrgUnit]:
        return self.org_units.members(level="agency", province_code=self.profile.province_code, on=self.period.end)

    def weights(self) -> list[float]:
        """How large each of the `communes` is; those merged later share out the weight of what they became."""
        communes = self.communes()
        if self.is_merged:
            return weigh_communes(self.seed, communes)
        merged = self.org_units.members(level="commune", province_code=self.profile.province_code, on=MERGED_ON)
        whole = dict(zip((unit.code for unit in merged), weigh_communes(self.seed, merged), strict=True))
        chance = random.Random(f"{self.seed}:before the merger")  # noqa: S311  # figures, not secrets
        parts = [chance.uniform(0.8, 1.2) for _ in communes]
        into = [self.successors[unit.code] for unit in communes]
        sums = dict.fromkeys(into, 0.0)
        for code, part in zip(into, parts, strict=True):
            sums[code] += part
        return [whole[code] * part / sums[code] for code, part in zip(into, parts, strict=True)]

    def names(self, units: Sequence[OrgUnit]) -> list[str]:
        """What the form calls them."""
        return [self.org_units.name_in_form(unit, self.period.end) for unit in units]

    def words(self) -> dict[str, object]:
        """The period as a form's layout names it: `{Month}`, `{Quarter}`, `{bounds}` and so on."""
        first, last = self.period.start, self.period.end
        month = f"tháng {last.month} năm {last.year}"
        quarter = ("I", "II", "III", "IV")[(last.month - 1) // 3]
        return {
            "PROVINCE": self.province.full_name.upper(),
            "PROVINCE_NAME": self.province.name.upper(),
            "month": month,
            "Month": month.capitalize(),
            "month_number": last.month,
            "year_month": f"{last:%Y-%m}",
            "quarter": f"{quarter}-{last.year}",
            "Quarter": f"Quý {quarter} năm {last.year}",
            "year": last.year,
            "bounds": f"(Từ ngày {label_of_day(first)} đến ngày {label_of_day(last)})",
        }

    @property
    def dated(self) -> str:
        """Place and day of the signature: the day after the period."""
        day = self.period.end + timedelta(days=1)
        return f"{self.province.name}, ngày {day.day:02} tháng {day.month} năm {day.year}"


def province_on(org_units: OrgUnits, profile: Profile, day: date) -> OrgUnit:
    """The province of the samples as it was on a day.

    Raises:
        UserError: no province had its code then.
    """
    unit = org_units.get(profile.province_code, day)
    if unit is None or unit.level != "province":
        raise UserError(f"IOC_PROVINCE={profile.province_code!r}: org_units.csv has no such province on {day}")
    return unit
