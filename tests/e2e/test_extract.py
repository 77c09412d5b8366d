"""From an API to raw over real HTTP: faults, runs at once, withdrawals; nothing missed, nothing twice."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from dossiers_api import Dossiers
from e2e.conftest import Installation
from http_api import Asked, HttpApi, Reply
from ioc_pipeline.domain.deliveries import Delivery, Extract
from ioc_pipeline.domain.errors import FetchError, UserError
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import Run
from ioc_pipeline.flows import decisions, inbox, loads, prepare, stores
from ioc_pipeline.flows.extracts import Extraction, ExtractSummary
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.land.fetched import read_extract
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.responses import find_records
from ioc_pipeline.sample.api import server as demo
from ioc_pipeline.sample.api.credentials import LOGIN, PASSWORD, connections
from ioc_pipeline.sample.api.world import World
from ioc_pipeline.settings import Settings, from_environment
from shipped import PROFILE

TODAY = date(2025, 9, 15)
DOSSIERS, TASKS = "one_stop_dossiers", "task_tracking"
NEWEST = """
    select record_key, updated_at from raw.{table}
    qualify row_number() over (partition by record_key order by delivery_seq desc, load_seq desc) = 1
"""


@dataclass
class Home:
    """An installation that asks one API."""

    settings: Settings
    connection: Connection
    waited: list[float] = field(default_factory=list)

    @property
    def ledger(self) -> Ledger:
        return stores.open_ledger(self.settings)

    def extract(self, source_name: str = DOSSIERS) -> ExtractSummary:
        return Extraction(self.settings, source_name, self.connection, as_of=TODAY, sleep=self.waited.append).run()

    def raw(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as warehouse:
            return warehouse.execute(query).fetchall()

    def newest(self, table: str = "dossier") -> dict[str, datetime]:
        return dict(self.raw(NEWEST.format(table=table)))  # type: ignore[arg-type]

    def landed(self, kind: str) -> list[Delivery]:
        return [one for one in self.ledger.deliveries() if one.kind == kind]

    def extracts(self) -> list[Extract]:
        return [read_extract(Store(self.settings.landing, self.ledger), one) for one in self.landed("extract")]


@pytest.fixture
def new_home(new_installation: Callable[..., Installation], tmp_path: Path) -> Callable[..., Home]:
    """Homes over one project of two APIs that give small pages; `host` is asked."""
    installation = new_installation(own_project=True)
    for contract in (installation.project / "include" / "sources").glob("*.yml"):
        if contract.stem not in (DOSSIERS, TASKS):
            contract.unlink()
    contract = installation.project / "include" / "sources" / f"{DOSSIERS}.yml"
    contract.write_text(contract.read_text("utf-8").replace("size: 2000", "size: 3"), "utf-8")
    homes = iter(range(1000))
    empty = Ledger(f"sqlite:///{tmp_path}/empty.db")
    empty.migrate()

    def new(host: str) -> Home:
        home = tmp_path / f"home-{next(homes)}"
        home.mkdir()
        for name in ("ledger.db", "rebuilt.db"):
            (home / name).write_bytes((tmp_path / "empty.db").read_bytes())
        given = from_environment({"IOC_HOME": str(home), "IOC_PROJECT": str(installation.project)})
        return Home(given, Connection(host, LOGIN, PASSWORD))

    return new


def in_utc(times: dict[str, datetime]) -> dict[str, datetime]:
    return {key: time.replace(tzinfo=time.tzinfo or UTC) for key, time in times.items()}


@pytest.fixture
def api() -> Iterator[HttpApi]:
    with Dossiers().serving() as api:
        yield api


# ---------- the demo server and its faults


@pytest.fixture(scope="module")
def systems() -> Iterator[str]:
    seeds = from_environment({}).seeds
    world = World(OrgUnits.from_seeds(seeds), PROFILE, today=TODAY, months=1, dossiers=12)
    with demo.serving(demo.make_app(world)) as url:
        yield url


def fail(systems: str, kind: str, path: str, times: int = 1) -> None:
    fault = {"kind": kind, "path": path, "times": times, "seconds": 1}
    assert httpx.post(f"{systems}/faults", json=fault).is_success


def test_a_person_fetches_an_api_at_the_terminal(
    new_installation: Callable[..., Installation], systems: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = new_installation()
    for name, connection in connections(systems).items():
        monkeypatch.setenv(name, connection)
    assert installation.ioc("extract", "rain_gauges").startswith("fetched 1 pages; loaded 1, returned 0")
    fail(systems, "missing_field", "/public")
    assert "phan-hoi" in installation.ioc("extract", "rain_gauges", expect=1)
    (answer,) = installation.answers("so-nnmt").values()
    assert "TRẢ LẠI" in answer
    monkeypatch.setenv("AIRFLOW_CONN_VRAIN", "http://a.vn")
    assert "AIRFLOW_CONN_VRAIN: expected" in installation.ioc("extract", "rain_gauges", expect=1)
    assert "expected one of" in installation.ioc("extract", "admin_procedures", expect=1)
    monkeypatch.setenv("AIRFLOW_CONN_ONE_STOP", json.dumps({"host": systems, "password": "Qu3n-m@t"}))
    told = installation.ioc("extract", DOSSIERS, expect=2)
    assert "401" in told
    assert "Qu3n-m@t" not in told


def what_the_api_holds(home: Home, source_name: str) -> dict[str, datetime]:
    """Record and its newest time, asked for without us in between."""
    contract = Reference(home.settings).contracts.ready[source_name].source
    assert contract.api is not None
    name, held = {DOSSIERS: "dossierId", TASKS: "taskId"}[source_name], {}
    with Client(home.connection, contract.api, sleep=home.waited.append) as client:
        for page in Run(contract, client, since="", today=TODAY).pages():
            _, records = find_records(json.loads(page.content), contract.api.records)
            for one in records or []:
                held[one[name]] = datetime.fromisoformat(one["updatedAt"])
    return held


IN_TRANSPORT = ["too_many_requests", "server_error", "truncated_json", "cut_off", "clock_skew"]
IN_THE_LIST = ["duplicated_page", "reordered_page", "moving_records"]


@pytest.mark.parametrize(
    ("source_name", "kind"),
    [(DOSSIERS, kind) for kind in IN_TRANSPORT + IN_THE_LIST] + [(TASKS, kind) for kind in IN_THE_LIST],
)
def test_after_a_fault_and_a_quiet_run_raw_holds_what_the_api_holds(
    new_home: Callable[..., Home], systems: str, kind: str, source_name: str
) -> None:
    home = new_home(systems)
    path, table = ("/dossiers", "dossier") if source_name == DOSSIERS else ("/tasks", "task")
    fail(systems, kind, path)
    assert home.extract(source_name).load.returned == 0
    home.extract(source_name)
    held = what_the_api_holds(home, source_name)
    assert in_utc(home.newest(table)) == held
    assert len(held) >= 12


def test_a_token_that_expires_within_a_run_is_renewed(new_home: Callable[..., Home], systems: str) -> None:
    fail(systems, "expired_token", "/tasks")
    assert new_home(systems).extract(TASKS).load.loaded == 1


@pytest.mark.parametrize("kind", ["wrong_total", "no_total", "personal_field", "future_period", "two_units"])
def test_an_api_that_lies_is_returned_whole_and_asked_again_from_the_same_place(
    new_home: Callable[..., Home], systems: str, kind: str
) -> None:
    home = new_home(systems)
    fail(systems, kind, "/dossiers", times=20)
    assert home.extract().load.returned == 1
    httpx.delete(f"{systems}/faults")
    assert home.raw("select count(*) from duckdb_tables() where table_name = 'dossier'") == [(0,)]
    answers = list((home.settings.inbox / "vp-ubnd" / "phan-hoi").iterdir())
    assert len(answers) == 1
    assert home.extract().load.loaded == 1
    assert [one.since for one in home.extracts()] == ["", ""]
    assert len(home.newest()) == 12
    assert list((home.settings.inbox / "vp-ubnd" / "phan-hoi").iterdir()) == answers, "an accepted one is silent"


def test_a_list_without_its_end_is_returned_and_asked_for_again_from_the_same_place(
    new_home: Callable[..., Home], systems: str
) -> None:
    home = new_home(systems)
    for kind in ("no_cursor", "more_without_cursor", "null_list"):
        fail(systems, kind, "/tasks")
        assert home.extract(TASKS).load.returned == 1
    assert home.extract(TASKS).load.loaded == 1
    assert [one.since for one in home.extracts()] == [""] * 4
    told = "".join(path.read_text("utf-8-sig") for path in (home.settings.inbox / "vp-ubnd" / "phan-hoi").iterdir())
    assert all(f"“{name}”" in told for name in ("nextCursor", "hasMore", "data"))


def test_what_is_no_answer_leaves_nothing_behind(new_home: Callable[..., Home], systems: str) -> None:
    home = new_home(systems)
    for kind, named in (
        ("error_in_answer", "its field success"),
        ("login_page", "to log in"),
        ("no_content", "204"),
        ("packed_twice", "packed"),
    ):
        fail(systems, kind, "/dossiers", times=5)
        with pytest.raises(FetchError, match=named):
            home.extract()
        httpx.delete(f"{systems}/faults")
    assert (home.landed("page"), home.landed("extract")) == ([], [])
    assert home.extract().load.loaded == 1


def without_its_second_page(asked: Asked) -> Reply:
    return Reply(status=500) if asked.query["page"] == "2" else Dossiers().answer(asked)


def test_a_run_that_is_given_up_leaves_pages_that_do_not_count(new_home: Callable[..., Home], api: HttpApi) -> None:
    home = new_home(api.host)
    api.answer, whole = without_its_second_page, api.answer
    with pytest.raises(FetchError, match="500; asked 5 times"):
        home.extract()
    assert (len(home.landed("page")), home.landed("extract")) == (1, [])
    api.answer = whole
    summary = home.extract()
    assert (summary.pages, summary.load.loaded, summary.load.returned) == (2, 1, 0)
    assert home.extracts()[0].pages == (2, 3)
    assert {seq for (seq,) in home.raw("select distinct delivery_seq from raw.dossier")} <= {2, 3}
    assert len(home.newest()) == 5


# ---------- one at a time, and taken back


def test_two_runs_of_one_api_do_not_overlap(new_home: Callable[..., Home], api: HttpApi) -> None:
    home = new_home(api.host)
    told, answer = [], api.answer

    def answer_meanwhile(asked: Asked) -> Reply:
        try:
            Extraction(home.settings, DOSSIERS, home.connection).fetch_pages()
        except UserError as error:
            told.append(str(error))
        return answer(asked)

    api.answer = answer_meanwhile
    home.extract()
    assert len(told) == len(api.asked) > 0
    assert "is being fetched by another process" in told[0]
    assert len(home.extracts()) == 1


def test_what_a_withdrawn_extract_had_is_fetched_again(new_home: Callable[..., Home], api: HttpApi) -> None:
    home = new_home(api.host)
    home.extract()
    home.extract()
    first, second = (one.delivery_seq for one in home.landed("extract"))
    page = home.landed("page")[0].delivery_seq
    with pytest.raises(UserError, match="withdraw that extract"):
        decisions.withdraw(home.settings, page, reason="nhầm", by="an")
    decisions.withdraw(home.settings, first, reason="nhầm", by="an")
    for batch in inbox.land_inbox(home.settings):
        prepare.prepare(home.settings, batch)
    loads.load_prepared(home.settings)
    assert [one.delivery_seq for one in home.ledger.accepted_extracts(DOSSIERS)] == [second]
    home.extract()
    assert [one.since for one in home.extracts()] == ["", "2025-09-05T08:50:00+07:00", ""]


def test_a_run_that_brought_only_pages_tells_nobody(new_home: Callable[..., Home], api: HttpApi) -> None:
    home = new_home(api.host)
    api.answer = without_its_second_page
    with pytest.raises(FetchError):
        home.extract()
    for batch in inbox.land_inbox(home.settings):
        prepare.prepare(home.settings, batch)
    assert not loads.load_prepared(home.settings).changed
    assert not home.ledger.has_unpublished()
