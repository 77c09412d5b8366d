"""What is not loaded, and that nothing of it stays: strangers, rows given twice, a busy warehouse, a crash."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import duckdb
import pytest

from ioc_pipeline.domain.errors import ContractError
from loading_desk import Desk, observation, outcomes, scope, write_observations


def test_an_element_outside_the_catalogue_is_refused_and_nothing_is_loaded(desk: Desk) -> None:
    good, bad = desk.verdict(1), desk.verdict(2, "v2", values=[("03646", "tthc_recieved", "1")])
    with pytest.raises(ContractError, match=r"admin_procedures\.yml: tthc_recieved: no such element"):
        desk.load(good, bad)
    assert desk.ask("select (select count(*) from raw.observation), (select count(*) from raw.load)") == [(0, 0)]


def test_a_value_given_twice_in_one_delivery_is_refused(desk: Desk) -> None:
    twice = [("03646", "tthc_received", "1"), ("03646", "tthc_received", "2")]
    with pytest.raises(ValueError, match="delivery 2: table settlements gives tthc_received of 03646 twice"):
        desk.load(desk.verdict(1), desk.verdict(2, "v2", values=twice))
    assert desk.ask("select count(*) from raw.load") == [(0,)]


def test_prepared_rows_that_are_not_those_of_the_verdict_are_refused(desk: Desk) -> None:
    verdict = replace(desk.verdict(1), observation_count=3)
    with pytest.raises(ValueError, match="delivery 1: prepared rows are not the 3 of its verdict"):
        desk.load(verdict)


def test_rows_of_another_delivery_are_refused(desk: Desk) -> None:
    verdict = desk.verdict(1)
    write_observations(
        desk.prepared / "1" / "observation.parquet",
        [observation(delivery_seq, scope(), "03646", "tthc_received", "1") for delivery_seq in (1, 2)],
    )
    with pytest.raises(ValueError, match="delivery 1: prepared rows of deliveries nobody asked for"):
        desk.load(verdict)
    assert desk.ask("select count(*) from raw.observation") == [(0,)]


def test_an_extract_takes_no_rows_of_a_page_after_it(desk: Desk) -> None:
    verdict = desk.verdict(2)
    rows = [observation(page, scope(), unit, "tthc_received", "1") for page, unit in ((1, "03646"), (3, "03649"))]
    write_observations(desk.prepared / "2" / "observation.parquet", rows)
    with pytest.raises(ValueError, match="delivery 2: prepared rows of deliveries nobody asked for"):
        desk.load(replace(verdict, delivery=replace(verdict.delivery, kind="extract")))


def test_a_warehouse_that_is_open_elsewhere_is_left_alone(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    hold = (
        f"import duckdb, sys; c = duckdb.connect({str(desk.warehouse)!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(duckdb.IOException, match="lock"):
            desk.load(desk.verdict(2, "v2"))
        other.stdin.close()
    assert outcomes(desk.load(desk.verdict(2, "v2"))) == [(2, "loaded")]


IN_A_CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.load import transaction
from ioc_pipeline.settings import from_environment
from ioc_pipeline.warehouse.place import place_of

settings, crash = from_environment(), sys.argv[1]
prepared = settings.prepared
verdicts = [Verdict.from_json(path.read_text("utf-8")) for path in sorted(prepared.glob("*/verdict.json"))]
known = dict(elements={"tthc_received"}, loaded_at=datetime(2025, 11, 22, 8, 30, tzinfo=UTC))
connection = place_of(settings).connect()
if crash == "before the commit":
    connection.begin()
    transaction.append(connection, prepared, verdicts, **known)
    assert connection.execute("select count(*) from raw.observation").fetchone() == (4,)
else:
    transaction.load_prepared(connection, prepared, verdicts, **known)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(("crash", "rows_left"), [("before the commit", 0), ("after the commit", 4)])
def test_a_crash_around_the_commit_loads_each_row_once(any_desk: Desk, crash: str, rows_left: int) -> None:
    desk = any_desk
    verdicts = [desk.verdict(1, "v1"), desk.verdict(2, "v2")]
    for verdict in verdicts:
        path = desk.prepared / str(verdict.delivery.delivery_seq) / "verdict.json"
        path.write_text(verdict.to_json(), "utf-8")
    child = subprocess.run(
        [sys.executable, "-c", IN_A_CHILD, crash],
        env={**os.environ, **desk.environment},
        check=False,
        capture_output=True,
    )
    assert (child.returncode, child.stderr) == (-signal.SIGKILL, b"")
    assert desk.ask("select count(*) from raw.observation") == [(rows_left,)]

    assert outcomes(desk.load(*verdicts)) == [(1, "loaded"), (2, "loaded")]
    assert desk.ask("select delivery_seq, count(*) from raw.observation group by all order by all") == [(1, 2), (2, 2)]
    assert desk.ask("select count(*) from raw.load") == [(2,)]


def test_a_loaded_warehouse_is_closed_and_holds_nothing_beside_it(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    write = f"import duckdb; duckdb.connect({str(desk.warehouse)!r}).execute('create table raw.free (a int)')"
    subprocess.run([sys.executable, "-c", write], check=True)
    assert desk.ask("select count(*) from raw.free") == [(0,)]
    assert [path.name for path in desk.warehouse.parent.iterdir()] == ["warehouse.duckdb"]
