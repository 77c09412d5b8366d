"""What the four systems have in common: one province, one seed, and the day up to which they have records."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.domain.periods import Period, periods_between
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.asked import LAST_DAY, age_of, province_on
from ioc_pipeline.sample.profile import Profile

FIRST_DAY = date(2025, 7, 15)  # of the first whole management month of the communes of 2025-07-01

Row = dict[str, object]


@dataclass(frozen=True)
class World:
    """The same arguments give the same records.

    Records are those known when `today` began, of the last `months` management months before it; the newest is
    unfinished unless `today` is a 15th. A later day than `today` may be asked for: the first month stays the same.
    With one whole month at its natural size (`dossiers` None) the dossiers and tasks add up to the sample forms of
    that month, cancelled ones left out; another number of dossiers scales all counts.
    """

    org_units: OrgUnits
    profile: Profile
    seed: int = 1
    today: date = LAST_DAY + timedelta(days=1)
    months: int = 1
    dossiers: int | None = None

    def periods(self, today: date) -> list[tuple[int, Period]]:
        """Management months that have begun before `today`, with the age of their figures, oldest first."""
        started = periods_between(FIRST_DAY, self.today - timedelta(days=1), "month", "management")
        first = started[-self.months :][0].start if started else FIRST_DAY
        known = periods_between(first, today - timedelta(days=1), "month", "management")
        return [(age_of(period, "management"), period) for period in known]

    def communes(self, on: date) -> list[OrgUnit]:
        return self.org_units.members(level="commune", province_code=self.profile.province_code, on=on)

    def agencies(self, on: date) -> list[OrgUnit]:
        return self.org_units.members(level="agency", province_code=self.profile.province_code, on=on)

    def in_province(self, on: date) -> str:
        """The province as the systems write it behind a unit's name."""
        kind, _, name = province_on(self.org_units, self.profile, on).full_name.partition(" ")
        return f"{kind.lower()} {name}"

    def initials(self, on: date) -> str:
        """Of the province's name, without its accents: what its numbers of dossiers begin with."""
        return "".join(word[0] for word in fold(province_on(self.org_units, self.profile, on).name).split()).upper()

    def provinces(self, on: date) -> list[OrgUnit]:
        return self.org_units.members(level="province", province_code=self.profile.province_code, on=on)


def read_time(text: str) -> datetime:
    """A time of a request, with its offset; Z and +00:00 alike.

    Raises:
        ValueError: not ISO 8601, or without an offset, so that it could be any time of the world.
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("no offset")
    return time.astimezone(UTC)
