"""Writes docs/contracts.md: `python -m ioc_pipeline.reference.contracts_page > docs/contracts.md`."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from ioc_pipeline.reference.apis import Api, Authentication, Paging, RequestPeriod, Watermark
from ioc_pipeline.reference.catalogue.elements import ELEMENT_COLUMNS
from ioc_pipeline.reference.catalogue.indicators import INDICATOR_COLUMNS
from ioc_pipeline.reference.catalogue.load import SYSTEM_COLUMNS
from ioc_pipeline.reference.catalogue.targets import TARGET_COLUMNS
from ioc_pipeline.reference.catalogue.terms import TERM_COLUMNS
from ioc_pipeline.reference.seeds import SeedColumn
from ioc_pipeline.reference.sources import Csv, Source
from ioc_pipeline.reference.tables import COLUMN_TYPES, Column, PeriodRule, Table

MODELS: dict[str, type[BaseModel]] = {
    "A source": Source,
    "tables": Table,
    "columns": Column,
    "period": PeriodRule,
    "csv": Csv,
    "api": Api,
    "api.authentication": Authentication,
    "api.paging": Paging,
    "api.watermark": Watermark,
    "api.period": RequestPeriod,
}
"""Sections of the page: where the keys stand in a contract, and the model that reads them."""
SEEDS: dict[str, dict[str, SeedColumn]] = {
    "elements.csv": ELEMENT_COLUMNS,
    "indicators.csv": INDICATOR_COLUMNS,
    "indicator_terms.csv": TERM_COLUMNS,
    "targets.csv": TARGET_COLUMNS,
    "systems.csv": SYSTEM_COLUMNS,
}
_PATTERNS = {  # as people would say them
    r"^[a-z][a-z0-9_]*$": "a name: a-z, 0-9, _",
    r"^[a-z0-9][a-z0-9_-]*$": "a code: a-z, 0-9, -, _",
    r"^/([^/\s]\S*)?$": "a path: /…",
    r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$": "a header's name",
}
_TYPES = {"string": "text", "boolean": "true, false", "integer": "a whole number", "number": "a number"}


def as_markdown() -> str:
    """Every key of a contract and every column of the catalogue's seeds."""
    lines = [
        "# What a contract and the catalogue can say",
        "",
        "Generated from `reference/` by `python -m ioc_pipeline.reference.contracts_page`; do not edit.",
        "",
        "A contract is one file `include/sources/<source>.yml`; [add_a_form.md](add_a_form.md) and"
        " [add_an_api.md](add_an_api.md) write one step by step. A key that is not listed here is refused with its file"
        " and its name. **Bold** keys must be there.",
    ]
    for title, model in MODELS.items():
        lines += ["", f"## {title}", "", (model.__doc__ or "").strip().replace("\n\n", "\n").replace("\n    ", " "), ""]
        lines += ["| key | value | default | meaning | example |", "| --- | --- | --- | --- | --- |"]
        lines += _keys(model)
    lines += ["", "## Types of columns", "", "| type | what a cell holds |", "| --- | --- |"]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in COLUMN_TYPES.items()]
    lines += [
        "",
        "# The catalogue",
        "",
        "CSV files in `include/seeds/`. A row that is wrong switches off its element or",
        "indicator and nothing else; `ioc status` tells file and line.",
    ]
    for name, columns in SEEDS.items():
        lines += ["", f"## {name}", "", "| column | meaning | values | example |", "| --- | --- | --- | --- |"]
        for column, said in columns.items():
            values = "<br>".join(f"`{value}` {meaning}" for value, meaning in said.values.items())
            lines.append(f"| `{column}` | {said.meaning} | {values} | {_code(said.example)} |")
    return "\n".join(lines) + "\n"


def _keys(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema(by_alias=True)
    for key, said in schema["properties"].items():
        is_required = key in schema.get("required", ())
        default = "" if is_required else _default(said.get("default"))
        cells = [f"**{key}**" if is_required else key, _value(said), default, said["description"]]
        yield f"| {' | '.join(_cell(cell) for cell in cells)} | {_code(_yaml(said['examples'][0]))} |"


def _value(said: dict[str, Any]) -> str:
    if "anyOf" in said:
        return " or ".join(_value(each) for each in said["anyOf"] if each.get("type") != "null")
    if "$ref" in said:
        title = said["$ref"].rpartition("/")[2]
        section = next(section for section, model in MODELS.items() if model.__name__ == title)
        return f"keys of [{section}](#{section.lower().replace(' ', '-').replace('.', '')})"
    if "enum" in said:
        return ", ".join(f"`{_yaml(each)}`" for each in said["enum"])
    if said["type"] == "array":
        return f"a list of: {_value(said['items'])}"
    if said["type"] == "object":
        return "names and values"
    if said.get("format") == "date":
        return "a day: 2025-09-14"
    bounds = [f"{sign} {said[name]}" for name, sign in _BOUNDS.items() if name in said]
    return " ".join([_PATTERNS[said["pattern"]] if "pattern" in said else _TYPES[said["type"]], *bounds])


_BOUNDS = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to"}


def _default(value: Any) -> str:
    if isinstance(value, dict):
        return ""  # that of its own keys
    return {"0001-01-01": "always", "9999-12-31": "always", "null": ""}.get(_yaml(value), _code(_yaml(value)))


def _yaml(value: Any) -> str:
    """As a contract writes it: flow style, quotes only where text would be taken for something else."""
    if isinstance(value, str):
        is_plain = value.translate({ord(sign): None for sign in "_/.-"}).isalnum() and not value.isdigit()
        return (
            value
            if is_plain or (value[:4].isdigit() and value.count("-") == 2)
            else json.dumps(value, ensure_ascii=False)
        )
    if isinstance(value, list):
        return f"[{', '.join(_yaml(each) for each in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(each)}" for key, each in value.items()) + "}"
    return json.dumps(value)


def _code(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(as_markdown(), end="")
