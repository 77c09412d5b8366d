"""What would stop the project on another engine than DuckDB (docs/growing.md): told from its text, without Spark."""

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
ENGINES = PROJECT / "macros" / "engines.sql"
SQL = sorted({*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("macros/*.sql"), *PROJECT.glob("tests/**/*.sql")})
EVERYWHERE = re.compile(r"string|integer|bigint|double|boolean|date|timestamp|decimal\(\d+, ?\d+\)")

# What DuckDB understands and Spark does not, or otherwise; each has a macro in engines.sql or another spelling.
DUCKDB_ALONE = {
    "varchar": r"\bvarchar\b",
    "a cast by two colons": r"::",
    "a list or a struct in brackets": r"(?<=[\s(,])\[|\{''",
    "select * without a column": r"\*\s+(exclude|replace)\b",
    "a function on lists": r"\b(list(_\w+)?|unnest|string_split|array_to_string|struct_pack)\s*\(",
    "a function on times": r"\b(date_diff|datediff|to_(years|months|days)|strftime|(try_)?strptime|epoch)\s*\(",
    "a function on JSON": r"\bjson_extract\w*\s*\(|\bas json\b",
    "a row filter by a subquery": r"\b(semi|anti|asof|positional) join\b",
    "a named window that is added to": r"\bover \((?!partition|order|rows|range|\s|\))",
    "a double made decimal": r"as double\)[^\n]* as decimal\(",
}


def _without_jinja(path: Path) -> str:
    """SQL as it is written, without comments, texts in quotes, and what is Jinja's own."""
    text = re.sub(r"--[^\n]*|\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", text, flags=re.DOTALL)
    return re.sub(r"'[^']*'", "''", text)


@pytest.mark.parametrize("construct", DUCKDB_ALONE)
def test_no_model_uses_what_duckdb_alone_understands(construct: str) -> None:
    pattern = re.compile(DUCKDB_ALONE[construct])
    found = {
        f"{path.relative_to(PROJECT)}: {match.group()}"
        for path in SQL
        if path != ENGINES
        for match in pattern.finditer(_without_jinja(path))
    }
    assert found == set()


def test_every_type_of_a_contract_and_a_seed_has_a_name_that_all_engines_know() -> None:
    types = set()
    for floor in ("dimensions", "marts"):
        for path in (PROJECT / "models" / floor).glob("*.yml"):
            models = yaml.safe_load(path.read_bytes())["models"]
            types |= {(path.name, column["data_type"]) for model in models for column in model["columns"]}
    seeds = yaml.safe_load((PROJECT / "dbt_project.yml").read_bytes())["seeds"]["ioc"]
    for name, config in seeds.items():
        if isinstance(config, dict):
            types |= {(name, data_type) for data_type in config.get("+column_types", {}).values()}
    assert len(types) > 50
    assert {said for said in types if not EVERYWHERE.fullmatch(said[1])} == set()


def test_what_an_engine_does_its_own_way_is_written_for_both() -> None:
    text = ENGINES.read_text(encoding="utf-8")
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", text))
    assert len(dispatched) > 5
    for engine in ("duckdb", "spark"):
        assert set(re.findall(rf"macro {engine}__(\w+)\(", text)) == dispatched
    kinds = (PROJECT / "macros" / "materializations.sql").read_text(encoding="utf-8")
    assert "materialization kept, adapter='duckdb'" in kinds
    assert "materialization kept, adapter='spark'" in kinds
