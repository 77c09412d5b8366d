"""What the pages cost a server: the first page of a process, each page after it, and fifty walls that ask for news.

    python tests/bench/wall.py [MONTHS ...]      # 12 and 120 unless said otherwise; 120 take half an hour to build

For each history the sample forms of so many months are built and published, and served by a process of its own. CPU
seconds of that process: a page is what it costs without the time in which other programs had the processor.
"""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from multiprocessing.connection import Connection

import httpx
import psutil
import uvicorn
from fastapi import FastAPI

from ioc_pipeline.build.marts import build
from ioc_pipeline.flows import inbox, loads, prepare
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.profile import read_profile
from ioc_pipeline.sample.write import sample_files, write_samples
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app

AS_OF = date(2025, 9, 20)
PAGES = {
    "wall of the province": "",
    "wall of a commune": "?unit=03646",
    "series": "indicators/{indicator_code}",
    "units": "indicators/{indicator_code}/{period_type}/{period_start_date}/{period_end_date}",
    "value": "values/{indicator_code}/{period_type}/{period_start_date}/{period_end_date}",
    "reporting": "reporting",
    "revisions": "revisions",
    "deliveries": "deliveries",
}
ASKED = 10  # times that a page is asked for, and what it costs is the mean
WALLS, ASK_SECONDS, POLLS = 50, 15, 500  # ASK_SECONDS as in web/static/wall.js


def publish_history(given: Settings, months: int) -> None:
    contracts = read_contracts(given.sources, given.expectations, given.seeds)
    org_units = OrgUnits.from_seeds(given.seeds)
    write_samples(
        given.inbox,
        sample_files(
            seed=1,
            months=months,
            contracts=contracts,
            org_units=org_units,
            profile=read_profile(given.province),
            seeds=given.seeds,
        ),
    )
    for batch in inbox.land_inbox(given):
        prepare.prepare(given, batch)
    loads.load_prepared(given)
    build(given, as_of=AS_OF)
    publish(given, published_at=datetime.now(UTC))


def serve(given: Settings, told: Connection) -> None:
    root = FastAPI()
    root.mount("/ioc", create_app(given, lambda: Viewer("ioc", looks=True, sends=True), str))
    server = uvicorn.Server(uvicorn.Config(root, host="127.0.0.1", port=0, log_level="warning"))
    socket = server.config.bind_socket()
    told.send(socket.getsockname()[1])
    server.run(sockets=[socket])


@contextmanager
def served(given: Settings) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(given, there))
    process.start()
    assert process.pid is not None
    try:
        listens = httpx.HTTPTransport(retries=9)  # it has its port before it listens there
        with httpx.Client(base_url=f"http://127.0.0.1:{here.recv()}/ioc/", timeout=120, transport=listens) as client:
            client.get("version")
            yield client, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.join()


def cost(process: psutil.Process, work: Callable[[], object]) -> float:
    before = process.cpu_times()
    work()
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


def ask(client: httpx.Client, path: str, times: int = 1) -> None:
    for _ in range(times):
        client.get(path).raise_for_status()


def measure(given: Settings, months: int) -> None:
    with served(given) as (client, process):
        first = cost(process, partial(ask, client, ""))
        print(f"{months} months: first page {1000 * first:.0f} ms CPU", flush=True)
        newest = client.get("api/v1/latest", params={"org_unit_code": "14"}).json()["rows"]
        one = next(row for row in newest if row["value"] is not None)
        for name, path in PAGES.items():
            mean = cost(process, partial(ask, client, path.format_map(one), ASKED)) / ASKED
            print(f"{months} months: {name} {1000 * mean:.0f} ms CPU", flush=True)
        poll = cost(process, partial(ask, client, "version", POLLS)) / POLLS
        print(f"{months} months: {WALLS} walls {100 * poll * WALLS / ASK_SECONDS:.2f} % of a core", flush=True)


def main() -> None:
    for months in [int(text) for text in sys.argv[1:]] or [12, 120]:
        with tempfile.TemporaryDirectory() as folder:
            still = {"IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"}
            given = from_environment({**os.environ, "IOC_HOME": folder, **still})
            publish_history(given, months)
            measure(given, months)


if __name__ == "__main__":
    main()
