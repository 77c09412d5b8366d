"""elements.csv: what is measured."""

from dataclasses import dataclass
from pathlib import Path

from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row, rows_by_code

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
_MOST_MONTHS = 120


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


def read_elements(seeds: Path, faults: Faults) -> dict[str, Element]:
    """The usable elements by code."""
    elements: dict[str, Element] = {}
    rows = dict(rows_by_code(seeds / "elements.csv", ELEMENT_COLUMNS, faults, is_key=True))
    for code, row in rows.items():
        try:
            elements[code] = _element(row)
        except Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
    for code, element in list(elements.items()):
        if element.weight_element and element.weight_element not in elements:
            faults.add(
                code, rows[code], f"weight_element '{element.weight_element}' is not a usable row of elements.csv"
            )
            del elements[code]
    return elements


def _element(row: Row) -> Element:
    space = row.one_of("space_aggregation", {"sum", "weighted", "mean_by_decree", "max", "none"})
    if (space == "weighted") != bool(row["weight_element"]):
        raise Misfit(row, f"weight_element is '{row['weight_element']}', but space_aggregation is {space}")
    if row["weight_element"] == row["element_code"]:
        raise Misfit(row, "weight_element is the element itself")
    kind = row.one_of("kind", {"stock", "flow", "rate"})
    over_time = row.one_of("time_aggregation", {"sum", "last", "none"})
    if (kind != "flow" and over_time == "sum") or (kind == "rate" and space == "sum"):
        raise Misfit(row, f"kind is {kind}, but it is added up: {space} over units, {over_time} over time")
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
