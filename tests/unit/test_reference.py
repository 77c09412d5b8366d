"""Contracts against the seeds and one another."""

from pathlib import Path

import pytest

from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.settings import Settings, from_environment
from shipped import copy_flat

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    copy_flat(tmp_path)
    return from_environment({"IOC_PROJECT": str(tmp_path)})


def edit(settings: Settings, source: str, old: str, new: str) -> None:
    path = settings.sources / f"{source}.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_all_contracts_that_ship_are_ready(settings: Settings) -> None:
    contracts = Reference(settings).contracts
    assert contracts.broken == {}
    assert set(contracts.ready) == {path.stem for path in settings.sources.glob("*.yml")}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("element: vneid_", "element: no_such_", "element: no_such_"),
        ("department: cong-an-tinh", "department: so-khong-co", "agencies.csv"),
        ("locale: vi", "locale: fr", "locale"),
        ("clock: management", "clok: management", "clok"),
    ],
)
def test_a_mistake_stops_its_own_contract_and_names_it(settings: Settings, old: str, new: str, says: str) -> None:
    edit(settings, "vneid_accounts", old, new)
    contracts = Reference(settings).contracts
    (error,) = contracts.broken.values()
    assert str(error).startswith("vneid_accounts.yml: ")
    assert says in str(error)
    others = {path.stem for path in settings.sources.glob("*.yml")} - {"vneid_accounts"}
    assert set(contracts.ready) == others


def test_two_forms_of_one_department_must_write_csv_alike(settings: Settings) -> None:
    edit(settings, "telecom_coverage", "locale: vi\n", "locale: vi\ncsv: {encoding: utf-8, delimiter: ';'}\n")
    edit(settings, "signed_documents", "locale: vi\n", "locale: vi\ncsv: {encoding: utf-8, delimiter: ','}\n")
    assert sorted(Reference(settings).contracts.broken) == ["signed_documents.yml", "telecom_coverage.yml"]
