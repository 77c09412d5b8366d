"""targets.csv: values to reach."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ioc_pipeline.layers import Declared
from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row, rows_by_code
from ioc_pipeline.reference.seeds import SeedColumn

DIRECTIONS = {"at_least": "met by this value or more", "at_most": "met by this value or less"}
IS_EXAMPLE = {"true": "another province's target: shown, never judged by", "false": "the province's own"}
TARGET_COLUMNS = {
    "indicator_code": SeedColumn("The indicator, a row of indicators.csv.", "infra_communes_fibre_pct"),
    "org_unit_code": SeedColumn("Whose target it is.", "14"),
    "period_start_date": SeedColumn("The first day for which it counts.", "2025-01-01"),
    "period_end_date": SeedColumn("The last day for which it counts.", "2025-12-31"),
    "target_value": SeedColumn("The value to reach, in the indicator's unit_measure.", "100"),
    "direction": SeedColumn("When it is met.", "at_least", DIRECTIONS),
    "legal_source": SeedColumn("The act that sets it.", "Quyết định 749/QĐ-TTg ngày 03/6/2020"),
    "is_example": SeedColumn("Whether it is only shown.", "false", IS_EXAMPLE),
}


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


def read_targets(seeds: Declared, known: Collection[str], faults: Faults) -> list[Target]:
    """Targets of known indicators; a faulty one disables its indicator, since a wrong verdict is worse than none."""
    targets: dict[tuple[object, ...], Target] = {}
    for code, row in rows_by_code(seeds / "targets.csv", TARGET_COLUMNS, faults):
        try:
            target = _target(row, known)
        except Misfit as misfit:
            faults.add(code, misfit.row, misfit.reason)
            continue
        key = (code, target.org_unit_code, target.period_start, target.period_end, target.is_example)
        if key in targets:
            faults.add(code, row, f"a second target of '{target.org_unit_code}' for the same period")
        targets[key] = target
    return list(targets.values())


def _target(row: Row, known: Collection[str]) -> Target:
    if row["indicator_code"] not in known:
        raise Misfit(row, f"indicator_code '{row['indicator_code']}' is not in indicators.csv")
    target = Target(
        row["indicator_code"],
        row.filled("org_unit_code"),
        row.day("period_start_date"),
        row.day("period_end_date"),
        row.number("target_value"),
        row.one_of("direction", DIRECTIONS),
        row.filled("legal_source"),
        row.one_of("is_example", IS_EXAMPLE) == "true",
    )
    if target.period_end < target.period_start:
        raise Misfit(row, "the period ends before it starts")
    return target
