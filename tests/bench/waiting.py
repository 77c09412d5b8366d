"""Many deliveries waiting at once against 100: cost of one delivery, and peak memory of any process.

    python tests/bench/waiting.py [WAITING]      # 2,000 unless said otherwise; 10,000 take a quarter of an hour

Both sides are forms of 75 communes × 4 counts, each side in a process of its own that takes them from the inbox to raw
and answers them. The memory that counts is the side's own, or that of the process that read for it. CPU seconds of
both; what is paid once (imports, contracts, the first delivery) is paid before. The few are taken before and after the
many, and their mean counts: on a machine with other work a second of CPU does less than on a quiet one.
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

from inbox_to_raw import cpu_seconds, make_project, write_workbook

from ioc_pipeline.domain.periods import periods_between
from ioc_pipeline.flows import loads, prepare, stores
from ioc_pipeline.flows.inbox import land_inbox
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.settings import Settings

FEW, MANY = 100, 2000
COLUMNS, CHECKS = 4, 2
DAYS = periods_between(date(2025, 7, 1), date(2026, 10, 31), "day", "calendar")


def take(settings: Settings) -> None:
    """From the inbox to the answers."""
    for batch in land_inbox(settings):
        prepare.prepare(settings, batch)
    loads.load_prepared(settings)


def measure(waiting: int) -> None:
    """One side, in this process: print what it took as JSON."""
    # Who looks into the ledger meanwhile leaves files there; an hour of measuring is not to end with that.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        settings = make_project(folder, forms=-(-waiting // len(DAYS)), columns=COLUMNS, checks=CHECKS)
        units = OrgUnits.from_seeds(settings.seeds).members(level="commune", province_code="14", on=date(2025, 9, 1))
        inbox = settings.inbox / "so-khcn"
        inbox.mkdir(parents=True)
        for n in range(waiting):
            form, day = divmod(n, len(DAYS))
            write_workbook(inbox / f"bieu {n:05}.xlsx", units, DAYS[day], n, form=form, columns=COLUMNS)
        warm = replace(settings, home=folder / "warm", ledger_url=f"sqlite:///{folder / 'warm' / 'ledger.db'}")
        (warm.inbox / "so-khcn").mkdir(parents=True)
        shutil.copy(inbox / "bieu 00000.xlsx", warm.inbox / "so-khcn")
        take(warm)
        before = cpu_seconds()
        take(settings)
        seconds = cpu_seconds() - before
        outcomes = {row.outcome for row in stores.open_ledger(settings).status_rows()}
    if outcomes != {"loaded"}:
        sys.exit(f"not every file was loaded: {outcomes}")
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "peak": max(peaks)}))


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    few = min(FEW, max(1, many // 2))
    found = [_side(waiting) for waiting in (few, many, few)]
    cost_of_few = (found[0]["seconds"] + found[2]["seconds"]) / 2 / few
    cost = found[1]["seconds"] / many / cost_of_few
    print(f"ratio {cost:.2f} in cost, {found[1]['peak'] / found[0]['peak']:.2f} in memory")


def _side(waiting: int) -> dict[str, float]:
    side = subprocess.run([sys.executable, __file__, "--side", str(waiting)], check=True, stdout=subprocess.PIPE)
    found: dict[str, float] = json.loads(side.stdout)
    print(f"{waiting} waiting: {1000 * found['seconds'] / waiting:.1f} CPU ms each, peak {found['peak']:.0f} MiB")
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        measure(int(sys.argv[2]))
    else:
        main()
