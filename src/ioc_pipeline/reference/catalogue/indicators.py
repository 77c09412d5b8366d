"""indicators.csv: what is computed from elements, by which shape."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from ioc_pipeline.reference.catalogue.faults import Misfit, Row
from ioc_pipeline.reference.catalogue.terms import Term
from ioc_pipeline.reference.seeds import SeedColumn

SHAPES = {
    "ratio": "the numerator over the denominator",
    "sum": "the numerator alone",
    "mean_of_units": "for a province the simple mean of what its units have",
    "share_of_units": "for a province the share of its units whose ratio reaches the threshold",
}
DIRECTIONS = {"up": "more is better", "down": "less is better", "none": "neither"}
OVER_UNITS = {
    "from_terms": "for a province computed from its terms, aggregated as their elements say",
    "none": "not computed for a province from its units",
}
INDICATOR_COLUMNS = {
    "indicator_code": SeedColumn("The indicator, for good: `<pillar>_<what>_<unit>`.", "gov_online_submission_pct"),
    "alias_code": SeedColumn("A code that other systems know it by; may be empty.", "TTHC_TRUCTUYEN"),
    "name_vi": SeedColumn("The name on the screen.", "Tỷ lệ hồ sơ tiếp nhận trực tuyến"),
    "name_en": SeedColumn("The name in English; may be empty.", "Dossiers received online"),
    "system_code": SeedColumn("Which system it belongs to, a code of systems.csv.", "02"),
    "owner_code": SeedColumn("Who answers for it, a code of agencies.csv.", "vp-ubnd"),
    "unit_measure": SeedColumn("What one of it is; pct is 0-100.", "pct"),
    "direction": SeedColumn("What is better.", "up", DIRECTIONS),
    "shape": SeedColumn("How it is computed.", "ratio", SHAPES),
    "numerator_element": SeedColumn(
        "The numerator, where it is one whole element; else its terms stand in indicator_terms.csv.",
        "tthc_received_online",
    ),
    "denominator_element": SeedColumn("The denominator, likewise; empty for a sum.", "tthc_received"),
    "factor": SeedColumn("What the value is multiplied by: 100 for a percentage.", "100"),
    "decimals": SeedColumn("How many decimals are shown, 0 to 12.", "2"),
    "space_aggregation": SeedColumn("How a province has it.", "from_terms", OVER_UNITS),
    "definition_vi": SeedColumn("What it says, in words.", "Hồ sơ trực tuyến / hồ sơ tiếp nhận × 100."),
    "definition_source": SeedColumn("Where it is defined so.", "Quyết định 766/QĐ-TTg"),
}


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
    shape = row.one_of("shape", SHAPES)
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
        row.one_of("direction", DIRECTIONS),
        shape,
        row.number("factor"),
        thresholds[0] if thresholds else None,
        row.whole_number("decimals", 12),
        row.one_of("space_aggregation", OVER_UNITS),
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
