"""One table of a contract: its titles, its columns and what they mean, what a new delivery of it replaces."""

from collections import Counter
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ioc_pipeline.reference.apis import Model, Name, Text

ColumnType = Literal[
    "count", "number", "percent", "money", "date", "timestamp", "period", "org_unit", "code", "text", "rank", "ratio"
]
Locale = Literal["vi", "en"]
Replaces = Literal["scope", "row", "record"]
NUMERIC: frozenset[ColumnType] = frozenset({"count", "number", "percent", "money", "rank", "ratio"})
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
    `to_date` says that figures are counted up to the period's end (stocks): "số lũy kế" is what such a form should say.
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
    to_date: bool = False
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
