"""A province of three years: every form of 36 months and over 100,000 dossiers through the API, then one month more.

    python tests/bench/province_at_scale.py [MONTHS] [DOSSIERS]

CPU seconds of this process and its children per stage, and the peak memory of either. Yardsticks, as in
inbox_to_raw.py the least work that touches the same bytes: every workbook opened and read by calamine into DuckDB;
every page asked for, decoded and inserted. A build is compared with the build of everything.
"""

import io
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import httpx
import pyarrow as pa
import python_calamine

from ioc_pipeline.build.marts import build
from ioc_pipeline.fetch.client import Connection
from ioc_pipeline.flows import extracts, inbox, loads, prepare
from ioc_pipeline.publish import publication
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.api.server import LOGIN, PASSWORD, make_app, serving
from ioc_pipeline.sample.api.world import World
from ioc_pipeline.sample.profile import read_profile
from ioc_pipeline.sample.write import sample_files, write_samples
from ioc_pipeline.settings import Settings, from_environment

AS_OF = date(2025, 10, 1)
NEWEST = ("9-2025", "9.2025", "9 năm 2025", "III-2025")  # in the names of the sample files of the last month


def main() -> None:
    months, dossiers = (int(text) for text in (*sys.argv[1:3], *("36", "120000")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        given = from_environment({**os.environ, "IOC_HOME": f"{folder}/home", "IOC_SETTLE_SECONDS": "0"})
        files, newest = write_files(given, months)
        print(f"{len(files) + len(newest)} files of {months} months, {dossiers} dossiers", flush=True)
        plain = stage("plain: read every workbook", lambda: read_plainly([*files, *newest]))
        stage("land the older months", lambda: inbox.land_inbox(given), plain)
        stage("prepare them", lambda: land_and_prepare(given), plain)
        stage("load them", lambda: loads.load_prepared(given), plain)
        world = World(
            OrgUnits.from_seeds(given.seeds), read_profile(given.province), today=AS_OF, months=3, dossiers=dossiers
        )
        with serving(make_app(world)) as url:
            plain_api = stage("plain: ask for every dossier", lambda: ask_plainly(url))
            connection = Connection(url, LOGIN, PASSWORD)
            source = "one_stop_dossiers"
            stage(
                "fetch and prepare the dossiers",
                extracts.Extraction(given, source, connection, as_of=AS_OF).fetch_pages,
                plain_api,
            )
            stage("load them", lambda: loads.load_prepared(given), plain_api)
        full = stage("build everything", lambda: build(given, as_of=AS_OF))
        stage("publish", lambda: publication.publish(given, published_at=datetime.now(UTC)))
        for path, content in newest:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        stage("one month more: land, prepare, load", lambda: (land_and_prepare(given), loads.load_prepared(given)))
        stage("build after it", lambda: build(given, as_of=AS_OF), full)
        with duckdb.connect(str(given.warehouse), read_only=True) as warehouse:
            for table in ("raw.observation", "raw.dossier", "marts.mart_indicator_series"):
                print(f"{table}: {warehouse.execute(f'select count(*) from {table}').fetchall()[0][0]} rows")


def write_files(given: Settings, months: int) -> tuple[list[tuple[Path, bytes]], list[tuple[Path, bytes]]]:
    """The samples in the inbox, but for those of the newest month, which are held back."""
    written = write_samples(
        given.inbox,
        sample_files(
            seed=1,
            months=months,
            contracts=read_contracts(given.sources, given.expectations, given.seeds),
            org_units=OrgUnits.from_seeds(given.seeds),
            profile=read_profile(given.province),
            seeds=given.seeds,
        ),
    )
    older: list[tuple[Path, bytes]] = []
    newest: list[tuple[Path, bytes]] = []
    for path in written:
        is_newest = any(mark in path.name for mark in NEWEST)
        (newest if is_newest else older).append((path, path.read_bytes()))
        if is_newest:
            path.unlink()
    return older, newest


def land_and_prepare(given: Settings) -> None:
    for batch in inbox.land_inbox(given):
        prepare.prepare(given, batch)


def read_plainly(files: list[tuple[Path, bytes]]) -> None:
    rows = []
    for path, content in files:
        if path.suffix == ".csv":
            rows += [[text] for text in content.decode("utf-8").splitlines()]
            continue
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        for name in workbook.sheet_names:
            rows += workbook.get_sheet_by_name(name).to_python()
    cells = pa.table({"text": [str(value) for row in rows for value in row]})  # noqa: F841  # DuckDB finds it by name
    duckdb.connect().execute("create table cell as select * from cells")


def ask_plainly(url: str) -> None:
    rows = []
    with httpx.Client(base_url=url, headers={"x-api-key": PASSWORD}) as client:
        for page in range(1, 10_000):
            items = client.get("/dossiers", params={"page": page, "pageSize": 1000}).json()["items"]
            rows += items
            if len(items) < 1000:
                break
    dossiers = pa.Table.from_pylist(rows)  # noqa: F841
    duckdb.connect().execute("create table dossier as select * from dossiers")


def stage(name: str, work: Callable[[], object], yardstick: float = 0.0) -> float:
    wall, before = time.perf_counter(), _cpu_seconds()
    work()
    seconds = _cpu_seconds() - before
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    ratio = f"×{seconds / yardstick:.2f}" if yardstick else ""
    print(
        f"{name:38}{seconds:9.1f} CPU s{time.perf_counter() - wall:9.1f} s wall{peak:9.0f} MiB peak {ratio}", flush=True
    )
    return seconds


def _cpu_seconds() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
