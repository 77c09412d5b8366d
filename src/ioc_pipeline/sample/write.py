"""Sample department files, labelled as such: what a person or a test drops into an inbox."""

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ioc_pipeline.domain.periods import Period, period_containing, periods_between
from ioc_pipeline.durable import write_durably
from ioc_pipeline.reference.contracts import Contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.seeds import read_rows
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.sample import assessments, departments, e_government, institutions, stocks
from ioc_pipeline.sample.asked import LAST_DAY, MERGED_ON, Asked
from ioc_pipeline.sample.e_government import FILLS_OF_COMMUNES
from ioc_pipeline.sample.printing import FileOfForm, print_form

SAMPLE_MARK = "MẪU"  # in every file's name, which marts and receipts show beside the figures
FILLS = departments.FILLS | e_government.FILLS | assessments.FILLS | institutions.FILLS | stocks.FILLS
"""By source name: what its department fills in."""


def write_samples(
    inbox: Path, *, seed: int, months: int, contracts: Contracts, org_units: OrgUnits, crosswalk: Path
) -> list[Path]:
    """Write one file for each form and period into `<inbox>/<department>/`; equal arguments give equal bytes.

    A form that every commune owes is written once for each of them, into `<inbox>/<commune code>/`.

    The periods are those of the last `months` months up to September 2025, with the units of their last day: before
    the merger the old communes, whose figures add up to those of the communes they became (`crosswalk`, crosswalk.csv).
    A yearly form is sent for as many whole years, at least one. A form whose contract is broken is left out.

    Returns:
        The files, in the order written.
    """
    written: list[Path] = []
    successors = _successors(crosswalk)
    for name in (*FILLS, *FILLS_OF_COMMUNES):
        contract = contracts.ready.get(name)
        if contract is None:
            continue
        periods = _periods(contract.source, months)
        for age, period in reversed(list(enumerate(reversed(periods)))):
            for folder, (file_name, content) in _files(
                contract.source, Asked(seed, period, age, org_units, successors)
            ):
                path = inbox / folder / file_name
                path = path.with_name(f"{path.stem} ({SAMPLE_MARK}){path.suffix}")
                if path.suffix == ".csv":
                    # A truncated CSV cannot be told from a whole one, so its seal is there before it is.
                    seal = f"{hashlib.sha256(content).hexdigest()}  {path.name}\n"
                    write_durably(path.with_name(f"{path.name}.sha256"), seal.encode())
                write_durably(path, content)
                written.append(path)
    return written


def _files(source: Source, asked: Asked) -> Iterator[tuple[str, FileOfForm]]:
    """Folders of the inbox and what lies in them."""
    name = source.name
    if name in FILLS:
        yield source.department, print_form(name, asked, FILLS[name](asked))
        return
    for number, commune in enumerate(asked.communes()):
        yield commune.code, print_form(name, asked, FILLS_OF_COMMUNES[name](asked, commune, number))


def _successors(crosswalk: Path) -> dict[str, str]:
    """Which commune each commune of before the merger became, by code; a divided one has no one successor."""
    columns = ("level", "old_level", "old_code", "new_code", "relation", "effective_date", "source")
    return {
        old_code: new_code
        for _, (level, old_level, old_code, new_code, relation, *_) in read_rows(crosswalk, columns)
        if level == old_level == "commune" and relation == "full"
    }


def _periods(source: Source, months: int) -> list[Period]:
    """Periods of the form that end within the last `months` months, oldest first.

    Of those that were not yet owed (`reporting_since`) the departments have what ended before the merger; the month in
    which the communes changed was reported by nobody. Communes that report themselves began to when they were owed to.
    """
    last = period_containing(LAST_DAY, "month", source.clock)
    if source.period_type == "year":
        years = range(max(1, months // 12), 0, -1)
        return [period_containing(date(last.end.year - back, 6, 1), "year", source.clock) for back in years]
    months_before = last.end.year * 12 + last.end.month - months
    first = date(months_before // 12, months_before % 12 + 1, 1)
    return [
        period
        for period in periods_between(date(first.year - 1, 1, 1), last.end, source.period_type, source.clock)
        if first <= period.end <= last.end
        and (period.start >= source.reporting_since or (period.end < MERGED_ON and source.reporters == "department"))
    ]
