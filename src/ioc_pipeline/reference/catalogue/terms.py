"""indicator_terms.csv: what an indicator adds up and divides by."""

from dataclasses import dataclass
from decimal import Decimal

from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row, rows_by_code
from ioc_pipeline.reference.seeds import SeedColumn

ROLES = {
    "numerator": "added up above the line",
    "denominator": "added up below the line",
    "threshold": "with share_of_units: what a unit must reach, in coefficient; no element",
}
TERM_COLUMNS = {
    "indicator_code": SeedColumn("The indicator, a row of indicators.csv.", "soc_vneid_accounts_count"),
    "role": SeedColumn("What the term does in the formula.", "numerator", ROLES),
    "element_code": SeedColumn(
        "The element, or `indicator:<code>` for an indicator that is a sum itself.", "vneid_accounts"
    ),
    "breakdown": SeedColumn("Which part of the element, as its columns declare it; empty: the whole.", "level=2"),
    "coefficient": SeedColumn("By how much it is multiplied; -1 takes it away.", "1"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a numerator or a denominator: `coefficient` times the element at that breakdown."""

    role: str
    element_code: str
    breakdown: str
    coefficient: Decimal


ListedTerms = dict[str, list[tuple[Row, Term]]]
"""Terms as they are listed, with their rows, by indicator."""


def read_terms(seeds: Declared, faults: Faults) -> ListedTerms:
    """The terms that can be read; a faulty one disables its indicator."""
    terms: ListedTerms = {}
    for code, row in rows_by_code(seeds / "indicator_terms.csv", TERM_COLUMNS, faults):
        try:
            role = row.one_of("role", ROLES)
            element = "" if role == "threshold" else row.filled("element_code")
            term = Term(role, element, row["breakdown"], row.number("coefficient"))
        except Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
        else:
            terms.setdefault(code, []).append((row, term))
    return terms
