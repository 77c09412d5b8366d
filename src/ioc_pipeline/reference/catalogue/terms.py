"""indicator_terms.csv: what an indicator adds up and divides by."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row, rows_by_code

TERM_COLUMNS = ("indicator_code", "role", "element_code", "breakdown", "coefficient")


@dataclass(frozen=True, slots=True)
class Term:
    """One addend of a numerator or a denominator: `coefficient` times the element at that breakdown."""

    role: str
    element_code: str
    breakdown: str
    coefficient: Decimal


ListedTerms = dict[str, list[tuple[Row, Term]]]
"""Terms as they are listed, with their rows, by indicator."""


def read_terms(seeds: Path, faults: Faults) -> ListedTerms:
    """The terms that can be read; a faulty one disables its indicator."""
    terms: ListedTerms = {}
    for code, row in rows_by_code(seeds / "indicator_terms.csv", TERM_COLUMNS, faults):
        try:
            role = row.one_of("role", {"numerator", "denominator", "threshold"})
            element = "" if role == "threshold" else row.filled("element_code")
            term = Term(role, element, row["breakdown"], row.number("coefficient"))
        except Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
        else:
            terms.setdefault(code, []).append((row, term))
    return terms
