"""docs/contracts.md is what the models say, says something about everything, and its examples are right."""

import csv
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter

import shipped
from ioc_pipeline.reference.contracts_page import MODELS, SEEDS, as_markdown
from ioc_pipeline.reference.tables import COLUMN_TYPES, ColumnType

REPOSITORY = Path(__file__).resolve().parents[2]
KEYS = [(model, name) for model in MODELS.values() for name in model.model_fields]


def models_within(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {model for part in getattr(annotation, "__args__", ()) for model in models_within(part)}


def test_the_page_is_what_the_code_says() -> None:
    assert (REPOSITORY / "docs" / "contracts.md").read_text(encoding="utf-8") == as_markdown()


def test_every_part_of_a_contract_has_its_section() -> None:
    parts = {
        part
        for model in MODELS.values()
        for each in model.model_fields.values()
        for part in models_within(each.annotation)
    }
    assert parts <= set(MODELS.values())


@pytest.mark.parametrize(("model", "name"), KEYS, ids=lambda value: getattr(value, "__name__", value))
def test_every_key_has_a_meaning_and_an_example_that_is_valid(model: type[BaseModel], name: str) -> None:
    key = model.model_fields[name]
    assert key.description
    (example,) = key.examples or ()
    TypeAdapter(Annotated[key.annotation, name, *key.metadata]).validate_python(example)
    assert key.is_required() or example != key.default, "an example shows something else than the default"


def test_every_type_of_column_is_told() -> None:
    TypeAdapter(dict[ColumnType, str]).validate_python(COLUMN_TYPES)
    assert list(COLUMN_TYPES) == list(ColumnType.__args__)


@pytest.mark.parametrize("name", SEEDS)
def test_every_value_of_a_closed_column_is_told_and_its_example_is_one(name: str) -> None:
    with (shipped.SEEDS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for column, said in SEEDS[name].items():
        assert said.meaning, column
        assert said.example, column
        if said.values:
            assert {row[column] for row in rows} | {said.example} <= set(said.values), column
