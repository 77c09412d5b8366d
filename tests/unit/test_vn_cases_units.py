"""The unit rows of vn_normalisation_cases.csv: a name or code is a unit only together with a date."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ioc_pipeline.parse.cells import parse_cell
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from shipped import SEEDS

with Path(__file__).with_name("vn_normalisation_cases.csv").open(encoding="utf-8", newline="") as file:
    CASES = [case for case in csv.DictReader(file) if case["kind"] == "unit"]


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["input"])
def test_a_unit_is_found_at_its_date_or_refused(case: dict[str, str], org_units: OrgUnits) -> None:
    value = float(case["text"]) if case["stored"] == "number" else case["text"]
    text = str(parse_cell(value, "org_unit", "vi").value)
    outcomes = []
    for day in case["on"].split():
        try:
            unit = org_units.find(
                text,
                on=date.fromisoformat(day),
                level=case["level"] or None,
                province_code=case["province"] or None,
            )
        except UnknownUnit:
            outcomes.append("error=unknown-unit")
        except AmbiguousUnit:
            outcomes.append("error=ambiguous-unit")
        else:
            outcomes.append(f"{unit.level} {unit.code} {unit.full_name}")
    assert " | ".join(outcomes) == case["outcome"]
