"""elements.csv: what is measured."""

from dataclasses import dataclass

from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row, rows_by_code
from ioc_pipeline.reference.seeds import SeedColumn

KINDS = {
    "stock": "what there is on a day: months are never added",
    "flow": "what happens in a period",
    "rate": "a percentage, score or rank: never added",
}
SPACE_AGGREGATIONS = {
    "sum": "added over the units of a province",
    "weighted": "their mean, weighted by weight_element",
    "max": "the greatest of them",
    "mean_by_decree": "none for a province, and the simple mean for units that were merged",
    "none": "a province has a value only where it reports one",
}
TIME_AGGREGATIONS = {
    "sum": "months add up to a quarter and a year",
    "last": "the value of the last month is that of the quarter and the year",
    "none": "a longer period has a value only where one is reported",
}
ELEMENT_COLUMNS = {
    "element_code": SeedColumn("The element, for good: never reused, never renamed.", "tthc_received"),
    "name_vi": SeedColumn("What people call it.", "Hồ sơ thủ tục hành chính tiếp nhận trong kỳ"),
    "unit_measure": SeedColumn("What one of it is. Only equal ones are added or compared.", "count"),
    "kind": SeedColumn("How it behaves in time.", "flow", KINDS),
    "space_aggregation": SeedColumn("How a province's value comes from its units.", "sum", SPACE_AGGREGATIONS),
    "time_aggregation": SeedColumn("How a longer period's value comes from shorter ones.", "sum", TIME_AGGREGATIONS),
    "weight_element": SeedColumn("With weighted: the element that weighs.", "population"),
    "max_age_months": SeedColumn("How old a stock may be and still be divided by; empty: of the same period.", "12"),
    "source_order": SeedColumn(
        "The sources that may give it, with `>` between them; the first is believed, the others meet it in "
        "mart_conflict.",
        "one_stop_dossiers>admin_procedures",
    ),
}
_MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Element:
    """One measured thing. `sources` may give it, the first is believed.

    The columns of elements.csv say what the others mean; `max_age_months` is 0 where it is empty.
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


def read_elements(seeds: Declared, faults: Faults) -> dict[str, Element]:
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
    space = row.one_of("space_aggregation", SPACE_AGGREGATIONS)
    if (space == "weighted") != bool(row["weight_element"]):
        raise Misfit(row, f"weight_element is '{row['weight_element']}', but space_aggregation is {space}")
    if row["weight_element"] == row["element_code"]:
        raise Misfit(row, "weight_element is the element itself")
    kind = row.one_of("kind", KINDS)
    over_time = row.one_of("time_aggregation", TIME_AGGREGATIONS)
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
