"""Several load into one DuckLake at once: each delivery is there once, in one order, as if one had loaded all."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from ioc_pipeline.domain.errors import StoresError
from loading_desk import SEPTEMBER, Desk, outcomes, scope


@pytest.fixture
def desk(postgresql_url: str, tmp_path: Path) -> Desk:
    """One over a DuckLake whose catalogue is in PostgreSQL."""
    name = f"lake_{time.monotonic_ns()}"
    with psycopg.connect(postgresql_url, autocommit=True) as server:
        server.execute(f"create database {name}")
    return Desk(tmp_path, f"ducklake:postgres:{postgresql_url.replace('/postgres?', f'/{name}?')}")


def test_two_loaders_at_once_load_each_delivery_once(desk: Desk) -> None:
    """Both have all deliveries to load, a few at a time: what one loaded the other finds loaded."""
    verdicts = [desk.verdict(seq, f"v{seq}", scopes=[scope(SEPTEMBER, f"table_{seq}")]) for seq in range(1, 11)]
    desk.load(verdicts[0])

    def load_all(seed: int) -> list[tuple[int, str]]:
        shuffled = random.Random(seed).sample(verdicts, len(verdicts))
        return [outcome for verdict in shuffled for outcome in outcomes(desk.load(verdict))]

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(load_all, (1, 2)))
    assert [sorted(one) for one in told] == [[(seq, "loaded") for seq in range(1, 11)]] * 2
    assert desk.ask("select count(*), count(distinct load_seq), max(load_seq) from raw.load") == [(10, 10, 10)]
    assert desk.ask("select delivery_seq, count(*) from raw.observation group by all order by all") == [
        (seq, 2) for seq in range(1, 11)
    ]


def test_a_version_that_comes_meanwhile_is_decided_on_again(desk: Desk) -> None:
    """The same bytes of one scope from two loaders: one of them is the other's duplicate, whichever was first."""
    first, second = desk.verdict(1, "same"), desk.verdict(2, "same")
    desk.load(desk.verdict(3, "other", scopes=[scope(SEPTEMBER, "accounts")]))
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(desk.load, (first, second)))
    loaded = {seq: outcome for some in told for seq, outcome in outcomes(some)}
    orders = desk.ask("select list(delivery_seq order by load_seq) from raw.load")[0][0]
    assert loaded == {1: "loaded", 2: "duplicate" if orders == [3, 1, 2] else "loaded"}


def test_a_catalogue_that_is_not_reached_is_said_without_its_password(tmp_path: Path) -> None:
    there = Desk(tmp_path, f"ducklake:postgres:host={tmp_path} dbname=ioc user=ioc password=hidden")
    with pytest.raises(StoresError, match=r"dbname=ioc cannot be reached.*correct IOC_WAREHOUSE_URL") as raised:
        there.place.exists()
    assert "hidden" not in str(raised.value)
