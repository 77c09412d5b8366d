"""Decisions, pages, extracts and contracts in landing, and the ledger brought back from it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ioc_pipeline.domain.deliveries import Delivery, Extract, Waiver
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.durable import OWN_HASH
from ioc_pipeline.land import decisions
from ioc_pipeline.land.contract_versions import store_contract
from ioc_pipeline.land.fetched import ApiRun, land_extract, read_extract
from ioc_pipeline.land.fetched import land_page as land_page_of
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.reference.contracts import Contract
from ioc_pipeline.reference.sources import Source
from landing_home import OVERDUE, Home, at, in_seconds


def test_a_decision_is_landed_like_any_delivery(home: Home) -> None:
    home.drop("a.xlsx")
    home.land()
    at = in_seconds(0)
    decision = decisions.land_withdrawal(home.store, 1, reason="gửi nhầm kỳ", by="an", at=at)
    assert (decision.delivery_seq, decision.kind, decision.decides_delivery_seq) == (2, "withdrawal", 1)
    blob = home.store.blob_path(decision.sha256)
    assert json.loads(blob.read_text()) == {
        "withdraws_delivery_seq": 1,
        "reason": "gửi nhầm kỳ",
        "by": "an",
        "at": at.isoformat(),
    }
    assert blob.stat().st_size == decision.size_bytes
    assert blob.with_name(f"{decision.sha256}.2.json").is_file()
    again = decisions.land_withdrawal(home.store, 1, reason="gửi nhầm kỳ", by="an", at=at)
    assert again == decision


def test_a_decision_on_nothing_is_the_users_mistake(home: Home) -> None:
    with pytest.raises(UserError):
        decisions.land_withdrawal(home.store, 1, reason="", by="an", at=in_seconds(0))
    assert home.ledger.deliveries() == []


NINE = datetime(2025, 9, 15, 2, 0, tzinfo=UTC)


SEPTEMBER = Period("month", date(2025, 8, 15), date(2025, 9, 14))


def land_page(home: Home, content: bytes, *, number: int = 1, extract_id: str = "run-1") -> Delivery:
    run = ApiRun("one_stop", "vp-ubnd", extract_id)
    return land_page_of(home.store, run, content, number=number, request='{"path": "/dossiers"}', received_at=NINE)


def test_a_page_is_landed_as_it_came_and_its_sidecar_says_what_it_answers(home: Home) -> None:
    page = land_page(home, b'{"a":  1}\n', number=12)
    blob = home.store.blob_path(page.sha256)
    sidecar = json.loads(blob.with_name(f"{page.sha256}.1.json").read_text())
    assert blob.read_bytes() == b'{"a":  1}\n'
    assert (sidecar["kind"], sidecar["file_name"]) == ("page", "one_stop/run-1/0012.json")
    assert (sidecar["source_name"], sidecar["extract_id"]) == ("one_stop", "run-1")
    assert sidecar["request"] == '{"path": "/dossiers"}'
    assert (page.department_code, page.received_at) == ("vp-ubnd", NINE)


def test_two_polls_with_the_same_answer_are_two_deliveries_over_one_blob(home: Home) -> None:
    first, second = land_page(home, b"[]"), land_page(home, b"[]", extract_id="run-2")
    assert (first.delivery_seq, second.delivery_seq) == (1, 2)
    assert first.sha256 == second.sha256
    assert land_page(home, b"[]", extract_id="run-2") == second, "the same page of the same run again"


def test_the_pages_of_an_extract_are_read_back_in_their_order(home: Home) -> None:
    pages = tuple(land_page(home, b"[%d]" % number, number=number).delivery_seq for number in (1, 2))
    extract = Extract("one_stop", "run-1", NINE, NINE + timedelta(seconds=3), pages, "2025-09-15T08:59:00+07:00", "")
    landed = land_extract(home.store, extract, department_code="vp-ubnd")
    assert (landed.kind, landed.file_name, landed.delivery_seq) == ("extract", "one_stop/run-1", 3)
    assert read_extract(home.store, landed) == extract


@pytest.mark.parametrize("due_date", [None, date(2025, 9, 30)])
def test_a_waiver_is_a_delivery_of_the_unit_it_is_for(home: Home, due_date: date | None) -> None:
    waiver = Waiver("telecom", "so-khcn", SEPTEMBER, due_date, "bão số 9", "an")
    landed = decisions.land_waiver(home.store, waiver, at=NINE)
    assert (landed.kind, landed.department_code, landed.source_name) == ("waiver", "so-khcn", "telecom")
    assert decisions.read_waiver(home.store, landed) == waiver
    assert decisions.land_waiver(home.store, waiver, at=NINE) == landed
    assert decisions.land_waiver(home.store, waiver, at=NINE + timedelta(days=1)).delivery_seq == 2


def test_a_blob_that_lies_there_with_other_bytes_is_mended_when_its_page_comes_again(home: Home) -> None:
    blob = home.store.blob_path(land_page(home, b"[1]").sha256)
    blob.write_bytes(b"[")
    land_page(home, b"[1]", extract_id="run-2")
    assert blob.read_bytes() == b"[1]"


def test_an_extract_and_a_waiver_can_be_withdrawn_a_page_and_a_withdrawal_cannot(home: Home) -> None:
    page = land_page(home, b"[]")
    extract = land_extract(home.store, Extract("one_stop", "run-1", NINE, NINE, (1,)), department_code="vp-ubnd")
    waiver = decisions.land_waiver(home.store, Waiver("t", "u", SEPTEMBER, None, "r", "an"), at=NINE)
    for one in (extract, waiver):
        decision = decisions.land_withdrawal(home.store, one.delivery_seq, reason="nhầm", by="an", at=NINE)
        assert decision.decides_delivery_seq == one.delivery_seq
    for delivery_seq in (page.delivery_seq, decision.delivery_seq):
        with pytest.raises(UserError):
            decisions.land_withdrawal(home.store, delivery_seq, reason="nhầm", by="an", at=NINE)


def test_contracts_are_kept_under_their_hash_and_mended(home: Home) -> None:
    contract = Contract(Source.model_construct(), b"source: telecom\n", {"telecom__coverage": b"name: x\n"})
    folder = store_contract(home.landing, contract)
    assert folder.name == contract.contract_hash
    (folder / "contract.yml").write_bytes(b"")
    written = (folder / "telecom__coverage.yml").stat().st_mtime_ns
    assert store_contract(home.landing, contract) == folder
    assert (folder / "contract.yml").read_bytes() == contract.content
    assert (folder / "telecom__coverage.yml").read_bytes() == b"name: x\n"
    assert (folder / "telecom__coverage.yml").stat().st_mtime_ns == written


def _ledger(path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{path}")
    ledger.migrate()
    return ledger


def _all(ledger: Ledger) -> list[Delivery]:
    return ledger.deliveries()


def test_a_lost_ledger_is_rebuilt_from_landing_under_the_same_numbers(home: Home) -> None:
    for name, content in (("a.xlsx", b"v1"), ("b.xlsx", b"v1"), ("a.xlsx", b"v2"), ("c.csv", b"x")):
        home.drop(name, content)
        home.land(after=OVERDUE)
    store_contract(home.landing, Contract(Source.model_construct(), b"{}", {}))
    decisions.land_withdrawal(home.store, 2, reason="", by="an", at=in_seconds(0))
    land_page(home, b"[]")
    land_extract(home.store, Extract("one_stop", "run-1", NINE, NINE, (6,)), department_code="vp-ubnd")
    decisions.land_waiver(home.store, Waiver("t", "u", SEPTEMBER, None, "r", "an"), at=NINE)
    rebuilt = _ledger(home.folder / "rebuilt.db")
    assert Store(home.landing, rebuilt).restore_ledger(at=in_seconds(0)) == []
    assert _all(rebuilt) == _all(home.ledger)
    assert rebuilt.waiting(at=in_seconds(0)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_sidecar_from_before_there_were_apis_is_still_read(home: Home) -> None:
    home.drop("a.xlsx")
    home.land()
    (sidecar,) = home.landing.glob("??/*.1.json")
    content = json.loads(sidecar.read_text())
    kept = {
        name: value for name, value in content.items() if name not in ("source_name", "extract_id", "request", OWN_HASH)
    }
    sidecar.write_text(json.dumps(kept))
    rebuilt = _ledger(home.folder / "rebuilt.db")
    assert Store(home.landing, rebuilt).restore_ledger(at=in_seconds(0)) == []
    assert _all(rebuilt) == _all(home.ledger)


def test_restoring_names_the_deliveries_whose_sidecar_is_lost(home: Home) -> None:
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        home.drop(name)
    home.land()
    next(home.landing.glob("??/*.2.json")).unlink()
    assert Store(home.landing, _ledger(home.folder / "rebuilt.db")).restore_ledger(at=in_seconds(0)) == [2]


def test_a_sidecar_that_could_not_be_written_is_written_by_the_next_pass(home: Home) -> None:
    path = home.drop("a.xlsx")

    def fail() -> None:
        path.unlink()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        home.land(at_step=at("recorded", fail))
    assert list(home.landing.glob("??/*.json")) == []
    home.land()
    assert len(list(home.landing.glob("??/*.1.json"))) == 1
