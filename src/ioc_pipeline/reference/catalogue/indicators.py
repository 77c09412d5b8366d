"""indicators.csv: what is computed from elements, by which shape."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from ioc_pipeline.reference.catalogue.faults import Misfit, Row
from ioc_pipeline.reference.catalogue.terms import Term

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
_SHAPES = {"ratio", "sum", "mean_of_units", "share_of_units"}


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


def read_indicator(row: Row, listed: list[tuple[Row, Term]], systems: Collection[str]) -> Indicator:
    """One indicator as its rows say, its terms still as they are written."""
    if row["system_code"] not in systems:
        raise Misfit(row, f"system_code '{row['system_code']}' is not in systems.csv")
    shape = row.one_of("shape", _SHAPES)
    numerator, denominator = (_terms_of(row, role, listed) for role in ("numerator", "denominator"))
    thresholds = [term.coefficient for _, term in listed if term.role == "threshold"]
    if round(row.number("factor"), 9) <= 0:  # nine decimals are kept
        raise Misfit(row, f"factor is '{row['factor']}', expected a number above 0")
    if not numerator:
        raise Misfit(row, "no numerator: fill numerator_element or list its terms in indicator_terms.csv")
    if not denominator and shape in {"ratio", "share_of_units"}:
        raise Misfit(row, "no denominator: fill denominator_element or list its terms in indicator_terms.csv")
    if denominator and shape == "sum":
        raise Misfit(row, "shape is sum, but there is a denominator")
    if len(thresholds) != (shape == "share_of_units"):
        raise Misfit(row, f"shape is {shape}, but indicator_terms.csv lists {len(thresholds)} thresholds")
    repeated = Counter((term.role, term.element_code, term.breakdown) for _, term in listed)
    for term_row, term in listed:
        if repeated[term.role, term.element_code, term.breakdown] > 1:
            raise Misfit(term_row, f"{term.role} '{term.element_code}' is listed twice")
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


def _terms_of(row: Row, role: str, listed: list[tuple[Row, Term]]) -> tuple[Term, ...]:
    """Terms of one role: the plain element of the indicator's own row, or those listed in indicator_terms.csv."""
    plain = row[f"{role}_element"]
    terms = tuple(term for _, term in listed if term.role == role)
    if plain and terms:
        raise Misfit(row, f"{role}_element is '{plain}', and indicator_terms.csv lists a {role} too: say it once")
    return (Term(role, plain, "", Decimal(1)),) if plain else terms
