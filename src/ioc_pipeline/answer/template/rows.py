"""The lines between header and notes of a template: one a unit, a place for units or periods to be chosen, or one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from ioc_pipeline.answer.template.rules import Rule
from ioc_pipeline.domain.periods import Period, label, period_containing
from ioc_pipeline.reference.contracts import Contract
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.tables import ADDITIVE, Table

_PERIODS_OFFERED = 24  # of a table with a row a period


@dataclass(frozen=True, slots=True)
class Made:
    """What a template is made for. `reporter` is who fills it in, None where any commune may."""

    contract: Contract
    period: Period
    org_units: OrgUnits
    province_code: str
    reporter: OrgUnit | None


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one table by its columns' names: `filled` is printed and locked, one dict a line; `begun` is
    written in the first of them and may be changed. `lists` are what those columns choose from. A `has_total` line
    adds the others up.
    """

    filled: Sequence[Mapping[str, str]]
    begun: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Rule] = field(default_factory=dict)
    has_total: bool = False


def lines_of(made: Made, table: Table) -> Lines:
    """Every unit that must be there on the period's last day; where not all must be, or rows are periods, a choice."""
    unit_column = next((column for column in table.columns if column.type == "org_unit"), None)
    period_column = next((column for column in table.columns if column.type == "period"), None)
    begun: dict[str, str] = {}
    lists: dict[str, Rule] = {}
    count = 1
    if period_column:
        offered = list(islice(_back_from(made.period, made.contract), _PERIODS_OFFERED))
        begun[period_column.name] = label(made.period)
        lists[period_column.name] = Rule("Chọn kỳ của dòng này", choices=tuple(map(label, offered)))
        count = len(offered)
    if unit_column is None:
        has_keys = any(column.type in ("code", "text") and column.blank == "error" for column in table.columns)
        return Lines([{}] * (_PERIODS_OFFERED if has_keys else count), begun, lists)
    members = made.org_units.members(level=str(unit_column.level), province_code=made.province_code, on=made.period.end)
    names = [made.org_units.name_in_form(unit, made.period.end) for unit in members]
    adds_up = table.check_totals and any(column.type in ADDITIVE for column in table.columns)
    if table.expects_all_units:
        filled = [{unit_column.name: name, **begun} for name in names]
        return Lines(filled, {}, lists, has_total=adds_up and not period_column)
    own = next((name for unit, name in zip(members, names, strict=True) if unit.code == made.province_code), "")
    if own and not any(column.type == "rank" for column in table.columns):  # of the province alone; ranks compare all
        return Lines([{unit_column.name: own}] * count, begun, lists)
    lists[unit_column.name] = Rule("Chọn tên đơn vị", choices=tuple(names))
    return Lines([{}] * max(len(names), count), begun | ({unit_column.name: own} if own else {}), lists, adds_up)


def _back_from(period: Period, contract: Contract) -> Iterator[Period]:
    source = contract.source
    while True:
        yield period
        try:
            period = period_containing(date.fromordinal(period.start.toordinal() - 1), source.period_type, source.clock)
        except ValueError:  # nine months: the last quarter before lies in none
            return
