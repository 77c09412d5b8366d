"""The seeds of the catalogue → what can be used of them."""

from dataclasses import dataclass, replace

from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.catalogue.elements import Element, read_elements
from ioc_pipeline.reference.catalogue.faults import Fault, Faults, Misfit, rows_by_code
from ioc_pipeline.reference.catalogue.formulas import Resolver
from ioc_pipeline.reference.catalogue.indicators import INDICATOR_COLUMNS, Indicator, read_indicator
from ioc_pipeline.reference.catalogue.targets import Target, read_targets
from ioc_pipeline.reference.catalogue.terms import read_terms
from ioc_pipeline.reference.seeds import SeedColumn

SYSTEM_COLUMNS = {
    "system_code": SeedColumn("The system, as contracts and indicators name it.", "02"),
    "name_vi": SeedColumn("What people call it.", "Hệ thống thông tin giải quyết thủ tục hành chính"),
    "name_en": SeedColumn("Its name in English.", "Administrative procedure settlement"),
    "owner": SeedColumn("Who runs it.", "Văn phòng UBND tỉnh"),
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be used, by code, and the first fault of every other code. Terms name elements only."""

    elements: dict[str, Element]
    indicators: dict[str, Indicator]
    targets: list[Target]
    faults: list[Fault]


def load_catalogue(seeds: Declared) -> Catalogue:
    """Read and judge elements.csv, indicators.csv, indicator_terms.csv and targets.csv; nobody judges them again.

    A faulty row switches off its element or indicator, and an element those indicators that need it; the others stand.

    Raises:
        ContractError: a file is missing, is not UTF-8 CSV, or has other columns; names file, line and what is expected.
    """
    faults = Faults()
    elements = read_elements(seeds, faults)
    systems = {code for code, _ in rows_by_code(seeds / "systems.csv", SYSTEM_COLUMNS, Faults())}
    rows = dict(rows_by_code(seeds / "indicators.csv", INDICATOR_COLUMNS, faults, is_key=True))
    listed = read_terms(seeds, faults)
    indicators: dict[str, Indicator] = {}
    for code, row in rows.items():
        try:
            indicators[code] = read_indicator(row, listed.get(code, []), systems)
        except Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
    for code, found in listed.items():
        if code not in rows:
            faults.add(code, found[0][0], f"indicator_code '{code}' is not in indicators.csv")
    targets = read_targets(seeds, set(rows) | set(faults.of_indicators), faults)
    resolved = Resolver(rows, listed, indicators, elements, faults)
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
