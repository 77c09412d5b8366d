"""One table of a contract: its titles, its columns and what they mean, what a new delivery of it replaces."""

from collections import Counter
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ioc_pipeline.reference.apis import Model, Name, Text

ColumnType = Literal[
    "count", "number", "percent", "money", "date", "timestamp", "period", "org_unit", "code", "text", "rank", "ratio"
]
COLUMN_TYPES: dict[ColumnType, str] = {
    "count": "a whole number, not negative",
    "number": "a number with or without decimals",
    "percent": "a percentage on the scale 0-100, with or without its sign",
    "money": "an amount in the unit that `multiplier` or the table's `unit_line` says",
    "date": "a day, day before month; of an API ISO 8601",
    "timestamp": "a moment; of an API ISO 8601 with its zone",
    "period": "the period of the row, as people write it: Tháng 9/2025, Quý III/2025",
    "org_unit": "the name or code of the unit that the row describes",
    "code": "an identifier, whose leading zeros count",
    "text": "any text",
    "rank": "27/63: the rank goes into `element`, of how many into `of_element`",
    "ratio": "6/8: how many goes into `element`, of how many into `of_element`",
}
"""What a column of each type holds."""
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
        "turn",
        "catalogue_fault",
        "release",
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
    """One column of a table: a form's is found by its `headers`, an API's by its `field`."""

    name: Name = Field(description="The column in expectation suites and in raw.", examples=["received_count"])
    headers: list[Text] = Field(
        default=[],
        description="Synonyms of the whole header, as the form or an older layout of it writes it. Of merged headers "
        "the upper rows come first, joined by a blank: a cell *Tổng số* under a merged *Số hồ sơ tiếp nhận* is "
        "“Số hồ sơ tiếp nhận Tổng số”. `*` stands for any text. Case, diacritics, blanks and punctuation do not count.",
        examples=[["Số hồ sơ tiếp nhận Tổng số", "Tổng số hồ sơ tiếp nhận"]],
    )
    field: Text | None = Field(
        default=None,
        description="Of an API: the field of a record that the column reads; names of nested objects joined by dots. "
        "`$fetched_at` is the time of the response, for an API whose records say theirs nowhere.",
        examples=["applicant.communeCode"],
    )
    type: ColumnType = Field(
        description="What its cells hold; see Types of columns. Nothing is inferred from a file.", examples=["count"]
    )
    element: Name | None = Field(
        default=None,
        description="What the column measures, a row of elements.csv. Without it the column is read and checked, and "
        "kept only as a part of a record.",
        examples=["tthc_received"],
    )
    of_element: Name | None = Field(
        default=None,
        description="With type rank or ratio: the element that the m of “n/m” is.",
        examples=["index766_ranked_units"],
    )
    breakdown: str = Field(
        default="", description="Which part of the element this column is, as dimension=member.", examples=["level=2"]
    )
    level: Literal["country", "province", "district", "commune", "agency"] | None = Field(
        default=None, description="With type org_unit: the level of the units that are named.", examples=["commune"]
    )
    required: bool = Field(default=True, description="Whether a file without the column comes back.", examples=[False])
    blank: Literal["error", "no_data"] = Field(
        default="error",
        description="What an empty cell is: `error` returns the file, `no_data` is a value that is not there.",
        examples=["no_data"],
    )
    multiplier: int = Field(
        default=1,
        description="Turns the unit that is written into the element's unit_measure: 1000 where the form is in "
        "thousands.",
        examples=[1000],
    )
    locale: Locale | None = Field(
        default=None, description="How this column writes numbers, where it differs from the source.", examples=["en"]
    )

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
    """Where the period of a delivery is written when no column holds it."""

    places: list[Literal["letterhead", "title", "header", "file_name"]] = Field(
        default=["letterhead", "title", "file_name"],
        min_length=1,
        description="Where it is looked for; the first place that has one is used.",
        examples=[["title", "file_name"]],
    )
    reads: Literal["label", "date"] = Field(
        default="label",
        description="`label` wants a period (Tháng 9/2025); `date` takes a plain date (thời điểm 1/10/2019) as the "
        "period it lies in.",
        examples=["date"],
    )


class Table(Model):
    """One titled block of a form, or the records of an API that fulfil `where`.

    Tables of one name are the layouts of their times.
    """

    name: Name = Field(
        alias="table",
        description="The table's name; its suite is `expectations/<source>__<table>.yml`.",
        examples=["settlements"],
    )
    titles: list[Text] = Field(
        default=[],
        description="Of a form: what the title above the table says, in any of these words. Sheet names and positions "
        "do not count, since publishers change them.",
        examples=[["Tình hình giải quyết thủ tục hành chính"]],
    )
    where: dict[Text, str] = Field(
        default={},
        description="Of an API with several tables: the fields, as text, that tell this table's records.",
        examples=[{"kind": "commune"}],
    )
    record: Name | None = Field(
        default=None,
        description="Keeps each row as a record of its own in `raw.<record>`, with the types of its columns, in place "
        "of figures.",
        examples=["dossier"],
    )
    valid_from: date = Field(
        default=date.min,
        description="The layout holds for periods that end on this day or later.",
        examples=["2025-07-01"],
    )
    valid_to: date = Field(
        default=date.max,
        description="The layout holds for periods that end on this day or before.",
        examples=["2025-06-30"],
    )
    suite: Name | None = Field(
        default=None,
        description="A layout's own expectation suite, where its columns differ.",
        examples=["telecom_coverage__districts"],
    )
    replaces: Replaces = Field(
        default="scope",
        description="What a newer delivery takes the place of: `scope` the whole table of that reporter and period, "
        "`row` the rows of the same unit and period, `record` the records with the same key.",
        examples=["row"],
    )
    record_key: list[Name] = Field(
        default=[],
        description="With replaces: record, the columns that tell one record from another.",
        examples=[["dossier_code"]],
    )
    org_unit: Literal["province", "reporter"] | None = Field(
        default=None,
        description="Whom every row describes, when no column of type org_unit does.",
        examples=["province"],
    )
    expects_all_units: bool = Field(
        default=False,
        description="Whether a file in which a unit of that level is missing comes back.",
        examples=[True],
    )
    period: PeriodRule = Field(
        default=PeriodRule(),
        description="Where the period is written, when no column holds it.",
        examples=[{"reads": "date"}],
    )
    check_totals: bool = Field(
        default=True, description="Whether rows of totals must be the sum of their parts.", examples=[False]
    )
    unit_line: Text | None = Field(
        default=None,
        description="What a line “Đơn vị tính: …” must say where the sheet has one, multiplier included.",
        examples=["tỷ đồng"],
    )
    to_date: bool = Field(
        default=False,
        description="Whether figures are counted up to the period's end, as stocks are: “số lũy kế” is what such a "
        "form should say.",
        examples=[True],
    )
    columns: Annotated[list[Column], Field(min_length=1)] = Field(
        description="The columns that are read; others are told in a warning.",
        examples=[[{"name": "year", "headers": ["Năm"], "type": "period"}]],
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = Counter(column.name for column in self.columns)
        if repeated := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"table '{self.name}': column names repeat: {', '.join(repeated)}")
        if self.valid_to < self.valid_from:
            raise ValueError(f"table '{self.name}': valid_to lies before valid_from")
        if self.record and (self.replaces != "record" or any(column.element for column in self.columns)):
            raise ValueError(f"table '{self.name}': records go with replaces: record, and fill no element themselves")
        if self.record in OWN_TABLES:
            raise ValueError(f"table '{self.name}': record: raw.{self.record} is a table of the pipeline's own")
        if self.record and (taken := _RECORD_COLUMNS.intersection(names)):
            raise ValueError(f"table '{self.name}': every record has a {', '.join(sorted(taken))} already")
        unit_columns = [column for column in self.columns if column.type == "org_unit"]
        if len(unit_columns) + (self.org_unit is not None) != 1:
            raise ValueError(f"table '{self.name}': one column of type org_unit, or else 'org_unit', names the unit")
        if sum(column.type == "period" for column in self.columns) > 1:
            raise ValueError(f"table '{self.name}': at most one column of type period")
        if self.replaces == "record" and not self.record_key:
            raise ValueError(f"table '{self.name}': replaces: record needs record_key")
        if unknown := set(self.record_key) - set(names):
            raise ValueError(f"table '{self.name}': record_key names no column: {', '.join(sorted(unknown))}")
        if self.expects_all_units and not unit_columns:
            raise ValueError(f"table '{self.name}': expects_all_units needs a column of type org_unit")
        return self
