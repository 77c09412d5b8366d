"""Contracts (`include/sources/<source>.yml`) → types; everything about one source that can change without code."""

import hashlib
import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.domain.periods import Clock, PeriodType
from ioc_pipeline.reference.apis import Api, Model, Name, Text

ColumnType = Literal[
    "count", "number", "percent", "money", "date", "timestamp", "period", "org_unit", "code", "text", "rank", "ratio"
]
Locale = Literal["vi", "en"]
Replaces = Literal["scope", "row", "record"]
Maturity = Literal["estimate", "preliminary", "official"]
NUMERIC: frozenset[ColumnType] = frozenset({"count", "number", "percent", "money", "rank", "ratio"})
_COMMUNE = re.compile(r"\d{5}")  # Decision 124/2004/QĐ-TTg: five digits
ADDITIVE: frozenset[ColumnType] = frozenset({"count", "money"})
FETCHED_AT = "$fetched_at"
OWN_TABLES = frozenset(
    {
        "observation",
        "delivery",
        "delivery_scope",
        "delivery_error",
        "check_result",
        "load",
        "waiver",
        "working_day",
        "reporting_obligation",
        "element",
        "indicator",
        "indicator_term",
        "target",
        "catalogue_fault",
    }
)
"""Tables of the schema raw that the pipeline fills itself."""
_RECORD_COLUMNS = frozenset(
    {
        "load_seq",
        "delivery_seq",
        "source_name",
        "record_key",
        "reporting_unit_code",
        "org_unit_code",
        "org_unit_name",
        "latest_possible_at",
        "sheet_name",
        "cell_address",
    }
)


class Column(Model):
    """One column of a table.

    A form's column is found by its `headers`, an API's by its `field`: names of nested objects joined by dots, or
    `$fetched_at`, the time of the answer, which stands in the envelope only.
    `headers` are synonyms of the whole header, upper rows first, joined by a blank: "Số hồ sơ tiếp nhận Tổng số".
    `*` stands for any text. They are compared folded: case, diacritics, blanks and punctuation do not count.
    A `rank` (27/63) or `ratio` (6/8) column fills `element` and `of_element` from one cell.
    `multiplier` turns the written unit into the element's unit_measure (nghìn → 1000).
    """

    name: Name
    headers: list[Text] = Field(default=[])
    field: Text | None = None
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
        if bool(self.headers) == bool(self.field):
            raise ValueError(f"column '{self.name}': headers (of a form) or field (of an API), one of them")
        if self.field and self.field.startswith("$") and (self.field, self.type) != (FETCHED_AT, "timestamp"):
            raise ValueError(f"column '{self.name}': field: of the envelope there is {FETCHED_AT}, of type timestamp")
        if (self.type == "org_unit") != (self.level is not None):
            raise ValueError(f"column '{self.name}': level goes with type org_unit, and it with level")
        return self


class PeriodRule(Model):
    """Where the period of a delivery is written, first found first used, when no column holds it.

    `reads: date` takes a plain date ("thời điểm 1/10/2019") as the period it lies in; `label` wants a period.
    """

    places: list[Literal["letterhead", "title", "header", "file_name"]] = Field(
        default=["letterhead", "title", "file_name"], min_length=1
    )
    reads: Literal["label", "date"] = "label"


class Table(Model):
    """One titled block of a form, or the rows of an API's answer that fulfil `where` (field: value, as text).

    `org_unit` names the unit of every row when no column does: `province` or `reporter`.
    `unit_line` is what "Đơn vị tính: …" must say where the sheet has such a line, multiplier included: "tỷ đồng".
    `record` makes the rows records of their own: kept in `raw.<record>` with their columns' types, not observations.
    Tables of one name are the layouts of their times: each holds for the periods that end from `valid_from` to
    `valid_to`, both included; `suite` names a layout's own expectation suite where its columns differ.
    """

    table: Name
    titles: list[Text] = Field(default=[])
    where: dict[Text, str] = Field(default={})
    record: Name | None = None
    valid_from: date = date.min
    valid_to: date = date.max
    suite: Name | None = None
    replaces: Replaces = "scope"
    record_key: list[Name] = Field(default=[])
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
        if self.valid_to < self.valid_from:
            raise ValueError(f"table '{self.table}': valid_to lies before valid_from")
        if self.record and (self.replaces != "record" or any(column.element for column in self.columns)):
            raise ValueError(f"table '{self.table}': records go with replaces: record, and fill no element themselves")
        if self.record in OWN_TABLES:
            raise ValueError(f"table '{self.table}': record: raw.{self.record} is a table of the pipeline's own")
        if self.record and (taken := _RECORD_COLUMNS.intersection(names)):
            raise ValueError(f"table '{self.table}': every record has a {', '.join(sorted(taken))} already")
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


class Csv(Model):
    """How a CSV of this source is written; nothing is sniffed."""

    encoding: Literal["utf-8", "utf-16", "cp1258"] = "utf-8"
    delimiter: Literal[",", ";", "\t"] = ";"


class Source(Model):
    """One form, or one API where `api` is given. `department` (`agencies.csv`) answers for it.

    `reporters: department` owes the form itself, from its folder `inbox/<department>/`; with `communes` every commune
    of the province owes its own, from `inbox/<commune code>/`. `reporting_since` is the first day of the first period
    that is owed: older ones may be filled in later and are never late. `window_working_days` after the due day a
    report still counts as the report of its period; open if not given.
    `missing_table: nothing_to_read` is for publishers whose workbooks often lack the table; a form is `returned`.
    """

    source: Name
    title: Text
    system: Text
    department: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    reporters: Literal["department", "communes"] = "department"
    period_type: PeriodType
    clock: Clock
    due_working_days: Annotated[int, Field(ge=1)]
    window_working_days: Annotated[int, Field(ge=0)] | None = None
    reporting_since: date
    locale: Locale = "vi"
    maturity: Maturity = "official"
    missing_table: Literal["returned", "nothing_to_read"] = "returned"
    csv: Csv | None = None
    api: Api | None = None
    tables: Annotated[list[Table], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for table in self.tables:
            if self.api is None and not table.titles:
                raise ValueError(f"table '{table.table}': a form's table is found by its titles")
            if any((column.field is None) == (self.api is not None) for column in table.columns):
                raise ValueError(f"table '{table.table}': columns of an API have a field, columns of a form headers")
        if self.api is not None:
            self._check_api(self.api)
        for one, other in combinations(self.tables, 2):
            if one.record and one.record == other.record and one.table != other.table:
                raise ValueError(f"tables '{one.table}' and '{other.table}': raw.{one.record} takes the records of one")
            if one.table == other.table and one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
                raise ValueError(f"table '{one.table}' has two layouts at the same time: set valid_from and valid_to")
        return self

    def _check_api(self, api: Api) -> None:
        if self.reporters != "department" or self.csv is not None:
            raise ValueError("an API is its department's, and no CSV: no reporters, no csv")
        asks = api.period and (self.period_type == "year" or getattr(api.period, self.period_type, None))
        for table in self.tables:
            if any(column.type == "period" for column in table.columns):
                raise ValueError(f"table '{table.table}': an API is asked for its period: no column of type period")
            if not table.record and not asks:
                raise ValueError(
                    f"table '{table.table}': figures need api.period with the parameter of a {self.period_type}"
                )
            reads = {column.field for column in table.columns if column.type == "timestamp"}
            if api.watermark and api.watermark.field not in reads:
                raise ValueError(
                    f"table '{table.table}': api.watermark.field: expected the field of a column of type timestamp"
                    f" (found {api.watermark.field})"
                )

    @property
    def folder(self) -> str:
        """The inbox folder it arrives in, for people; every commune has its own."""
        return "<mã xã, phường>" if self.reporters == "communes" else self.department

    def on(self, day: date) -> Self:
        """The source as it was on one day: of each table the layout that held then, none if none did."""
        tables = [table for table in self.tables if table.valid_from <= day <= table.valid_to]
        return self.model_copy(update={"tables": tables})

    def suite_name(self, table: Table) -> str:
        """Expectation suite of one table: the file's name in expectations/, `<source>__<table>` unless it says so."""
        return table.suite or f"{self.source}__{table.table}"


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
        """Forms that arrive in one folder, a department's or a commune's, in the order of their names."""
        return [
            contract
            for _, contract in sorted(self.ready.items())
            if contract.source.api is None
            and (
                _COMMUNE.fullmatch(department) is not None
                if contract.source.reporters == "communes"
                else contract.source.department == department
            )
        ]

    def apis(self) -> list[Contract]:
        """The contracts of APIs, in the order of their names."""
        return [contract for _, contract in sorted(self.ready.items()) if contract.source.api]


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
    try:
        content = path.read_bytes()
        source = Source.model_validate(read_yaml(content.decode("utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, OSError) as error:
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
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, Hashable):
            raise yaml.constructor.ConstructorError(None, None, "a key must be a name", key_node.start_mark)
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
    found = "" if detail["type"] in ("missing", "value_error") else f" (found {detail['input']!r:.80})"
    return f"{file_name}: {key}: {detail['msg']}{found}"
