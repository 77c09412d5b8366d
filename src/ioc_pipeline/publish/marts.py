"""What people may query: the marts and dimensions with columns, keys and words, as the dbt project declares them."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ioc_pipeline.domain.errors import ContractError

YEAR_COLUMN = "period_year"
_PUBLISHED_FLOORS = ("dimensions", "marts")
_WORDS = "words_vi.yml"
_SHARED_LISTS = "macros/closed_lists.sql"


@dataclass(frozen=True, slots=True)
class Words:
    """What people who read Vietnamese call a table or a column: a label of a few words, and its meaning."""

    label: str
    description: str


_DUCKDB_TYPES = {"string": "varchar"}
"""Contracts spell types as every engine understands them."""

_NO_WORDS = Words("", "")
"""Of a table that is no mart, such as what a version says of itself."""


@dataclass(frozen=True, slots=True)
class Column:
    """`data_type` as DuckDB spells it, in lower case: varchar, date, decimal(38,12). `description` is in English."""

    name: str
    data_type: str
    description: str
    words: Words = _NO_WORDS

    @property
    def comment(self) -> str:
        """What a database says of it: label and meaning in Vietnamese, then the meaning in English."""
        return _comment(self.words, self.description)


@dataclass(frozen=True, slots=True)
class Sums:
    """Columns that may be added up, over the rows that the condition `where` names ("" for all of them).

    A sum is right within one value of each column of `within`: group by them, or filter to one.
    """

    of: tuple[str, ...]
    where: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mart:
    """One published table; the columns named by `key` together name a row.

    `sums` are all the sums that are right; `closed_lists` the values that a column may have, held at each build.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    words: Words = _NO_WORDS
    sums: tuple[Sums, ...] = ()
    closed_lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def column_list(self) -> str:
        """Its columns for a select, in the order of the contract."""
        return ", ".join(column.name for column in self.columns)

    @property
    def is_kept_by_year(self) -> bool:
        """Whether a build writes only the years that a change touched: a mart with this column is kept by it."""
        return any(column.name == YEAR_COLUMN for column in self.columns)

    @property
    def comment(self) -> str:
        """What a database says of it, as of a column."""
        return _comment(self.words, self.description)


def read_marts(dbt_project: Path) -> list[Mart]:
    """Every table with an enforced contract: the dimensions and the marts, by name.

    Raises:
        ContractError: names the file that lacks a key or a column's type, description or words.
    """
    words = _read_words(dbt_project / _WORDS)
    shared_lists = _read_shared_lists(dbt_project / _SHARED_LISTS)
    marts = []
    models = dbt_project / "models"
    for path in sorted(path for floor in _PUBLISHED_FLOORS for path in (models / floor).glob("*.yml")):
        for model in yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)["models"]:
            try:
                marts.append(_mart(model, words, shared_lists))
            except KeyError as error:
                raise ContractError(f"{path.name}: a model or column lacks {error}") from error
    return marts


def foreign_keys(mart: Mart, marts: Sequence[Mart]) -> dict[str, Mart]:
    """Columns of a mart that are the key of a dimension, with that table: the joins that double no row."""
    dimensions = [other for other in marts if other.name.startswith("dim_") and other.name != mart.name]
    keys = {dimension.key[0]: dimension for dimension in dimensions if len(dimension.key) == 1}
    return {column.name: keys[column.name] for column in mart.columns if column.name in keys}


def _mart(model: dict[str, Any], words: dict[str, Words], shared_lists: dict[str, list[str]]) -> Mart:
    name, meta = model["name"], model["config"]["meta"]
    return Mart(
        name,
        " ".join(model["description"].split()),
        tuple(meta["key"]),
        tuple(
            Column(
                column["name"],
                _DUCKDB_TYPES.get(column["data_type"], column["data_type"]),
                column["description"],
                _words_of(words, f"{name}.{column['name']}", column["name"]),
            )
            for column in model["columns"]
        ),
        _words_of(words, name),
        tuple(
            Sums(tuple(sums["of"]), sums.get("where", ""), tuple(sums.get("within", ())))
            for sums in meta.get("sums", ())
        ),
        tuple((column, tuple(values)) for column, values in _closed_lists(model, shared_lists).items()),
    )


def _closed_lists(model: dict[str, Any], shared_lists: dict[str, list[str]]) -> dict[str, list[str]]:
    """Those that the test `sound_rows` holds the model to."""
    tests = [test["sound_rows"]["arguments"] for test in model["data_tests"] if "sound_rows" in test]
    found = {column: shared_lists[column] for test in tests for column in test.get("shared_lists", ())}
    return found | {column: values for test in tests for column, values in test.get("lists", {}).items()}


def _read_shared_lists(path: Path) -> dict[str, list[str]]:
    """The lists of the macro `closed_list`."""
    found = re.search(r"return\((\{.+?\})\[name\]", path.read_text(encoding="utf-8"), re.DOTALL)
    if not found:
        raise ContractError(f"{path.name}: expected the macro closed_list to return one of the lists of a mapping")
    lists: dict[str, list[str]] = ast.literal_eval(found[1])
    return lists


def _words_of(words: dict[str, Words], *names: str) -> Words:
    """What is said of the first of these names of which anything is."""
    for name in names:
        if name in words:
            return words[name]
    raise ContractError(f"{_WORDS}: lacks a line for {names[0]}: its label and its meaning in Vietnamese")


def _read_words(path: Path) -> dict[str, Words]:
    """By the name of a table or a column, or of both with a dot between."""
    said = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    pairs = {name: pair for part in ("tables", "columns") for name, pair in said[part].items()}
    if unfit := [
        name for name, pair in pairs.items() if len(pair) != 2 or not all(isinstance(text, str) for text in pair)
    ]:
        raise ContractError(f"{path.name}: expected a label and its meaning, two texts, of {', '.join(unfit)}")
    return {name: Words(*pair) for name, pair in pairs.items()}


def _comment(words: Words, description: str) -> str:
    return description if words == _NO_WORDS else f"{words.label}: {words.description} / {description}"
