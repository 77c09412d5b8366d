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

    name: Name = Field(alias="source")
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
        if api.paging.total_field and api.vary:
            raise ValueError("api.paging.total_field: with vary, an answer counts one of several requests only")
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
        return table.suite or f"{self.name}__{table.table}"
