"""A contract changes: what that would say of everything landed is seen first, and only then put in force."""

import shutil
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from http_api import Reply, serving
from ioc_pipeline.cli.main import main
from ioc_pipeline.domain.errors import ContractError, UserError
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.fetch.client import Connection
from ioc_pipeline.flows import decisions, extracts, inbox, inbox_folders, loads, prepare
from ioc_pipeline.flows.replay import replay
from ioc_pipeline.settings import Settings, from_environment
from shipped import copy_seeds

CONTRACT = """
source: coverage
title: Biểu thử
system: "08"
department: so-khcn
period_type: month
clock: calendar
due_working_days: 2
reporting_since: 2025-07-01
csv: {{delimiter: ";"}}
tables:
  - table: coverage
    titles: [Báo cáo phủ cáp quang]
    columns:
      - {{name: org_unit, headers: [Xã], type: org_unit, level: commune}}
      - {{name: households, headers: [Số hộ], type: count, element: households, multiplier: {multiplier}}}
{more}"""
VILLAGES = "      - {name: villages, headers: [Số bản], type: count, element: villages}\n"
SUITE = """
name: coverage__coverage
expectations:
  - type: expect_column_values_to_be_between
    description: Không quá một triệu hộ.
    severity: critical
    kwargs: {column: households, max_value: 1000000}
"""
NO_MORE_THAN_100 = """
  - type: expect_column_values_to_be_between
    description: Không quá 100 hộ.
    severity: critical
    kwargs: {column: households, max_value: 100}
"""


def write_contract(folder: Path, suites: Path, *, multiplier: int = 1, more: str = "", expectations: str = "") -> Path:
    path = folder / "coverage.yml"
    path.write_text(CONTRACT.format(multiplier=multiplier, more=more), encoding="utf-8")
    (suites / "coverage__coverage.yml").write_text(SUITE + expectations, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of one form, loaded; the second says 120 of a commune."""
    folder = tmp_path_factory.mktemp("loaded")
    project = folder / "project"
    copy_seeds(project)
    write_contract(project / "include" / "sources", project / "expectations")
    settings = settings_of(folder)
    inbox_folders.make_inbox(settings)
    for month, households in ((8, 50), (9, 120)):
        lines = ["Báo cáo phủ cáp quang", f"Tháng {month} năm 2025", "Xã;Số hộ;Số bản", f"Xã Vân Hồ;{households};7"]
        path = settings.inbox / "so-khcn" / f"thang {month}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    take_in(settings)
    return folder


@pytest.fixture
def settings(loaded: Path, tmp_path: Path) -> Settings:
    """A copy that a test may change."""
    shutil.copytree(loaded, tmp_path / "own", symlinks=True)
    return settings_of(tmp_path / "own")


def settings_of(folder: Path) -> Settings:
    environment = {"IOC_HOME": str(folder / "home"), "IOC_PROJECT": str(folder / "project")}
    return from_environment({**environment, "IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"})


def take_in(settings: Settings) -> None:
    for batch in inbox.land_inbox(settings):
        prepare.prepare(settings, batch)
    loads.load_prepared(settings)


def query(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(settings.warehouse), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def files_of(settings: Settings) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(settings.home.rglob("*")) if path.is_file()}


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    folder = tmp_path / "changed"
    folder.mkdir()
    return folder


def test_a_contract_that_says_the_same_changes_nothing_and_writes_nothing(settings: Settings, beside: Path) -> None:
    before = files_of(settings)
    differences = list(replay(settings, write_contract(beside, beside)))
    assert [difference.is_any for difference in differences] == [False, False]
    assert files_of(settings) == before


def test_every_value_that_would_change_is_told_with_its_place(settings: Settings, beside: Path) -> None:
    first, second = replay(settings, write_contract(beside, beside, multiplier=1000))
    assert (first.counts, second.counts) == ({"changed": 1}, {"changed": 1})
    (change,) = second.changes
    assert (change.table_name, change.what, change.org_unit_code) == ("coverage", "households", "04048")
    assert (change.sheet, change.cell, change.before, change.after) == ("", "B4", "120", "120000")


def test_the_contract_of_an_api_is_replayed_over_its_extracts(tmp_path: Path) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path / "home")})
    place = "Xã Mai Sơn, tỉnh Sơn La"
    stations = [
        {"station": {"uuid": uuid, "name": "Trạm", "address": place}, "sumDepth": depth, "level": 0, "color": ""}
        for uuid, depth in (("a", 1.5), ("b", None))
    ]
    with serving(lambda _asked: Reply(stations)) as api:
        extracts.Extraction(settings, "rain_gauges", Connection(api.host)).run()
    shipped = settings.sources / "rain_gauges.yml"
    assert [difference.is_any for difference in replay(settings, shipped)] == [False]
    (tmp_path / shipped.name).write_text(
        shipped.read_text("utf-8").replace("sumDepth, type: number,", "sumDepth, type: number, multiplier: 10,"),
        "utf-8",
    )
    for suite in settings.expectations.glob("rain_gauges__*.yml"):
        shutil.copy(suite, tmp_path)
    (difference,) = replay(settings, tmp_path / shipped.name)
    (change,) = difference.changes
    assert (change.table_name, change.what, change.sheet, change.cell) == ("rain_reading", "depth_mm", "", "/0")
    assert [float(value) for value in (change.before, change.after)] == [1.5, 15]


def test_a_new_column_adds_values_and_takes_its_warning_away(settings: Settings, beside: Path) -> None:
    first, _ = replay(settings, write_contract(beside, beside, more=VILLAGES))
    assert [(change.kind, change.what, change.cell, change.after) for change in first.changes] == [
        ("added", "villages", "C4", "7")
    ]
    assert [problem.code for problem in first.gone_problems] == ["extra-column"]


def test_a_stricter_suite_beside_the_contract_shows_what_it_would_send_back(settings: Settings, beside: Path) -> None:
    first, second = replay(settings, write_contract(beside, beside, expectations=NO_MORE_THAN_100))
    assert not first.is_any
    assert (second.before, second.after, second.counts) == ("loaded", "returned", {"removed": 1})
    assert [(problem.code, problem.cell, problem.found) for problem in second.new_problems] == [
        ("failed-check", "B4", "")
    ]


def test_a_withdrawn_delivery_is_not_replayed(settings: Settings, beside: Path) -> None:
    decisions.withdraw(settings, 1, reason="nhầm", by="test")
    assert [one.delivery.delivery_seq for one in replay(settings, write_contract(beside, beside))] == [2]


def test_a_broken_contract_is_refused_with_its_file_and_key(settings: Settings, beside: Path) -> None:
    path = write_contract(beside, beside)
    path.write_text(path.read_text(encoding="utf-8").replace("type: count", "type: cuont"), encoding="utf-8")
    with pytest.raises(ContractError, match=r"coverage\.yml: tables"):
        list(replay(settings, path))


def test_a_suite_that_cannot_run_is_refused_before_it_is_in_force(settings: Settings, beside: Path) -> None:
    path = write_contract(beside, beside, expectations="\n  - type: expect_the_best\n")
    with pytest.raises(ContractError, match=r"coverage__coverage\.yml"):
        list(replay(settings, path))


def test_the_terminal_tells_the_difference_by_its_exit_code(
    settings: Settings, beside: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IOC_HOME", str(settings.home))
    monkeypatch.setenv("IOC_PROJECT", str(settings.project))
    assert main(["check", "--replay", str(write_contract(beside, beside))]) == 0
    assert "0 of 2 deliveries differ" in capsys.readouterr().out
    assert main(["check", "--replay", str(write_contract(beside, beside, multiplier=10))]) == 1
    assert (
        "changed coverage households 04048 month 2025-09-01..2025-09-30 at B4: 120 -> 1200" in capsys.readouterr().out
    )


def test_loading_again_reads_all_under_the_new_contract_and_keeps_the_old_loads(settings: Settings) -> None:
    write_contract(settings.sources, settings.expectations, multiplier=1000)
    assert decisions.load_again(settings, "coverage") == [1, 2]
    take_in(settings)
    assert query(settings, "select load_seq, delivery_seq, measured_value::int from raw.observation order by 1") == [
        (1, 1, 50),
        (2, 2, 120),
        (3, 1, 50_000),
        (4, 2, 120_000),
    ]
    assert len(list((settings.inbox / "so-khcn" / "phan-hoi").rglob("*.txt"))) == 2


def test_a_waiver_is_a_delivery_that_can_be_withdrawn(settings: Settings) -> None:
    september = Period("month", date(2025, 9, 1), date(2025, 9, 30))
    seq = decisions.waive(settings, "coverage", "so-khcn", september, until=None, reason="Mưa lũ", by="test")
    later = decisions.waive(
        settings, "coverage", "so-khcn", september, until=date(2025, 10, 20), reason="Mất điện", by="test"
    )
    take_in(settings)
    assert query(settings, "select delivery_seq, reporting_unit_code, due_date, reason from raw.waiver order by 1") == [
        (seq, "so-khcn", None, "Mưa lũ"),
        (later, "so-khcn", date(2025, 10, 20), "Mất điện"),
    ]
    decisions.withdraw(settings, later, reason="nhầm", by="test")
    take_in(settings)
    assert query(settings, "select decides_delivery_seq from raw.delivery where kind = 'withdrawal'") == [(later,)]


@pytest.mark.parametrize(
    ("source", "unit", "until", "says"),
    [
        ("nothing", "so-khcn", None, "coverage"),
        ("coverage", "04048", None, "does not report"),
        ("coverage", "so-khcn", date(2025, 9, 30), "a later day"),
    ],
)
def test_a_waiver_of_what_nobody_owes_is_refused(
    settings: Settings, source: str, unit: str, until: date | None, says: str
) -> None:
    september = Period("month", date(2025, 9, 1), date(2025, 9, 30))
    with pytest.raises(UserError, match=says):
        decisions.waive(settings, source, unit, september, until=until, reason="lý do", by="test")


def test_lost_prepared_files_of_a_contract_that_broke_wait_until_it_is_mended(settings: Settings) -> None:
    path = settings.inbox / "so-khcn" / "thang 7.csv"
    path.write_text("Báo cáo phủ cáp quang\nTháng 7 năm 2025\nXã;Số hộ;Số bản\nXã Vân Hồ;40;7\n", encoding="utf-8")
    ((seq,),) = inbox.land_inbox(settings)
    prepare.prepare(settings, [seq])
    shutil.rmtree(settings.prepared / str(seq))
    contract = settings.sources / "coverage.yml"
    whole = contract.read_text(encoding="utf-8")
    contract.write_text("source: [", encoding="utf-8")
    first = loads.load_prepared(settings)
    assert (first.loaded, first.returned, first.other) == (0, 0, 0)
    contract.write_text(whole, encoding="utf-8")
    assert loads.load_prepared(settings).loaded == 1
