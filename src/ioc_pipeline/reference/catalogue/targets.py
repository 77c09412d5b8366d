"""targets.csv: values to reach."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from ioc_pipeline.reference.catalogue.faults import Faults, Misfit, Row, rows_by_code

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


def read_targets(seeds: Path, known: Collection[str], faults: Faults) -> list[Target]:
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
        row.one_of("direction", {"at_least", "at_most"}),
        row.filled("legal_source"),
        row.one_of("is_example", {"true", "false"}) == "true",
    )
    if target.period_end < target.period_start:
        raise Misfit(row, "the period ends before it starts")
    return target
