"""Sample department files, labelled as such: what a person or a test drops into an inbox."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path, PurePath

from ioc_pipeline.domain.periods import Period, period_containing, periods_between
from ioc_pipeline.durable import write_durably
from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.reference.contracts import Contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import MERGED_ON
from ioc_pipeline.reference.seeds import read_rows
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.sample import assessments, departments, e_government, institutions, stocks
from ioc_pipeline.sample.asked import LAST_DAY, Asked, age_of, published_period
from ioc_pipeline.sample.bodies import Body
from ioc_pipeline.sample.e_government import FILLS_OF_COMMUNES
from ioc_pipeline.sample.form import FormRow
from ioc_pipeline.sample.printing import print_form
from ioc_pipeline.sample.profile import Profile
from ioc_pipeline.sample.sending import Attempt, attempts, with_unreadable_figure

SAMPLE_MARK = "MẪU"  # in every file's name, which marts and receipts show beside the figures
FILLS = departments.FILLS | e_government.FILLS | assessments.FILLS | institutions.FILLS | stocks.FILLS
"""By source name: what its department fills in."""
YEARS_SHOWN = 3  # of the yearly forms, once a year or more of the others is asked for


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file as its sender drops it: `path` is `<department>/<name>`, or `<commune code>/<name>`."""

    sent_on: date
    path: PurePath
    content: bytes

    def write(self, inbox: Path) -> Path:
        """Write it, and before it the seal of a CSV, which cannot be told from a cut one otherwise; give its path."""
        path = inbox / self.path
        if path.suffix == ".csv":
            seal = f"{hashlib.sha256(self.content).hexdigest()}  {path.name}\n"
            write_durably(path.with_name(f"{path.name}.sha256"), seal.encode())
        write_durably(path, self.content)
        return path


def sample_files(
    *,
    seed: int,
    months: int,
    contracts: Contracts,
    org_units: OrgUnits,
    profile: Profile,
    seeds: Declared,
    until: date = LAST_DAY + timedelta(days=1),
) -> list[SampleFile]:
    """The files of each form and period; equal arguments give equal bytes. In the order of forms, oldest period first.

    A form that every commune owes is there once for each of them. The periods are those that ended in the last
    `months` months before `until`, with the units of their last day, and the one with the published figures. Before
    the merger they have the old communes, whose figures add up to those of the communes they became (crosswalk.csv).
    A yearly form is there for one year, and for three where `months` is a year or more. Left out are forms whose
    contract is broken, and attempts after `until` of later periods than the published one.
    """
    calendar, successors = WorkingCalendar.from_csv(seeds / "calendar.csv"), _successors(seeds / "crosswalk.csv")
    files: list[SampleFile] = []
    for name in (*FILLS, *FILLS_OF_COMMUNES, *profile.own_forms):
        contract = contracts.ready.get(name)
        if contract is None:
            continue
        source = contract.source
        for period in _periods_sent(source, profile, months, until):
            asked = Asked(profile, seed, period, age_of(period, source.clock), org_units, successors)
            is_published = period.end <= published_period(source.period_type, source.clock).end
            for number, folder in enumerate(_folders(source, asked)):
                sent = attempts(source, folder, period, seed=seed, calendar=calendar)
                made = [_file(source, folder, number, asked, attempt) for attempt in sent]
                # Where the seed decides nothing, other figures are the same: nobody sends them twice.
                made = [file for file in made if file is made[-1] or file.content != made[-1].content]
                files += [file for file in made if is_published or file.sent_on <= until]
    return files


def write_samples(inbox: Path, files: Iterable[SampleFile]) -> list[Path]:
    """Write `<inbox>/<department>/<name>`; give the files in the order written."""
    return [file.write(inbox) for file in files]


def _folders(source: Source, asked: Asked) -> list[str]:
    """Folders of the inbox of those who owe it."""
    return [unit.code for unit in asked.communes()] if source.name in FILLS_OF_COMMUNES else [source.department]


def _file(source: Source, folder: str, number: int, asked: Asked, attempt: Attempt) -> SampleFile:
    if attempt.other_figures:
        asked = replace(asked, seed=asked.seed + 1)
    bodies = _bodies(source, number, asked)
    name, content = print_form(source.name, asked, with_unreadable_figure(bodies) if attempt.is_unreadable else bodies)
    path = PurePath(folder, name)
    first = "lần 1, " if attempt.other_figures or attempt.is_unreadable else ""
    return SampleFile(attempt.sent_on, path.with_name(f"{path.stem} ({first}{SAMPLE_MARK}){path.suffix}"), content)


def _bodies(source: Source, number: int, asked: Asked) -> list[Body]:
    if own := asked.profile.own_forms.get(source.name):
        lines = enumerate(own.lines[asked.period.end], start=1)
        return [Body([FormRow("data", str(line_number), dict(cells)) for line_number, cells in lines])]
    if source.name in FILLS:
        return FILLS[source.name](asked)
    return FILLS_OF_COMMUNES[source.name](asked, asked.communes()[number], number)


def _successors(crosswalk: Path) -> dict[str, str]:
    """Which commune each commune of before the merger became, by code; of a divided one the first."""
    columns = ("level", "old_level", "old_code", "new_code", "relation", "effective_date", "source")
    into: dict[str, str] = {}
    for _, (level, old_level, old_code, new_code, *_) in read_rows(crosswalk, columns):
        if level == old_level == "commune":
            into.setdefault(old_code, new_code)
    return into


def _periods_sent(source: Source, profile: Profile, months: int, until: date) -> list[Period]:
    """Periods of the form, and those that the profile names besides; of a form of the province's own only these."""
    own = profile.own_forms.get(source.name)
    days = own.lines if own else profile.also_sent.get(source.name, ())
    named = {period_containing(day, source.period_type, source.clock) for day in days}
    usual = () if own else _periods(source, profile, months, until)
    return sorted({*named, *usual}, key=lambda period: period.end)


def _periods(source: Source, profile: Profile, months: int, until: date) -> list[Period]:
    """Periods of the form that ended within the last `months` months before `until`, and the published one.

    Of those that were not yet owed (`reporting_since`) the departments have what ended before the merger; the month in
    which the communes changed was reported by nobody. Communes that report themselves began to when they were owed to.
    """
    published = published_period(source.period_type, source.clock)
    if source.period_type == "year":
        count = max(YEARS_SHOWN, months // 12) if months >= 12 else 1
        first_year = max(until.year - count, profile.digital_economy[0].year)  # nothing of a year was published before
        years = [period_containing(date(year, 6, 1), "year", source.clock) for year in range(first_year, until.year)]
        return sorted({published, *years}, key=lambda period: period.end)
    last = until - timedelta(days=1)
    months_before = last.year * 12 + last.month - months
    first = date(months_before // 12, months_before % 12 + 1, 1)
    beginning = date(min(first.year, published.start.year) - 1, 1, 1)
    return [
        period
        for period in periods_between(beginning, max(last, published.end), source.period_type, source.clock)
        if (first <= period.end <= last or period == published)
        and (period.start >= source.reporting_since or (period.end < MERGED_ON and source.reporters == "department"))
    ]
