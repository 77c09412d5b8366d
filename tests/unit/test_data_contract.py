"""The data contracts beside the published versions are what the Open Data Contract Standard asks for."""

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ioc_pipeline.publish.data_contract import STANDARD, write_contracts
from ioc_pipeline.publish.marts import Mart, read_marts
from ioc_pipeline.settings import PROJECT

MARTS = read_marts(PROJECT / "dbt_project")
OFFICIAL = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_bytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    published = tmp_path_factory.mktemp("published")
    write_contracts(published, MARTS)
    return published / "contracts"


def read(folder: Path, mart: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / f"{mart}.odcs.yaml").read_bytes())
    return found


def wrong(contract: dict[str, Any]) -> Iterator[str]:
    validator = jsonschema.Draft201909Validator(OFFICIAL)
    yield from (error.message for error in validator.iter_errors(contract))


@pytest.mark.parametrize("mart", MARTS, ids=[mart.name for mart in MARTS])
def test_a_contract_is_what_the_standard_asks_for(folder: Path, mart: Mart) -> None:
    contract = read(folder, mart.name)
    assert contract["apiVersion"] == STANDARD
    assert list(wrong(contract)) == []
    (table,) = contract["schema"]
    columns = [column for column in table["properties"] if column.get("semanticType") != "measure"]
    assert [column["name"] for column in columns] == [column.name for column in mart.columns]
    assert [column["name"] for column in columns if column.get("primaryKey")] == [
        column.name for column in mart.columns if column.name in mart.key
    ]
    for column in columns:
        for relationship in column.get("relationships", ()):
            file, place = relationship["to"].split("#/schema/")
            other, key = place.split("/properties/")
            (there,) = read(folder, file.removesuffix(".odcs.yaml"))["schema"]
            assert other == there["name"]
            assert [found["name"] for found in there["properties"] if found.get("primaryKey")] == [key]


def test_the_standard_refuses_a_contract_that_is_none(folder: Path) -> None:
    contract = read(folder, "mart_tasks")
    contract["schema"][0]["properties"][0]["logicalType"] = "text"
    assert any("'text' is not one of" in message for message in wrong(contract))


def test_codes_that_a_build_holds_are_in_the_contract(folder: Path) -> None:
    columns = {column["name"]: column for column in read(folder, "mart_indicator_latest")["schema"][0]["properties"]}
    values = {
        name: columns[name]["quality"][0]["arguments"]["validValues"] for name in ("target_status", "value_qualifier")
    }
    assert values["target_status"] == ["met", "not_met", "no_target", "undetermined", "not_judged"]
    assert values["value_qualifier"] == ["", ">", ">=", "<", "<=", "~"]


def test_contracts_are_written_when_they_change_and_only_then(folder: Path) -> None:
    path = folder / "mart_tasks.odcs.yaml"
    before = path.stat()
    write_contracts(folder.parent, MARTS)
    assert path.stat() == before
    path.write_text("touched", encoding="utf-8")
    write_contracts(folder.parent, MARTS)
    assert path.stat().st_size == before.st_size
    write_contracts(folder.parent, MARTS[:-1])
    assert read(folder, "mart_tasks")["name"] == "Nhiệm vụ được giao"
    assert not (folder / f"{MARTS[-1].name}.odcs.yaml").exists()
    write_contracts(folder.parent, MARTS)


@pytest.mark.parametrize("mart", [mart for mart in MARTS if mart.sums], ids=lambda mart: str(mart.name))
def test_what_may_be_added_up_is_a_number_that_the_mart_has(mart: Mart) -> None:
    types = {column.name: column.data_type for column in mart.columns}
    for sums in mart.sums:
        assert {types[name].split("(")[0] for name in sums.of} <= {"bigint", "double", "decimal"}
        assert set(sums.within) <= types.keys()


def test_what_a_tool_takes_for_a_number_is_no_decimal() -> None:
    """pandas and ODBC give a decimal as an object: only what is exact, and the catalogue's own factors, may be one."""
    decimals = {column.name for mart in MARTS for column in mart.columns if column.data_type.startswith("decimal")}
    assert {name for name in decimals if not name.startswith("exact_")} == {"coefficient", "factor", "threshold"}
    doubles = {column.name for mart in MARTS for column in mart.columns if column.data_type == "double"}
    assert {name.removeprefix("exact_") for name in decimals if name.startswith("exact_")} <= doubles
