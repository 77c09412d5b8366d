"""docs/data_dictionary.md is what the dbt project says today; every table, column and code has its words."""

import csv
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.publish.data_dictionary import PATH, render
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.settings import PROJECT


def test_the_data_dictionary_is_not_stale() -> None:
    rendered = render(read_marts(PROJECT / "dbt_project"))
    assert PATH.read_text(encoding="utf-8") == rendered, "run: python -m ioc_pipeline.publish.data_dictionary"


def test_every_column_of_every_mart_is_explained() -> None:
    unexplained = [
        f"{mart.name}.{column.name}"
        for mart in read_marts(PROJECT / "dbt_project")
        for column in mart.columns
        if len(column.description) < 5
    ]
    assert unexplained == []


def test_a_column_without_words_is_told(tmp_path: Path) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(PROJECT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    words = project / "words_vi.yml"
    said = words.read_text(encoding="utf-8")
    words.write_text(said.replace("  maturity: [", "  maturitty: ["), encoding="utf-8")
    with pytest.raises(ContractError, match="maturity"):
        read_marts(project)
    words.write_text(said.replace("  maturity: [", "  maturity: [too, many, "), encoding="utf-8")
    with pytest.raises(ContractError, match="expected a label and its meaning"):
        read_marts(project)


def test_all_words_are_used() -> None:
    said = yaml.safe_load((PROJECT / "dbt_project" / "words_vi.yml").read_bytes())
    marts = read_marts(PROJECT / "dbt_project")
    columns = {
        name for mart in marts for column in mart.columns for name in (column.name, f"{mart.name}.{column.name}")
    }
    assert said["tables"].keys() - {mart.name for mart in marts} == set()
    assert said["columns"].keys() - columns == set()


def _code_set(column: str) -> str:
    """The set in dim_code that holds the codes of a column."""
    for kind, name in (("reason", "reason"), ("_qualifier", "value_qualifier")):
        if column.endswith(kind):
            return name
    return column


def _closed_lists() -> dict[str, set[str]]:
    """Every list of codes that a model's YAML or a macro closes, by set."""
    macro = (PROJECT / "dbt_project" / "macros" / "closed_lists.sql").read_text(encoding="utf-8")
    lists = {name: set(re.findall(r"'([^']*)'", codes)) for name, codes in re.findall(r"'(\w+)': \[(.*?)\]", macro)}
    for path in sorted((PROJECT / "dbt_project" / "models").rglob("*.yml")):
        models: list[dict[str, Any]] = yaml.safe_load(path.read_bytes()).get("models", [])
        for model in models:
            for test in model.get("data_tests", []):
                arguments = test.get("sound_rows", {}).get("arguments", {})
                for column, codes in arguments.get("lists", {}).items():
                    lists.setdefault(_code_set(column), set()).update(codes)
    return lists


def test_every_code_of_a_closed_list_has_its_words_once() -> None:
    with (PROJECT / "include" / "seeds" / "codes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = [(row["code_set"], row["code"]) for row in rows]
    assert len(known) == len(set(known))
    assert all(row["label_vi"] and row["label_en"] for row in rows)
    wanted = {(name, code) for name, codes in _closed_lists().items() for code in codes}
    assert sorted(wanted - set(known)) == []


def test_every_element_has_its_english_name_once() -> None:
    codes = []
    for seed in ("elements.csv", "element_names_en.csv"):
        with (PROJECT / "include" / "seeds" / seed).open(encoding="utf-8", newline="") as file:
            codes.append([row["element_code"] for row in csv.DictReader(file)])
    assert codes[0] == codes[1]
