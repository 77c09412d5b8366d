"""One source, that is one form or one API: whose it is, when it is due, how it is written."""

from datetime import date
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from ioc_pipeline.domain.periods import Clock, Maturity, PeriodType
from ioc_pipeline.reference.apis import Api, Model, Name, Text
from ioc_pipeline.reference.tables import Locale, Table


class Csv(Model):
    """How a CSV of this source is written; nothing is sniffed."""

    encoding: Literal["utf-8", "utf-16", "cp1258"] = Field(
        default="utf-8", description="How its bytes are letters.", examples=["utf-16"]
    )
    delimiter: Literal[",", ";", "\t"] = Field(
        default=";", description="What stands between two values.", examples=[","]
    )


class Source(Model):
    """One form, or one API where `api` is given."""

    name: Name = Field(
        alias="source", description="The source's name, which is its file's.", examples=["admin_procedures"]
    )
    title: Text = Field(
        description="What people call the form or the system.",
        examples=["Biểu 01/TTHC - Giải quyết thủ tục hành chính"],
    )
    system: Text = Field(
        description="Which of the province's systems it belongs to, a code of systems.csv.", examples=["02"]
    )
    department: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")] = Field(
        description="Who answers for it, an org_unit_code of agencies.csv.", examples=["vp-ubnd"]
    )
    reporters: Literal["department", "communes"] = Field(
        default="department",
        description="Who owes the form: `department` from its folder `inbox/<department>/`, or with `communes` every "
        "commune of the province its own, from `inbox/<commune code>/`.",
        examples=["communes"],
    )
    period_type: PeriodType = Field(
        description="How long a period of the form is; for each of them one report is owed.", examples=["month"]
    )
    clock: Clock = Field(
        description="When a period begins and ends. `management`: from the 15th to the 14th, so that September 2025 is "
        "2025-08-15 to 2025-09-14 and the year begins on 15 December. `calendar`: from the 1st to the last day.",
        examples=["management"],
    )
    due_working_days: Annotated[int, Field(ge=1)] = Field(
        description="A report is on time until the end of this working day after its period.", examples=[2]
    )
    window_working_days: Annotated[int, Field(ge=0)] | None = Field(
        default=None,
        description="So many working days after the due day a report still counts as that of its period; for ever if "
        "not given.",
        examples=[10],
    )
    reporting_since: date = Field(
        description="The first day of the first period that is owed. Older ones may be filled in and are never late.",
        examples=["2025-07-15"],
    )
    reporting_until: date = Field(
        default=date.max,
        description="The last day of the last period that is owed, of a form that is not asked for any more.",
        examples=["2025-06-30"],
    )
    locale: Locale = Field(
        default="vi", description="How numbers are written: `vi` 1.234,5 or `en` 1,234.5.", examples=["en"]
    )
    maturity: Maturity = Field(
        default="official",
        description="How settled its figures are, where a label does not say (ước, sơ bộ, chính thức).",
        examples=["preliminary"],
    )
    missing_table: Literal["returned", "nothing_to_read"] = Field(
        default="returned",
        description="What a workbook without the table is: `nothing_to_read` for publishers whose workbooks often lack "
        "it.",
        examples=["nothing_to_read"],
    )
    csv: Csv | None = Field(
        default=None, description="That the form may come as CSV, and how.", examples=[{"encoding": "utf-8"}]
    )
    api: Api | None = Field(
        default=None,
        description="That the source is an API, and how it is asked.",
        examples=[{"connection": "portal", "schedule": "0 6 * * *", "path": "/data"}],
    )
    tables: Annotated[list[Table], Field(min_length=1)] = Field(
        description="The tables of the form or of the API's responses.",
        examples=[
            [{"table": "years", "org_unit": "province", "columns": [{"name": "a", "headers": ["A"], "type": "text"}]}]
        ],
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for table in self.tables:
            if self.api is None and not table.titles:
                raise ValueError(f"table '{table.name}': a form's table is found by its titles")
            if any((column.field is None) == (self.api is not None) for column in table.columns):
                raise ValueError(f"table '{table.name}': columns of an API have a field, columns of a form headers")
        if self.api is not None:
            self._check_api(self.api)
        for one, other in combinations(self.tables, 2):
            if one.record and one.record == other.record and one.name != other.name:
                raise ValueError(f"tables '{one.name}' and '{other.name}': raw.{one.record} takes the records of one")
            if one.name == other.name and one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
                raise ValueError(f"table '{one.name}' has two layouts at the same time: set valid_from and valid_to")
        return self

    def _check_api(self, api: Api) -> None:
        if self.reporters != "department" or self.csv is not None:
            raise ValueError("an API is its department's, and no CSV: no reporters, no csv")
        if api.paging.total_field and api.vary:
            raise ValueError("api.paging.total_field: with vary, a response counts one of several requests only")
        asks = api.period and (self.period_type == "year" or getattr(api.period, self.period_type, None))
        for table in self.tables:
            if any(column.type == "period" for column in table.columns):
                raise ValueError(f"table '{table.name}': an API is asked for its period: no column of type period")
            if not table.record and not asks:
                raise ValueError(
                    f"table '{table.name}': figures need api.period with the parameter of a {self.period_type}"
                )
            reads = {column.field for column in table.columns if column.type == "timestamp"}
            if api.watermark and api.watermark.field not in reads:
                raise ValueError(
                    f"table '{table.name}': api.watermark.field: expected the field of a column of type timestamp"
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
        return table.suite or f"{self.name}__{table.name}"
