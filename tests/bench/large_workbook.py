"""One workbook of 500,000 rows × 8 columns from the inbox to raw: peak memory of every process, CPU seconds.

python tests/bench/large_workbook.py [ROWS]
"""

import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlsxwriter
from inbox_to_raw import cpu_seconds, make_project

from ioc_pipeline.flows import loads, prepare, stores
from ioc_pipeline.flows.inbox import land_inbox
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.settings import Settings

COUNTS = 6
CONTRACT = """source: bench
title: "Biểu lớn"
system: "01"
department: so-khcn
period_type: month
clock: calendar
due_working_days: 5
reporting_since: 2025-07-01
tables:
  - table: counts
    titles: ["Biểu lớn"]
    replaces: record
    record_key: [code]
    columns:
      - {name: code, headers: ["Mã hồ sơ"], type: code}
      - {name: org_unit, headers: ["Xã, phường"], type: org_unit, level: commune}
"""


def write_workbook(settings: Settings, path: Path, rows: int) -> None:
    units = OrgUnits.from_seeds(settings.seeds).members(level="commune", province_code="14", on=date(2025, 9, 1))
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Bieu")
        sheet.write(0, 0, "BIỂU LỚN")
        sheet.write(1, 0, "Tháng 9 năm 2025")
        sheet.write_row(2, 0, ["Mã hồ sơ", "Xã, phường", *(f"Cột số {n}" for n in range(COUNTS))])
        for number in range(rows):
            counts = [(number * 7919 + n * 104729) % 100000 for n in range(COUNTS)]
            sheet.write_row(3 + number, 0, [f"H{number:06}", units[number % len(units)].full_name, *counts])


def report(what: str, work: Callable[[], object]) -> None:
    before = cpu_seconds()
    work()
    own, children = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{what}: {cpu_seconds() - before:.1f} CPU s; peak so far {own:.0f} MiB, reading process {children:.0f} MiB")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as name:
        settings = make_project(Path(name))
        columns = "".join(
            f"      - {{name: c{n}, headers: ['Cột số {n}'], type: count, element: bench_{n}}}\n" for n in range(COUNTS)
        )
        (settings.sources / "bench.yml").write_text(CONTRACT + columns, encoding="utf-8")
        suite = settings.expectations / "bench__counts.yml"
        text = suite.read_text(encoding="utf-8")
        suite.write_text(text[: text.index("  - type", text.index("column: c5"))], encoding="utf-8")
        inbox = settings.inbox / "so-khcn"
        inbox.mkdir(parents=True)
        path = Path(name) / "bieu lon.xlsx"
        write_workbook(settings, path, rows)
        print(f"{rows} rows, {path.stat().st_size / 2**20:.1f} MiB")
        shutil.move(path, inbox)
        report("land", lambda: land_inbox(settings))
        report("prepare", lambda: prepare.prepare(settings, [1]))
        report("load", lambda: loads.load_prepared(settings))
        outcomes = [row.outcome for row in stores.open_ledger(settings).status_rows()]
        if outcomes != ["loaded"]:
            sys.exit(f"not loaded: {outcomes}")


if __name__ == "__main__":
    main()
