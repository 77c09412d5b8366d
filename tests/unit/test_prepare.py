"""What a reading comes to, and the way of an extract from landed pages to raw."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ioc_pipeline.domain.deliveries import Delivery, Extract
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.flows import loads, prepare, stores
from ioc_pipeline.flows.reading import Reading
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.land.fetched import ApiRun, land_extract, land_page
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings, from_environment

ANSWERED = datetime(2025, 9, 20, 1, 0, tzinfo=UTC)


def test_no_verdict_repeats_an_identifier_that_stood_in_a_bad_cell() -> None:
    delivery = Delivery(1, "file", "so-khcn", "a.xlsx", "0" * 64, 1, datetime(2025, 9, 20, tzinfo=UTC), 1, True)
    bad = Problem("bad-cell", "Biểu 1", "C4", "Ghi 014085001234", found="014085001234", expected="một số")
    verdict = verdict_on(Reading(delivery, problems=[bad]), 0)
    assert verdict.outcome == "returned"
    assert "014085001234" not in repr(verdict)


# ---------- an extract


def dossier(number: int = 1, **changed: Any) -> dict[str, Any]:
    record = {
        "dossierId": f"H{number:03}",
        "procedureCode": "1.001123",
        "agencyCode": "ubnd-03646",
        "communeCode": "03646",
        "receivedAt": "2025-09-01T08:30:00+07:00",
        "channel": "online",
        "isFullyOnline": True,
        "dueAt": "2025-09-10T08:30:00+07:00",
        "settledAt": None,
        "status": "pending",
        "isDigitised": True,
        "reusesData": False,
        "feeVnd": 15000,
        "isPaidOnline": True,
        "updatedAt": "2025-09-02T08:30:00+07:00",
    }
    return {**record, **changed}


def page(*dossiers: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"total": len(dossiers) if total is None else total, "items": list(dossiers)}


@dataclass
class Desk:
    """A pipeline that gets pages without asking an API for them."""

    settings: Settings
    ledger: Ledger
    runs: int = 0

    @property
    def store(self) -> Store:
        return Store(self.settings.landing, self.ledger)

    def land(self, *pages: Any, source: str = "one_stop_dossiers", department: str = "vp-ubnd", **request: Any) -> int:
        """Land one complete run; give its delivery_seq."""
        self.runs += 1
        extract_id = f"run-{self.runs}"
        numbers = [
            land_page(
                self.store,
                ApiRun(source, department, extract_id),
                content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode(),
                number=number,
                request=json.dumps({"status": 200, "server_time": None, "period": None, **request}),
                received_at=ANSWERED,
            ).delivery_seq
            for number, content in enumerate(pages, start=1)
        ]
        extract = Extract(source, extract_id, ANSWERED, ANSWERED, tuple(numbers))
        return land_extract(self.store, extract, department_code=department).delivery_seq

    def load(self) -> None:
        prepare.prepare(self.settings, self.ledger.waiting(at=datetime.now(UTC)))
        loads.load_prepared(self.settings)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(self.settings.warehouse, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def answers(self, department: str = "vp-ubnd") -> str:
        files = sorted((self.settings.inbox / department / "phan-hoi").glob("*.txt"))
        return "\n".join(path.read_text("utf-8-sig") for path in files)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    settings = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0"})
    return Desk(settings, stores.open_ledger(settings))


def has_dossiers(desk: Desk) -> bool:
    """Whether raw holds any; its table is made with the first."""
    return desk.ask("select count(*) from duckdb_tables() where table_name = 'dossier'") == [(1,)]


def outcomes(desk: Desk) -> Sequence[tuple[Any, ...]]:
    return desk.ask("select delivery_seq, kind, outcome from raw.delivery order by load_seq")


def test_an_extract_loads_its_records_under_the_number_of_their_page(desk: Desk) -> None:
    desk.land(page(dossier(1), total=2), page(dossier(2, feeVnd=0.1), total=2))
    desk.load()
    assert outcomes(desk) == [(1, "page", "page"), (2, "page", "page"), (3, "extract", "loaded")]
    rows = (
        "select load_seq, delivery_seq, record_key, org_unit_code, fee_vnd, sheet_name, cell_address from raw.dossier"
    )
    assert desk.ask(rows) == [
        (3, 1, "H001", "03646", 15000, "/items", "/items/0"),
        (3, 2, "H002", "03646", Decimal("0.1"), "/items", "/items/0"),
    ]
    assert desk.ask("select distinct extract_id from raw.delivery") == [("run-1",)]
    assert desk.answers() == ""


def test_loading_an_extract_twice_is_loading_it_once(desk: Desk) -> None:
    seq = desk.land(page(dossier(1), dossier(2)))
    desk.load()
    before = desk.ask("select * from raw.dossier")
    desk.ledger.load_again([seq], at=datetime.now(UTC))
    desk.load()
    assert desk.ask("select * from raw.dossier") == before


def test_bad_records_that_the_contract_allows_are_sent_back_by_name_and_the_rest_counts(
    desk: Desk, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    for name in ("include", "expectations"):
        shutil.copytree(desk.settings.project / name, project / name)
    contract = project / "include" / "sources" / "one_stop_dossiers.yml"
    contract.write_text(contract.read_text("utf-8").replace("  records:", "  bad_records_pct: 20\n  records:"), "utf-8")
    desk.settings = from_environment({"IOC_HOME": str(tmp_path), "IOC_PROJECT": str(project)})
    desk.land(page(*(dossier(number) for number in range(1, 9)), dossier(9, feeVnd="x"), dossier(10, status="lạ")))
    desk.load()
    counts = "select outcome, error_count, warning_count from raw.delivery where kind = 'extract'"
    assert desk.ask(counts) == [("loaded", 2, 0)]
    assert desk.ask("select max(record_key), count(*) from raw.dossier") == [("H008", 8)]
    told = desk.answers()
    assert "Số bản ghi đã nạp: 8" in told
    assert "Bản ghi bị trả lại, không được tính; các bản ghi khác đã nhận" in told
    assert all(f"Bản ghi “{key}”" in told for key in ("H009", "H010"))
    desk.land(page(*(dossier(number) for number in range(1, 9)), dossier(9, feeVnd="x"), dossier(10, feeVnd=-1),
                   dossier(11, status="lạ")))  # fmt: skip
    desk.load()
    assert desk.ask("select max(outcome) from raw.delivery where kind = 'extract'") == [("returned",)]


SITES = """
source: building_sites
title: "API công trường"
system: "02"
department: vp-ubnd
period_type: month
clock: calendar
due_working_days: 5
reporting_since: 2025-07-01
api: {connection: sites, schedule: "@daily", path: /sites, records: [sites]}
tables:
  - table: sites
    record: building_site
    replaces: record
    record_key: [site_code]
    columns:
      - {name: site_code, field: code, type: code}
      - {name: org_unit, field: commune, type: org_unit, level: commune}
      - {name: workers, field: workers, type: count}
      - {name: cost_vnd, field: cost, type: money}
      - {name: opened_on, field: openedOn, type: date}
"""


def test_a_new_api_of_records_needs_nothing_but_its_contract_and_its_suite(desk: Desk, tmp_path: Path) -> None:
    project = tmp_path / "project"
    for name in ("include", "expectations"):
        shutil.copytree(desk.settings.project / name, project / name)
    contract = project / "include" / "sources" / "building_sites.yml"
    contract.write_text(SITES, "utf-8")
    suite = project / "expectations" / "building_sites__sites.yml"
    suite.write_text("name: building_sites__sites\nexpectations: []\n", "utf-8")
    desk.settings = from_environment({"IOC_HOME": str(tmp_path), "IOC_PROJECT": str(project)})
    site = {"code": "007", "commune": "03646", "workers": 12, "cost": 1.5, "openedOn": "2025-09-01"}
    desk.land({"sites": [site]}, source="building_sites")
    desk.load()
    contract.write_text(f"{SITES}      - {{name: roof, field: roof, type: text, required: false}}\n", "utf-8")
    desk.land({"sites": [{**site, "workers": 13, "roof": "ngói"}]}, source="building_sites")
    desk.load()
    rows = (
        "select site_code, org_unit_code, workers, cost_vnd, opened_on, roof from raw.building_site order by load_seq"
    )
    assert desk.ask(rows) == [
        ("007", "03646", 12, Decimal("1.5"), date(2025, 9, 1), None),
        ("007", "03646", 13, Decimal("1.5"), date(2025, 9, 1), "ngói"),
    ]
    kinds = {name: kind for name, kind, *_ in desk.ask("describe raw.building_site")}
    assert [kinds[name] for name in ("load_seq", "workers", "cost_vnd", "opened_on", "roof")] == [
        "BIGINT", "BIGINT", "DECIMAL(38,12)", "DATE", "VARCHAR",
    ]  # fmt: skip


def test_two_equal_polls_are_two(desk: Desk) -> None:
    for _ in range(2):
        desk.land(page(dossier(1)))
        desk.load()
    assert [outcome for _, kind, outcome in outcomes(desk) if kind == "extract"] == ["loaded", "loaded"]
    assert desk.ask("select count(*), count(distinct delivery_seq) from raw.dossier") == [(2, 2)]


def test_pages_of_a_run_that_died_never_count(desk: Desk) -> None:
    land_page(
        desk.store,
        ApiRun("one_stop_dossiers", "vp-ubnd", "dead"),
        json.dumps(page(dossier(1))).encode(),
        number=1,
        request=json.dumps({"status": 200, "server_time": None, "period": None}),
        received_at=ANSWERED,
    )
    desk.load()
    assert outcomes(desk) == [(1, "page", "page")]
    assert not has_dossiers(desk)


def test_an_extract_without_a_record_is_accepted_as_nil(desk: Desk) -> None:
    desk.land(page())
    desk.load()
    assert outcomes(desk)[-1][2] == "nil_report"
    assert desk.answers() == ""


def test_figures_that_an_api_does_not_give_yet_are_nothing_to_read(desk: Desk) -> None:
    period = {"type": "month", "start": "2025-08-01", "end": "2025-08-31"}
    desk.land({"data": []}, source="portal_766", period=period)
    desk.load()
    assert outcomes(desk)[-1][2] == "nothing_to_read"


@pytest.mark.parametrize(
    "lies",
    [
        {  # cannot be read
            "feeVnd": ("bad-field", {"feeVnd": "mười hai"}),
            "isDigitised": ("bad-field", {"isDigitised": -1}),
            "communeCode": ("unknown-unit", {"communeCode": "99999"}),
            "updatedAt": ("future-time", {"updatedAt": "2099-01-01T00:00:00+07:00"}),
        },
        {  # cannot be true
            "feeVnd": ("failed-check", {"feeVnd": -5}),
            "receivedAt": (
                "failed-check",
                {"receivedAt": "2099-01-01T00:00:00+07:00", "dueAt": "2099-02-01T00:00:00+07:00"},
            ),
            "status": ("failed-check", {"status": "settled"}),
        },
        {"status": ("failed-check", {"status": "lost"})},
    ],
)
def test_lies_return_the_whole_extract_each_with_record_and_field(
    desk: Desk, lies: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    lying = [dossier(number, **changed) for number, (_, changed) in enumerate(lies.values())]
    desk.land(page(dossier(9)) | {"total": 1 + len(lies)}, page(*lying) | {"total": 1 + len(lies)})
    desk.load()
    assert outcomes(desk)[-1] == (3, "extract", "returned")
    errors = "select code, sheet_name, cell_address, column_header from raw.delivery_error where severity = 'critical'"
    assert sorted(desk.ask(errors)) == sorted(
        (code, "/items", f"/items/{number}/{field}", field) for number, (field, (code, _)) in enumerate(lies.items())
    )
    assert not has_dossiers(desk)
    answer = desk.answers()
    for number, (field, (code, _)) in enumerate(lies.items()):
        place = f"/items/{number}/{field}"
        assert f"[{code}] Bản ghi “H00{number}”, trường “{field}”, vị trí {place}, câu trả lời 0002.json" in answer
    assert "TRẢ LẠI: chưa nạp số liệu nào của lần lấy dữ liệu này" in answer


def test_a_wrong_total_returns_the_extract(desk: Desk) -> None:
    desk.land(page(dossier(1), total=9), page(dossier(2), total=9))
    desk.load()
    assert desk.ask("select code, cell_address from raw.delivery_error") == [("wrong-total", "/total")]
    assert "Đọc được: “9”. Cần: 2" in desk.answers()


def test_a_page_that_cannot_be_read_returns_the_extract_by_its_name(desk: Desk) -> None:
    desk.land(page(dossier(1), total=2), b'{"total": 2, "items": [')
    desk.load()
    assert outcomes(desk)[-1][2] == "returned"
    assert "[bad-json] Câu trả lời 0002.json" in desk.answers()


def test_personal_data_is_returned_and_stands_nowhere(desk: Desk) -> None:
    desk.land(page(dossier(1, citizenId="014085001234", feeVnd="014085001234")))
    desk.load()
    assert set(desk.ask("select code, cell_address, column_header from raw.delivery_error")) == {
        ("personal-data", "/items/0/citizenId", ""),
        ("personal-data", "/items/0/feeVnd", ""),
    }
    assert "014085001234" not in desk.answers() + repr(desk.ask("select * from raw.delivery_error"))


def test_a_warning_is_told_and_the_records_are_loaded(desk: Desk) -> None:
    desk.land(page(dossier(1, newField=1)))
    desk.load()
    assert outcomes(desk)[-1][2] == "loaded"
    assert "[unknown-field] Trường “newField”" in desk.answers()
    assert desk.ask("select code, column_header from raw.delivery_error") == [("unknown-field", "")]


def test_a_row_of_rain_takes_its_time_from_the_answer(desk: Desk) -> None:
    station = {"uuid": "s-1", "name": "Trạm 1", "address": "Xã Mai Sơn, tỉnh Sơn La"}
    desk.land(
        [{"station": station, "sumDepth": None, "level": 0, "color": "#fff"}],
        source="rain_gauges",
        department="so-nnmt",
    )
    desk.load()
    assert desk.ask("select record_key, station_name, observed_at, depth_mm, level from raw.rain_reading") == [
        ("s-1|2025-09-20T01:00:00Z", "Trạm 1", ANSWERED.replace(tzinfo=None), None, 0)
    ]


def test_an_extract_waits_while_its_contract_is_missing(desk: Desk) -> None:
    desk.land(page(dossier(1)), source="no_such_api")
    desk.load()
    held = [row.held_reason for row in desk.ledger.status_rows() if row.kind == "extract"]
    assert held == ["waiting for its contract: no API 'no_such_api' in include/sources"]


def test_prepared_values_that_were_cut_are_prepared_again(desk: Desk) -> None:
    desk.land(page(dossier(1)))
    prepare.prepare(desk.settings, desk.ledger.waiting(at=datetime.now(UTC)))
    for path in desk.settings.prepared.rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-8])
    loads.load_prepared(desk.settings)
    assert outcomes(desk) == [(1, "page", "page"), (2, "extract", "loaded")]
