"""Contracts (`include/sources/<source>.yml`) → types; everything about one source that can change without code."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ioc_pipeline.errors import ContractError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
PeriodType = Literal["day", "week", "month", "quarter", "half_year", "nine_months", "year"]
Clock = Literal["management", "calendar"]
ColumnType = Literal[
    "count", "number", "percent", "money", "date", "period", "org_unit", "code", "text", "rank", "ratio"
]
Locale = Literal["vi", "en"]
Replaces = Literal["scope", "row", "record"]
Maturity = Literal["estimate", "preliminary", "official"]
NUMERIC: frozenset[ColumnType] = frozenset({"count", "number", "percent", "money", "rank", "ratio"})
ADDITIVE: frozenset[ColumnType] = frozenset({"count", "money"})


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Model):
    """One column of a table.

    `headers` are synonyms of the whole header, upper rows first, joined by a blank: "Số hồ sơ tiếp nhận Tổng số".
    `*` stands for any text. They are compared folded: case, diacritics, blanks and punctuation do not count.
    A `rank` (27/63) or `ratio` (6/8) column fills `element` and `of_element` from one cell.
    `multiplier` turns the written unit into the element's unit_measure (nghìn → 1000).
    """

    name: Name
    headers: Annotated[list[Text], Field(min_length=1)]
    type: ColumnType
    element: Name | None = None
    of_element: Name | None = None
    breakdown: str = ""
    level: Literal["country", "province", "commune", "agency"] | None = None
    required: bool = True
    blank: Literal["error", "no_data"] = "error"
    multiplier: int = 1
    locale: Locale | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.element and self.type not in NUMERIC:
            raise ValueError(f"column '{self.name}': a {self.type} column cannot fill an element")
        if (self.type in ("rank", "ratio")) != (self.of_element is not None):
            raise ValueError(f"column '{self.name}': of_element goes with type rank or ratio, and they with it")
        if (self.type == "org_unit") != (self.level is not None):
            raise ValueError(f"column '{self.name}': level goes with type org_unit, and it with level")
        return self


class PeriodRule(_Model):
    """Where the period of a delivery is written, first found first used, when no column holds it.

    `reads: date` takes a plain date ("thời điểm 1/10/2019") as the period it lies in; `label` wants a period.
    """

    places: Annotated[list[Literal["letterhead", "title", "header", "file_name"]], Field(min_length=1)] = [
        "letterhead",
        "title",
        "file_name",
    ]
    reads: Literal["label", "date"] = "label"


class Table(_Model):
    """One titled block. `org_unit` names the unit of every row when no column does: `province` or `reporter`.

    `unit_line` is what "Đơn vị tính: …" must say where the sheet has such a line, multiplier included: "tỷ đồng".
    """

    table: Name
    titles: Annotated[list[Text], Field(min_length=1)]
    replaces: Replaces = "scope"
    record_key: list[Name] = []
    org_unit: Literal["province", "reporter"] | None = None
    expects_all_units: bool = False
    period: PeriodRule = PeriodRule()
    check_totals: bool = True
    unit_line: Text | None = None
    columns: Annotated[list[Column], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = Counter(column.name for column in self.columns)
        if repeated := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"table '{self.table}': column names repeat: {', '.join(repeated)}")
        unit_columns = [column for column in self.columns if column.type == "org_unit"]
        if len(unit_columns) + (self.org_unit is not None) != 1:
            raise ValueError(f"table '{self.table}': one column of type org_unit, or else 'org_unit', names the unit")
        if sum(column.type == "period" for column in self.columns) > 1:
            raise ValueError(f"table '{self.table}': at most one column of type period")
        if self.replaces == "record" and not self.record_key:
            raise ValueError(f"table '{self.table}': replaces: record needs record_key")
        if unknown := set(self.record_key) - set(names):
            raise ValueError(f"table '{self.table}': record_key names no column: {', '.join(sorted(unknown))}")
        if self.expects_all_units and not unit_columns:
            raise ValueError(f"table '{self.table}': expects_all_units needs a column of type org_unit")
        return self

    @property
    def suite(self) -> str:
        """Name of the table's expectation suite within its source."""
        return self.table


class Csv(_Model):
    """How a CSV of this source is written; nothing is sniffed."""

    encoding: Literal["utf-8", "utf-16", "cp1258"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ";"


class Source(_Model):
    """One form. `department` is the folder under inbox/ and the unit that owes the form (`agencies.csv`).

    `missing_table: nothing_to_read` is for publishers whose workbooks often lack the table; a form is `returned`.
    """

    source: Name
    title: Text
    system: Text
    department: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    period_type: PeriodType
    clock: Clock
    due_working_days: Annotated[int, Field(ge=1)]
    reporting_since: date
    locale: Locale = "vi"
    maturity: Maturity = "official"
    missing_table: Literal["returned", "nothing_to_read"] = "returned"
    csv: Csv | None = None
    tables: Annotated[list[Table], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        repeated = [name for name, times in Counter(table.table for table in self.tables).items() if times > 1]
        if repeated:
            raise ValueError(f"table names repeat: {', '.join(repeated)}")
        return self

    def suite_name(self, table: Table) -> str:
        """Expectation suite of one table: `<source>__<table>`, the file's name in expectations/."""
        return f"{self.source}__{table.table}"


@dataclass(frozen=True)
class Contract:
    """A source with the bytes it was read from; `contract_hash` identifies its version for good."""

    source: Source
    content: bytes
    suites: dict[str, bytes] = field(default_factory=dict)

    @property
    def contract_hash(self) -> str:
        """SHA-256 over the contract and its suites, hex."""
        digest = hashlib.sha256(self.content)
        for name in sorted(self.suites):
            digest.update(name.encode() + self.suites[name])
        return digest.hexdigest()


@dataclass(frozen=True)
class Contracts:
    """What the folder holds: `ready` by source name; `broken` by file name, with the reason to show."""

    ready: dict[str, Contract]
    broken: dict[str, ContractError]

    def of_department(self, department: str) -> list[Contract]:
        """Contracts whose deliveries arrive in one department's folder, in the order of their names."""
        return [contract for _, contract in sorted(self.ready.items()) if contract.source.department == department]


def load_contracts(sources: Path, expectations: Path) -> Contracts:
    """Read every contract; a broken one stops itself and no other."""
    ready: dict[str, Contract] = {}
    broken: dict[str, ContractError] = {}
    for path in sorted(sources.glob("*.yml")):
        try:
            contract = read_contract(path, expectations)
        except ContractError as error:
            broken[path.name] = error
        else:
            ready[contract.source.source] = contract
    return Contracts(ready, broken)


def read_contract(path: Path, expectations: Path) -> Contract:
    """Read one contract and the bytes of its suites.

    Raises:
        ContractError: names file, line or key, and what is wrong.
    """
    content = path.read_bytes()
    try:
        source = Source.model_validate(read_yaml(content.decode("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path.name}: not readable as YAML: {error}") from error
    except ValidationError as error:
        raise ContractError("\n".join(_explain(path.name, detail) for detail in error.errors())) from error
    if source.source != path.stem:
        raise ContractError(f"{path.name}: source: is '{source.source}', must be the file's name '{path.stem}'")
    suites = {}
    for table in source.tables:
        suite = expectations / f"{source.suite_name(table)}.yml"
        if not suite.is_file():
            raise ContractError(f"{path.name}: table '{table.table}': no suite: expected {suite.name} in expectations/")
        suites[suite.stem] = suite.read_bytes()
    return Contract(source, content, suites)


class _UniqueKeyLoader(yaml.CSafeLoader):
    """PyYAML keeps the last of two equal keys silently; a contract that says two things is a mistake."""


def _unique_mapping(loader: yaml.CSafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"key '{key}' is written twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _unique_mapping)


def read_yaml(text: str) -> Any:
    """Plain data of a YAML text; a key written twice is a `yaml.YAMLError`, not silently the last one."""
    return yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506  # a SafeLoader


def _explain(file_name: str, detail: Any) -> str:
    key = ".".join(str(part) for part in detail["loc"]) or "(whole file)"
    found = "" if detail["type"] == "missing" else f" (found {detail['input']!r:.80})"
    return f"{file_name}: {key}: {detail['msg']}{found}"
