"""Returned workbooks of 75 × 40 with 50 bad cells: from inbox to answer, with the marked workbook and text alone.

    python tests/bench/returned_answers.py [FILES]

CPU seconds of this process and its children a file, for one file and for FILES at once, the least of three turns;
imports are paid before.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from inbox_to_raw import make_project, measure, write_workbook

from ioc_pipeline.domain.periods import periods_between
from ioc_pipeline.flows import answers, loads, prepare, stores
from ioc_pipeline.flows.inbox import land_inbox
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.settings import Settings

BAD_CELLS = 50
TURNS = 3


def home_of(settings: Settings, home: Path) -> Settings:
    """The same project over stores of their own."""
    return replace(settings, home=home, ledger_url=f"sqlite:///{home / 'ledger.db'}")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = make_project(folder)
        units = OrgUnits.from_seeds(settings.seeds).members(level="commune", province_code="14", on=date(2025, 9, 1))
        periods = periods_between(date(2025, 7, 1), date(2026, 10, 31), "day", "calendar")[:files]

        def dropped(label: str, count: int) -> Settings:
            given = home_of(settings, folder / label)
            inbox = given.inbox / "so-khcn"
            inbox.mkdir(parents=True)
            for number, period in enumerate(periods[:count]):
                write_workbook(inbox / f"bieu {number:03}.xlsx", units, period, number, bad_cells=BAD_CELLS)
            return given

        def take(given: Settings) -> Callable[[], None]:
            def work() -> None:
                for batch in land_inbox(given):
                    prepare.prepare(given, batch)
                loads.load_prepared(given)

            return work

        def answered(label: str, count: int) -> float:
            given = dropped(label, count)
            spent = measure(take(given)) / count
            outcomes = [row.outcome for row in stores.open_ledger(given).status_rows()]
            marked = len(list(given.inbox.rglob("*_da-danh-dau_*")))
            if outcomes != ["returned"] * count or marked != (0 if label.startswith("text") else count):
                sys.exit(f"{label}: {outcomes}, {marked} marked")
            return spent

        answered("marked warm", 1)
        with_marks = answers.goes_back_marked
        for count in (1, files):
            spent: dict[str, list[float]] = {"marked": [], "text": []}
            for turn in range(TURNS):  # by turns: other jobs on the machine weigh on both alike
                for way, some in spent.items():
                    # Without: as it was before there were marked workbooks.
                    answers.goes_back_marked = with_marks if way == "marked" else lambda _: False
                    some.append(answered(f"{way} {count} {turn}", count))
            marked, text = (min(spent[way]) for way in ("marked", "text"))
            print(f"{count} returned: {marked:.3f} CPU s a file, text alone {text:.3f}, ratio {marked / text:.2f}")


if __name__ == "__main__":
    main()
