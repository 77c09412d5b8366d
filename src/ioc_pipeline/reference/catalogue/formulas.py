"""Indicators whose terms name other indicators → indicators over elements only."""

from dataclasses import replace

from ioc_pipeline.reference.catalogue.elements import Element
from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row
from ioc_pipeline.reference.catalogue.indicators import Indicator
from ioc_pipeline.reference.catalogue.terms import ListedTerms, Term

_INDICATOR = "indicator:"  # a term that names another indicator, a sum
_MOST_NESTED = 20


class Resolver:
    """Writes out the terms that name another indicator, `indicator:<code>`, until only elements are left."""

    def __init__(
        self,
        rows: dict[str, Row],
        listed: ListedTerms,
        indicators: dict[str, Indicator],
        elements: dict[str, Element],
        faults: Faults,
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
        except Misfit as misfit:
            self._faults.add(code, misfit.row, misfit.reason)
            return None
        return replace(indicator, terms=tuple(terms))

    def _resolve(self, indicator: Indicator, term: Term, path: tuple[str, ...]) -> tuple[Term, ...]:
        row = self._row_of(indicator, term)
        named = term.element_code.removeprefix(_INDICATOR)
        if named == term.element_code:
            return (term,)
        if named in path:
            raise Misfit(row, f"the formula is cyclic: {' > '.join((*path, named))}")
        if len(path) > _MOST_NESTED:
            raise Misfit(row, f"more than {_MOST_NESTED} formulas name one another in turn")
        inner = self.indicator(named, path)
        if inner is None:
            raise Misfit(row, f"indicator '{named}' is disabled: {self._faults.of_indicators[named]}")
        return tuple(
            Term(term.role, part.element_code, part.breakdown, part.coefficient * term.coefficient * inner.factor)
            for part in inner.terms
        )

    def _row_of(self, indicator: Indicator, term: Term) -> Row:
        rows = (row for row, listed in self._listed.get(indicator.code, []) if listed == term)
        return next(rows, self._rows[indicator.code])

    def _unit_of(self, indicator: Indicator, term: Term) -> str:
        row = self._row_of(indicator, term)
        named = term.element_code.removeprefix(_INDICATOR)
        if named == term.element_code:
            if named not in self._elements:
                reason = self._faults.of_elements.get(named, "expected a row of elements.csv")
                raise Misfit(row, f"unknown element '{named}': {reason}")
            return self._elements[named].unit_measure
        if term.breakdown:
            raise Misfit(row, f"breakdown is '{term.breakdown}', but an indicator is named as a whole")
        if named not in self._indicators:
            reason = self._faults.of_indicators.get(named, "expected a row of indicators.csv")
            raise Misfit(row, f"unknown indicator '{named}': {reason}")
        if self._indicators[named].shape != "sum":
            raise Misfit(row, f"indicator '{named}' is a {self._indicators[named].shape}: only a sum can be a term")
        return self._indicators[named].unit_measure

    def _check_units(self, indicator: Indicator) -> None:
        """What is added must have one unit, a percentage compares like with like, and a plain sum keeps its unit."""
        row = self._rows[indicator.code]
        units: dict[str, set[str]] = {"numerator": set(), "denominator": set()}
        for term in indicator.terms:
            units[term.role].add(self._unit_of(indicator, term))
        for role, found in units.items():
            if len(found) > 1:
                raise Misfit(row, f"the {role} adds {' and '.join(sorted(found))}")
        numerator, denominator = "".join(units["numerator"]), "".join(units["denominator"])
        if denominator and indicator.unit_measure == "pct" and numerator != denominator:
            raise Misfit(row, f"unit_measure is pct, but the terms are {numerator} over {denominator}")
        if not denominator and indicator.factor == 1 and numerator != indicator.unit_measure:
            raise Misfit(row, f"unit_measure is {indicator.unit_measure}, but the terms are {numerator}")
