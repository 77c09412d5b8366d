"""Elements, indicators, their terms and targets (`include/seeds/`) → types; a bad row disables only itself."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ioc_pipeline.errors import ContractError

ELEMENT_COLUMNS = (
    "element_code",
    "name_vi",
    "unit_measure",
    "kind",
    "space_aggregation",
    "time_aggregation",
    "weight_element",
    "max_age_months",
    "source_order",
)
INDICATOR_COLUMNS = (
    "indicator_code",
    "alias_code",
    "name_vi",
    "name_en",
    "system_code",
    "owner_code",
    "unit_measure",
    "direction",
    "shape",
    "numerator_element",
    "denominator_element",
    "factor",
    "decimals",
    "space_aggregation",
    "definition_vi",
    "definition_source",
)
TERM_COLUMNS = ("indicator_code", "role", "element_code", "breakdown", "coefficient")
TARGET_COLUMNS = (
    "indicator_code",
    "org_unit_code",
    "period_start_date",
    "period_end_date",
    "target_value",
    "direction",
    "legal_source",
    "is_example",
)


@dataclass(frozen=True, slots=True)
class Element:
    """One measured thing. `sources` may give it, the first is believed.

    `space_aggregation` says how a province's value comes from its communes or agencies: sum; weighted by
    `weight_element`; max; or none. `mean_by_decree` is none there, and the simple mean over a merger.
    `time_aggregation` is sum, last or none. A stock may serve as a denominator until it is `max_age_months` old.
    """

    code: str
    name_vi: str
    unit_measure: str
    kind: str
    space_aggregation: str
    time_aggregation: str
    weight_element: str
    max_age_months: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a numerator or a denominator: `coefficient` times the element at that breakdown."""

    role: str
    element_code: str
    breakdown: str
    coefficient: Decimal


@dataclass(frozen=True, slots=True)
class Target:
    """A value to reach in a period. `is_example` is another province's target: shown, never judged by."""

    indicator_code: str
    org_unit_code: str
    period_start: date
    period_end: date
    value: Decimal
    direction: str
    legal_source: str
    is_example: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """Sum of the numerator's terms × factor, over the sum of the denominator's when the shape is ratio."""

    code: str
    alias_code: str
    name_vi: str
    system_code: str
    owner_code: str
    unit_measure: str
    direction: str
    shape: str
    factor: Decimal
    decimals: int
    space_aggregation: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be used, by code; `disabled` says of every other code which file and line, and why."""

    elements: dict[str, Element]
    indicators: dict[str, Indicator]
    targets: list[Target]
    disabled: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a seed; `place` is its file and physical line."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        if self[column] not in allowed:
            raise ValueError(
                f"{self.place}: {column} is '{self[column]}', expected one of {', '.join(sorted(allowed))}"
            )
        return self[column]

    def filled(self, column: str) -> str:
        if not self[column]:
            raise ValueError(f"{self.place}: {column} is empty")
        return self[column]

    def number(self, column: str) -> Decimal:
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ValueError(f"{self.place}: {column} is '{self[column]}', expected a number such as 97.25")
        return number

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self[column])
        except ValueError:
            raise ValueError(
                f"{self.place}: {column} is '{self[column]}', expected a date such as 2025-09-14"
            ) from None


def load_catalogue(seeds: Path) -> Catalogue:
    """Read and check elements.csv, indicators.csv, indicator_terms.csv and targets.csv.

    A faulty row switches off its element or indicator, and an element those indicators that need it; the others stand.

    Raises:
        ContractError: a file is missing, is not UTF-8 CSV, or has other columns; names file, line and what is expected.
    """
    disabled: dict[str, str] = {}
    elements: dict[str, Element] = {}
    for code, row in _rows(seeds / "elements.csv", ELEMENT_COLUMNS, disabled, is_key=True):
        try:
            elements[code] = _element(row)
        except ValueError as error:
            disabled[code] = str(error)
    terms: dict[str, list[tuple[_Row, Term]]] = {}
    for code, row in _rows(seeds / "indicator_terms.csv", TERM_COLUMNS, disabled):
        try:
            term = Term(
                row.one_of("role", {"numerator", "denominator"}),
                row.filled("element_code"),
                row["breakdown"],
                row.number("coefficient"),
            )
        except ValueError as error:
            disabled.setdefault(code, str(error))
        else:
            terms.setdefault(code, []).append((row, term))
    indicators: dict[str, Indicator] = {}
    for code, row in _rows(seeds / "indicators.csv", INDICATOR_COLUMNS, disabled, is_key=True):
        try:
            indicators[code] = _indicator(row, terms.get(code, []), elements, disabled)
        except ValueError as error:
            disabled.setdefault(code, str(error))
    targets: list[Target] = []
    known = set(indicators) | set(disabled)
    for code, row in _rows(seeds / "targets.csv", TARGET_COLUMNS, disabled):
        try:
            targets.append(_target(row, known))
        except ValueError as error:
            disabled.setdefault(code, str(error))
    for code, found in terms.items():
        if code not in known:
            disabled[code] = f"{found[0][0].place}: indicator_code '{code}' is not in indicators.csv"
    return Catalogue(
        elements,
        {code: indicator for code, indicator in indicators.items() if code not in disabled},
        [target for target in targets if target.indicator_code not in disabled],
        disabled,
    )


def _rows(
    path: Path, columns: tuple[str, ...], disabled: dict[str, str], *, is_key: bool = False
) -> Iterator[tuple[str, _Row]]:
    """Rows by the code in their first column; a row of another width disables its code, as a repeated key does."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContractError(f"{path.name}: cannot be read: {error}") from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        lines = [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as error:
        raise ContractError(f"{path.name} line {reader.line_num}: not readable as CSV: {error}") from error
    if not lines or tuple(lines[0][1]) != columns:
        raise ContractError(f"{path.name} line 1: expected the columns {','.join(columns)}")
    times = Counter(cells[0] for _, cells in lines[1:])
    for line, cells in lines[1:]:
        place, code = f"{path.name} line {line}", cells[0]
        if not code:
            raise ContractError(f"{place}: {columns[0]} is empty")
        if len(cells) != len(columns):
            disabled[code] = f"{place}: {len(cells)} values, expected {len(columns)}"
        elif is_key and times[code] > 1:
            disabled[code] = f"{place}: {columns[0]} '{code}' is listed {times[code]} times"
        else:
            yield code, _Row(place, dict(zip(columns, cells, strict=True)))


def _element(row: _Row) -> Element:
    return Element(
        row["element_code"],
        row.filled("name_vi"),
        row.filled("unit_measure"),
        row.one_of("kind", {"stock", "flow", "rate"}),
        row.one_of("space_aggregation", {"sum", "weighted", "mean_by_decree", "max", "none"}),
        row.one_of("time_aggregation", {"sum", "last", "none"}),
        row["weight_element"],
        int(row.number("max_age_months")) if row["max_age_months"] else 0,
        tuple(row.filled("source_order").split(">")),
    )


def _indicator(
    row: _Row, listed: list[tuple[_Row, Term]], elements: dict[str, Element], disabled: dict[str, str]
) -> Indicator:
    shape = row.one_of("shape", {"ratio", "sum"})
    indicator = Indicator(
        row["indicator_code"],
        row["alias_code"],
        row.filled("name_vi"),
        row.filled("system_code"),
        row.filled("owner_code"),
        row.filled("unit_measure"),
        row.one_of("direction", {"up", "down", "none"}),
        shape,
        row.number("factor"),
        _decimals(row),
        row.one_of("space_aggregation", {"from_terms", "none"}),
        (*_terms_of(row, "numerator", listed), *(_terms_of(row, "denominator", listed) if shape == "ratio" else ())),
    )
    row.filled("definition_vi")
    row.filled("definition_source")
    if shape == "sum" and (row["denominator_element"] or any(term.role == "denominator" for _, term in listed)):
        raise ValueError(f"{row.place}: shape is sum, but there is a denominator")
    for term in indicator.terms:
        if term.element_code not in elements:
            reason = disabled.get(term.element_code, "expected a row of elements.csv")
            raise ValueError(f"{row.place}: unknown element '{term.element_code}': {reason}")
    _check_units(row, indicator, elements)
    return indicator


def _decimals(row: _Row) -> int:
    number = row.number("decimals")
    if number != int(number) or not 0 <= number <= 12:
        raise ValueError(f"{row.place}: decimals is '{row['decimals']}', expected a whole number from 0 to 12")
    return int(number)


def _terms_of(row: _Row, role: str, listed: list[tuple[_Row, Term]]) -> tuple[Term, ...]:
    """Terms of one role: the plain element of the indicator's own row, or those listed in indicator_terms.csv."""
    plain = row[f"{role}_element"]
    terms = tuple(term for _, term in listed if term.role == role)
    if plain and terms:
        raise ValueError(
            f"{row.place}: {role}_element is '{plain}', and indicator_terms.csv lists a {role} too: say it once"
        )
    if not plain and not terms:
        raise ValueError(f"{row.place}: no {role}: fill {role}_element or list its terms in indicator_terms.csv")
    return (Term(role, plain, "", Decimal(1)),) if plain else terms


def _check_units(row: _Row, indicator: Indicator, elements: dict[str, Element]) -> None:
    """What is added must have one unit, a percentage compares like with like, and a plain sum keeps its unit."""
    units = {
        role: {elements[term.element_code].unit_measure for term in indicator.terms if term.role == role}
        for role in ("numerator", "denominator")
    }
    for role, found in units.items():
        if len(found) > 1:
            raise ValueError(f"{row.place}: the {role} adds {' and '.join(sorted(found))}")
    if indicator.shape == "ratio" and indicator.unit_measure == "pct" and units["numerator"] != units["denominator"]:
        over = f"{units['numerator'].pop()} over {units['denominator'].pop()}"
        raise ValueError(f"{row.place}: unit_measure is pct, but the terms are {over}")
    if indicator.shape == "sum" and indicator.factor == 1 and units["numerator"] != {indicator.unit_measure}:
        unit = units["numerator"].pop()
        raise ValueError(f"{row.place}: unit_measure is {indicator.unit_measure}, but the terms are {unit}")


def _target(row: _Row, known: set[str]) -> Target:
    if row["indicator_code"] not in known:
        raise ValueError(f"{row.place}: indicator_code '{row['indicator_code']}' is not in indicators.csv")
    target = Target(
        row["indicator_code"],
        row.filled("org_unit_code"),
        row.day("period_start_date"),
        row.day("period_end_date"),
        row.number("target_value"),
        row.one_of("direction", {"at_least", "at_most"}),
        row.filled("legal_source"),
        row.one_of("is_example", {"true", "false"}) == "true",
    )
    if target.period_end < target.period_start:
        raise ValueError(f"{row.place}: the period ends before it starts")
    return target
