"""200 workbooks from the inbox to raw, against a plain calamine + DuckDB script that gives the same rows.

    python tests/bench/inbox_to_raw.py [FILES]

CPU seconds of this process and its children; imports are paid before (one file goes the whole way first), dbt is not
run. The plain script knows the layout, checks nothing, keeps no evidence: it is the least work that gives the rows.
"""

import csv
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import python_calamine
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ioc_pipeline.domain.periods import Period, label, periods_between
from ioc_pipeline.flows import loads, prepare, stores
from ioc_pipeline.flows.inbox import land_inbox
from ioc_pipeline.reference.catalogue.elements import ELEMENT_COLUMNS
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.settings import PROJECT, Settings, from_environment

COLUMNS = 38
TITLE = "Biểu đo hiệu năng"


def cpu_seconds() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def measure(work: Callable[[], None]) -> float:
    before = cpu_seconds()
    work()
    return cpu_seconds() - before


def make_project(folder: Path, *, forms: int = 1, columns: int = COLUMNS, checks: int = 20) -> Settings:
    """A project of forms that have so many counts for each commune, and so many checks of them."""
    project = folder / "project"
    (project / "include" / "sources").mkdir(parents=True)
    (project / "expectations").mkdir()
    (project / "include" / "seeds").mkdir()
    for seed in from_environment({}).seeds.glob("*.csv"):
        shutil.copy(seed, project / "include" / "seeds")
    provinces = Path("include", "provinces")
    no_forms = shutil.ignore_patterns("seeds", "sources", "expectations")
    shutil.copytree(PROJECT / provinces, project / provinces, ignore=no_forms)
    for form in range(forms):
        _write_contract(project, form, columns, checks)
    with (project / "include" / "seeds" / "elements.csv").open("a", encoding="utf-8", newline="") as seed:
        csv.DictWriter(seed, ELEMENT_COLUMNS, restval="").writerows(
            {
                "element_code": f"bench_{n}",
                "name_vi": f"Cột số {n}",
                "unit_measure": "count",
                "kind": "flow",
                "space_aggregation": "sum",
                "time_aggregation": "sum",
                "source_order": " ".join(source_name(form) for form in range(forms)),
            }
            for n in range(columns)
        )
    environment = {"IOC_HOME": str(folder / "home"), "IOC_PROJECT": str(project), "IOC_SETTLE_SECONDS": "0"}
    return from_environment({**os.environ, **environment})


def source_name(form: int) -> str:
    return f"bench_{form}" if form else "bench"


def title_of(form: int) -> str:
    return f"{TITLE} số {form}" if form else TITLE


def _write_contract(project: Path, form: int, columns: int, checks: int) -> None:
    name = source_name(form)
    listed = "\n".join(
        f"      - {{name: c{n}, headers: ['Cột số {n}'], type: count, element: bench_{n}}}" for n in range(columns)
    )
    (project / "include" / "sources" / f"{name}.yml").write_text(
        f"""source: {name}
title: "{title_of(form)}"
system: "01"
department: so-khcn
period_type: day
clock: calendar
due_working_days: 5
reporting_since: 2000-01-01
tables:
  - table: counts
    titles: ["{title_of(form)}"]
    expects_all_units: true
    columns:
      - {{name: org_unit, headers: ["Xã, phường"], type: org_unit, level: commune}}
{listed}
""",
        encoding="utf-8",
    )
    expected = "\n".join(
        f"""  - type: expect_column_values_to_be_between
    description: "Số đếm trong khoảng hợp lý."
    severity: critical
    kwargs: {{column: c{n}, max_value: 1000000}}"""
        for n in range(checks)
    )
    (project / "expectations" / f"{name}__counts.yml").write_text(
        f"name: {name}__counts\nexpectations:\n{expected}\n", encoding="utf-8"
    )


def write_workbook(
    path: Path,
    units: list[OrgUnit],
    period: Period,
    salt: int,
    *,
    form: int = 0,
    columns: int = COLUMNS,
    bad_cells: int = 0,
) -> None:
    """One file of a form; `bad_cells` of its figures, spread over the sheet, are words."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Bieu")
        sheet.write(0, 0, "UBND TỈNH SƠN LA")
        sheet.write(2, 0, title_of(form).upper())
        sheet.write(3, 0, label(period))
        sheet.write_row(5, 0, ["STT", "Xã, phường", *(f"Cột số {n}" for n in range(columns))])
        for number, unit in enumerate(units):
            counts = [(number * 7919 + n * 104729 + salt * 31) % 100000 for n in range(columns)]
            sheet.write_row(6 + number, 0, [number + 1, unit.full_name, *counts])
        for bad in range(bad_cells):
            sheet.write(6 + bad * 7 % len(units), 2 + bad * 11 % columns, "khoảng nhiều")
        sheet.write(7 + len(units), 0, "NGƯỜI LẬP BIỂU")


def plain_script(paths: list[Path], periods: list[Period], units: list[OrgUnit], database: Path) -> None:
    """Same rows, least work: the layout is known, nothing can be wrong."""
    codes = {unit.full_name: unit.code for unit in units}
    letters = [xl_col_to_name(n + 2) for n in range(COLUMNS)]
    with duckdb.connect(database) as connection:
        for seq, (path, period) in enumerate(zip(paths, periods, strict=True), 1):
            rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
            body = rows[6 : 6 + len(units)]
            counts = [row[n + 2] for n in range(COLUMNS) for row in body]
            size = len(counts)
            table = pa.table(
                {
                    "load_seq": pa.repeat(pa.scalar(seq, pa.int64()), size),
                    "delivery_seq": pa.repeat(pa.scalar(seq, pa.int64()), size),
                    "source_name": pa.repeat("bench", size),
                    "table_name": pa.repeat("counts", size),
                    "reporting_unit_code": pa.repeat("so-khcn", size),
                    "org_unit_code": [codes[row[1]] for row in body] * COLUMNS,
                    "clock": pa.repeat("calendar", size),
                    "period_type": pa.repeat("day", size),
                    "period_start_date": pa.repeat(pa.scalar(period.start, pa.date32()), size),
                    "period_end_date": pa.repeat(pa.scalar(period.end, pa.date32()), size),
                    "element_code": [f"bench_{n}" for n in range(COLUMNS) for _ in body],
                    "breakdown": pa.repeat("", size),
                    "record_key": pa.repeat("", size),
                    "replaces": pa.repeat("scope", size),
                    "measured_value": pa.array([Decimal(int(count)) for count in counts], pa.decimal128(38, 12)),
                    "value_text": [str(int(count)) for count in counts],
                    "value_qualifier": pa.repeat("", size),
                    "null_reason": pa.repeat("", size),
                    "maturity": pa.repeat("official", size),
                    "sheet_name": pa.repeat("Bieu", size),
                    "cell_address": [f"{letter}{row}" for letter in letters for row in range(7, 7 + len(body))],
                }
            )
            connection.register("rows_of_file", table)
            connection.execute(
                f"{'create table observation as' if seq == 1 else 'insert into observation'} select * from rows_of_file"
            )
            connection.unregister("rows_of_file")


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = make_project(folder)
        units = OrgUnits.from_seeds(settings.seeds).members(level="commune", province_code="14", on=date(2025, 9, 1))
        periods = periods_between(date(2025, 7, 1), date(2026, 10, 31), "day", "calendar")[:files]
        inbox = settings.inbox / "so-khcn"
        inbox.mkdir(parents=True)
        kept = folder / "kept"
        kept.mkdir()
        paths = [kept / f"bieu {n:03}.xlsx" for n in range(files)]
        for n, (path, period) in enumerate(zip(paths, periods, strict=True)):
            write_workbook(path, units, period, n)

        def take(settings: Settings) -> None:
            for batch in land_inbox(settings):
                prepare.prepare(settings, batch)
            loads.load_prepared(settings)

        warm = replace(settings, home=folder / "warm", ledger_url=f"sqlite:///{folder / 'warm' / 'ledger.db'}")
        (warm.inbox / "so-khcn").mkdir(parents=True)
        shutil.copy(paths[0], warm.inbox / "so-khcn")
        take(warm)
        for path in paths:
            shutil.copy(path, inbox)
        ours = measure(lambda: take(settings))
        outcomes = {row.outcome for row in stores.open_ledger(settings).status_rows()}
        if outcomes != {"loaded"}:
            sys.exit(f"not every file was loaded: {outcomes}")
        plain = measure(lambda: plain_script(paths, periods, units, folder / "plain.duckdb"))
        with duckdb.connect(settings.warehouse) as connection:
            connection.execute(f"attach '{folder / 'plain.duckdb'}' as plain (read_only)")
            # Ours has keys besides, made from these columns.
            columns = connection.execute("select column_name from (describe plain.observation)").fetchall()
            same = ", ".join(column for (column,) in columns if column != "load_seq")
            rows, differing = connection.execute(
                f"""
                select count(*), (
                    select count(*) from (
                        select {same} from raw.observation
                        except all
                        select {same} from plain.observation
                    )
                )
                from raw.observation
                """
            ).fetchone() or (0, 0)
        print(f"{files} files, {rows} rows, {differing} differ from the plain script's")
        print(f"inbox to raw {ours:.2f} CPU s, plain script {plain:.2f} CPU s, ratio {ours / plain:.2f}")


if __name__ == "__main__":
    main()
