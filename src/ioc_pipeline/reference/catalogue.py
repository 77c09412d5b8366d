"""Elements, indicators, their terms and targets (`include/seeds/`) → types; a bad row disables only itself."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Literal

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.seeds import read_lines

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
SYSTEM_COLUMNS = ("system_code", "name_vi", "name_en", "owner")

_SHAPES = {"ratio", "sum", "mean_of_units", "share_of_units"}
_INDICATOR = "indicator:"  # a term that names another indicator, a sum
_MOST_MONTHS = 120
_MOST_NESTED = 20
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_LARGE = 10**9  # no factor, coefficient or target is; a typing error may be


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
    """What is computed from elements, by its shape; the value is always multiplied by `factor`.

    sum: the numerator's terms added up. ratio: their sum over that of the denominator's. mean_of_units: for a province
    the simple mean of what its units have as a sum or ratio. share_of_units: the share of its units whose ratio
    reaches `threshold`. A unit alone has its own value in a mean, and `factor` or 0 in a share.
    """

    code: str
    alias_code: str
    name_vi: str
    name_en: str
    system_code: str
    owner_code: str
    unit_measure: str
    direction: str
    shape: str
    factor: Decimal
    threshold: Decimal | None
    decimals: int
    space_aggregation: str
    definition_vi: str
    definition_source: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be used, and so disables the element or indicator it is about.

    `name_vi` and `system_code` are those of an indicator's own row as far as it can be read, else empty.
    """

    kind: Literal["element", "indicator"]
    code: str
    file_name: str
    line_number: int
    reason: str
    name_vi: str = ""
    system_code: str = ""

    def __str__(self) -> str:
        return f"{self.file_name} line {self.line_number}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be used, by code, and the first fault of every other code. Terms name elements only."""

    elements: dict[str, Element]
    indicators: dict[str, Indicator]
    targets: list[Target]
    faults: list[Fault]


class _Misfit(ValueError):  # noqa: N818  # says what does not fit, as BadCell does
    def __init__(self, row: "_Row", reason: str) -> None:
        self.row = row
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a seed; `line` is the physical one."""

    file_name: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def one_of(self, column: str, allowed: Iterable[str]) -> str:
        if self[column] not in allowed:
            raise _Misfit(self, f"{column} is '{self[column]}', expected one of {', '.join(sorted(allowed))}")
        return self[column]

    def filled(self, column: str) -> str:
        if not self[column].strip():
            raise _Misfit(self, f"{column} is empty")
        return self[column].strip()

    def number(self, column: str) -> Decimal:
        try:
            number = Decimal(self[column])
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= _LARGE:
            raise _Misfit(self, f"{column} is '{self[column]}', expected a number such as 97.25")
        return number

    def whole_number(self, column: str, most: int) -> int:
        number = self.number(column)
        if number != int(number) or not 0 <= number <= most:
            raise _Misfit(self, f"{column} is '{self[column]}', expected a whole number from 0 to {most}")
        return int(number)

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self[column])
        except ValueError:
            raise _Misfit(self, f"{column} is '{self[column]}', expected a date such as 2025-09-14") from None


class _Faults:
    """The first fault of each code; what is disabled stays disabled."""

    def __init__(self) -> None:
        self.of_elements: dict[str, Fault] = {}
        self.of_indicators: dict[str, Fault] = {}

    def add(self, code: str, row: _Row, reason: str) -> None:
        kind: Literal["element", "indicator"] = "element" if row.file_name == "elements.csv" else "indicator"
        found = self.of_elements if kind == "element" else self.of_indicators
        found.setdefault(code, Fault(kind, code, row.file_name, row.line, reason))


_Listed = dict[str, list[tuple[_Row, Term]]]


def load_catalogue(seeds: Path) -> Catalogue:
    """Read and judge elements.csv, indicators.csv, indicator_terms.csv and targets.csv; nobody judges them again.

    A faulty row switches off its element or indicator, and an element those indicators that need it; the others stand.

    Raises:
        ContractError: a file is missing, is not UTF-8 CSV, or has other columns; names file, line and what is expected.
    """
    faults = _Faults()
    elements = _elements(seeds, faults)
    systems = {code for code, _ in _rows(seeds / "systems.csv", SYSTEM_COLUMNS, _Faults())}
    rows = dict(_rows(seeds / "indicators.csv", INDICATOR_COLUMNS, faults, is_key=True))
    listed = _listed_terms(seeds, faults)
    indicators: dict[str, Indicator] = {}
    for code, row in rows.items():
        try:
            indicators[code] = _indicator(row, listed.get(code, []), systems)
        except _Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
    for code, found in listed.items():
        if code not in rows:
            faults.add(code, found[0][0], f"indicator_code '{code}' is not in indicators.csv")
    targets = _targets(seeds, set(rows) | set(faults.of_indicators), faults)
    resolved = _Resolver(rows, listed, indicators, elements, faults)
    usable = {code: indicator for code in rows if (indicator := resolved.indicator(code))}
    named = [
        replace(fault, name_vi=rows[code]["name_vi"], system_code=rows[code]["system_code"]) if code in rows else fault
        for code, fault in faults.of_indicators.items()
    ]
    return Catalogue(
        elements,
        usable,
        [target for target in targets if target.indicator_code in usable],
        [*faults.of_elements.values(), *named],
    )


def _rows(path: Path, columns: tuple[str, ...], faults: _Faults, *, is_key: bool = False) -> Iterator[tuple[str, _Row]]:
    """Rows by the code in their first column; a row of another width disables its code, as a repeated key does."""
    lines = list(read_lines(path, columns))
    if is_key and not lines:
        raise ContractError(f"{path.name} line 2: expected rows: without any, nothing at all would be published")
    times = Counter(cells[0] for _, cells in lines)
    for line, cells in lines:
        code = cells[0]
        row = _Row(path.name, line, dict(zip(columns, cells, strict=False)))
        if not code:
            raise ContractError(f"{path.name} line {line}: {columns[0]} is empty")
        if len(cells) != len(columns):
            faults.add(code, row, f"{len(cells)} values, expected {len(columns)}")
        elif is_key and times[code] > 1:
            faults.add(code, row, f"{columns[0]} '{code}' is listed {times[code]} times")
        elif is_key and not _CODE.fullmatch(code):
            faults.add(code, row, f"{columns[0]} is '{code}', expected small letters, digits and _ after a letter")
        else:
            yield code, row


def _elements(seeds: Path, faults: _Faults) -> dict[str, Element]:
    elements: dict[str, Element] = {}
    rows = dict(_rows(seeds / "elements.csv", ELEMENT_COLUMNS, faults, is_key=True))
    for code, row in rows.items():
        try:
            elements[code] = _element(row)
        except _Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
    for code, element in list(elements.items()):
        if element.weight_element and element.weight_element not in elements:
            faults.add(
                code, rows[code], f"weight_element '{element.weight_element}' is not a usable row of elements.csv"
            )
            del elements[code]
    return elements


def _element(row: _Row) -> Element:
    space = row.one_of("space_aggregation", {"sum", "weighted", "mean_by_decree", "max", "none"})
    if (space == "weighted") != bool(row["weight_element"]):
        raise _Misfit(row, f"weight_element is '{row['weight_element']}', but space_aggregation is {space}")
    if row["weight_element"] == row["element_code"]:
        raise _Misfit(row, "weight_element is the element itself")
    kind = row.one_of("kind", {"stock", "flow", "rate"})
    over_time = row.one_of("time_aggregation", {"sum", "last", "none"})
    if (kind != "flow" and over_time == "sum") or (kind == "rate" and space == "sum"):
        raise _Misfit(row, f"kind is {kind}, but it is added up: {space} over units, {over_time} over time")
    return Element(
        row["element_code"],
        row.filled("name_vi"),
        row.filled("unit_measure"),
        kind,
        space,
        over_time,
        row["weight_element"],
        row.whole_number("max_age_months", _MOST_MONTHS) if row["max_age_months"] else 0,
        tuple(source.strip() for source in row.filled("source_order").split(">")),
    )


def _listed_terms(seeds: Path, faults: _Faults) -> _Listed:
    terms: _Listed = {}
    for code, row in _rows(seeds / "indicator_terms.csv", TERM_COLUMNS, faults):
        try:
            role = row.one_of("role", {"numerator", "denominator", "threshold"})
            element = "" if role == "threshold" else row.filled("element_code")
            term = Term(role, element, row["breakdown"], row.number("coefficient"))
        except _Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
        else:
            terms.setdefault(code, []).append((row, term))
    return terms


def _indicator(row: _Row, listed: list[tuple[_Row, Term]], systems: Collection[str]) -> Indicator:
    """One indicator as its rows say, its terms still as they are written."""
    if row["system_code"] not in systems:
        raise _Misfit(row, f"system_code '{row['system_code']}' is not in systems.csv")
    shape = row.one_of("shape", _SHAPES)
    numerator, denominator = (_terms_of(row, role, listed) for role in ("numerator", "denominator"))
    thresholds = [term.coefficient for _, term in listed if term.role == "threshold"]
    if round(row.number("factor"), 9) <= 0:  # nine decimals are kept
        raise _Misfit(row, f"factor is '{row['factor']}', expected a number above 0")
    if not numerator:
        raise _Misfit(row, "no numerator: fill numerator_element or list its terms in indicator_terms.csv")
    if not denominator and shape in {"ratio", "share_of_units"}:
        raise _Misfit(row, "no denominator: fill denominator_element or list its terms in indicator_terms.csv")
    if denominator and shape == "sum":
        raise _Misfit(row, "shape is sum, but there is a denominator")
    if len(thresholds) != (shape == "share_of_units"):
        raise _Misfit(row, f"shape is {shape}, but indicator_terms.csv lists {len(thresholds)} thresholds")
    repeated = Counter((term.role, term.element_code, term.breakdown) for _, term in listed)
    for term_row, term in listed:
        if repeated[term.role, term.element_code, term.breakdown] > 1:
            raise _Misfit(term_row, f"{term.role} '{term.element_code}' is listed twice")
    return Indicator(
        row["indicator_code"],
        row["alias_code"],
        row.filled("name_vi"),
        row["name_en"],
        row["system_code"],
        row.filled("owner_code"),
        row.filled("unit_measure"),
        row.one_of("direction", {"up", "down", "none"}),
        shape,
        row.number("factor"),
        thresholds[0] if thresholds else None,
        row.whole_number("decimals", 12),
        row.one_of("space_aggregation", {"from_terms", "none"}),
        row.filled("definition_vi"),
        row.filled("definition_source"),
        (*numerator, *denominator),
    )


def _terms_of(row: _Row, role: str, listed: list[tuple[_Row, Term]]) -> tuple[Term, ...]:
    """Terms of one role: the plain element of the indicator's own row, or those listed in indicator_terms.csv."""
    plain = row[f"{role}_element"]
    terms = tuple(term for _, term in listed if term.role == role)
    if plain and terms:
        raise _Misfit(row, f"{role}_element is '{plain}', and indicator_terms.csv lists a {role} too: say it once")
    return (Term(role, plain, "", Decimal(1)),) if plain else terms


class _Resolver:
    """Writes out the terms that name another indicator, `indicator:<code>`, until only elements are left."""

    def __init__(
        self,
        rows: dict[str, _Row],
        listed: _Listed,
        indicators: dict[str, Indicator],
        elements: dict[str, Element],
        faults: _Faults,
    ) -> None:
        self._rows = rows
        self._listed = listed
        self._indicators = indicators
        self._elements = elements
        self._faults = faults

    def indicator(self, code: str, path: tuple[str, ...] = ()) -> Indicator | None:
        """The indicator over elements, or None: its fault is noted then. `path` is who names it."""
        if code in self._faults.of_indicators:
            return None
        indicator = self._indicators[code]
        try:
            self._check_units(indicator)
            terms = [resolved for term in indicator.terms for resolved in self._resolve(indicator, term, (*path, code))]
        except _Misfit as misfit:
            self._faults.add(code, misfit.row, misfit.reason)
            return None
        return replace(indicator, terms=tuple(terms))

    def _resolve(self, indicator: Indicator, term: Term, path: tuple[str, ...]) -> tuple[Term, ...]:
        row = self._row_of(indicator, term)
        named = term.element_code.removeprefix(_INDICATOR)
        if named == term.element_code:
            return (term,)
        if named in path:
            raise _Misfit(row, f"the formula is cyclic: {' > '.join((*path, named))}")
        if len(path) > _MOST_NESTED:
            raise _Misfit(row, f"more than {_MOST_NESTED} formulas name one another in turn")
        inner = self.indicator(named, path)
        if inner is None:
            raise _Misfit(row, f"indicator '{named}' is disabled: {self._faults.of_indicators[named]}")
        return tuple(
            Term(term.role, part.element_code, part.breakdown, part.coefficient * term.coefficient * inner.factor)
            for part in inner.terms
        )

    def _row_of(self, indicator: Indicator, term: Term) -> _Row:
        rows = (row for row, listed in self._listed.get(indicator.code, []) if listed == term)
        return next(rows, self._rows[indicator.code])

    def _unit_of(self, indicator: Indicator, term: Term) -> str:
        row = self._row_of(indicator, term)
        named = term.element_code.removeprefix(_INDICATOR)
        if named == term.element_code:
            if named not in self._elements:
                reason = self._faults.of_elements.get(named, "expected a row of elements.csv")
                raise _Misfit(row, f"unknown element '{named}': {reason}")
            return self._elements[named].unit_measure
        if term.breakdown:
            raise _Misfit(row, f"breakdown is '{term.breakdown}', but an indicator is named as a whole")
        if named not in self._indicators:
            reason = self._faults.of_indicators.get(named, "expected a row of indicators.csv")
            raise _Misfit(row, f"unknown indicator '{named}': {reason}")
        if self._indicators[named].shape != "sum":
            raise _Misfit(row, f"indicator '{named}' is a {self._indicators[named].shape}: only a sum can be a term")
        return self._indicators[named].unit_measure

    def _check_units(self, indicator: Indicator) -> None:
        """What is added must have one unit, a percentage compares like with like, and a plain sum keeps its unit."""
        row = self._rows[indicator.code]
        units: dict[str, set[str]] = {"numerator": set(), "denominator": set()}
        for term in indicator.terms:
            units[term.role].add(self._unit_of(indicator, term))
        for role, found in units.items():
            if len(found) > 1:
                raise _Misfit(row, f"the {role} adds {' and '.join(sorted(found))}")
        numerator, denominator = "".join(units["numerator"]), "".join(units["denominator"])
        if denominator and indicator.unit_measure == "pct" and numerator != denominator:
            raise _Misfit(row, f"unit_measure is pct, but the terms are {numerator} over {denominator}")
        if not denominator and indicator.factor == 1 and numerator != indicator.unit_measure:
            raise _Misfit(row, f"unit_measure is {indicator.unit_measure}, but the terms are {numerator}")


def _targets(seeds: Path, known: Collection[str], faults: _Faults) -> list[Target]:
    targets: dict[tuple[object, ...], Target] = {}
    for code, row in _rows(seeds / "targets.csv", TARGET_COLUMNS, faults):
        try:
            target = _target(row, known)
        except _Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
            continue
        key = (code, target.org_unit_code, target.period_start, target.period_end, target.is_example)
        if key in targets:
            faults.add(code, row, f"a second target of '{target.org_unit_code}' for the same period")
        targets[key] = target
    return list(targets.values())


def _target(row: _Row, known: Collection[str]) -> Target:
    if row["indicator_code"] not in known:
        raise _Misfit(row, f"indicator_code '{row['indicator_code']}' is not in indicators.csv")
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
        raise _Misfit(row, "the period ends before it starts")
    return target
