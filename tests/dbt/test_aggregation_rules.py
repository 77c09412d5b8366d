"""Every aggregation rule over generated data: what dbt makes of it, against pandas that was written apart from it.

Each breakdown is a world of its own: other figures, other gaps. Five communes of two provinces report January to June
2025 (management months), and the four communes of the province that they became report July to December.
"""

import random
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ioc_pipeline.build.marts import build
from ioc_pipeline.settings import Settings, from_environment
from raw_rows import Cell, Warehouse, management_month, query_warehouse, write_seed

WORLDS = [f"world={number}" for number in range(8)]
BEFORE = {"10001": "10", "10002": "10", "20001": "20", "20002": "20", "20003": "20", "20004": "20"}
AFTER = {"30001": "20", "30002": "20", "30003": "20", "30004": "20"}
# 20002 was divided; 20004 only changed its number
CROSSWALK = {
    "30001": [("10001", "full"), ("10002", "full")],
    "30002": [("20001", "full"), ("20002", "partial")],
    "30003": [("20002", "partial"), ("20003", "full")],
    "30004": [("20004", "full")],
    "20": [("10", "full"), ("20", "full")],
}
RULES = {
    "flow": ("sum", "sum"),
    "part": ("sum", "sum"),
    "people": ("sum", "last"),
    "rate": ("weighted", "last"),
    "peak": ("max", "none"),
    "score": ("mean_by_decree", "none"),
    "share": ("none", "none"),
    "place": ("none", "none"),
}
BY_PROVINCE = {"score", "place"}


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    """element, world, unit, month and value, about one in ten missing; a part is never without its flow."""
    draw = random.Random(766)  # the same figures at every run
    rows = []
    for world in WORLDS:
        for month in range(1, 13):
            communes = BEFORE if month <= 6 else AFTER
            for unit in [*communes, *(sorted(set(communes.values())) if month <= 6 else ["20"])]:
                is_province = len(unit) == 2
                present = draw.random() > 0.1
                for element in RULES:
                    if is_province != (element in BY_PROVINCE):
                        continue
                    if element == "people" and (month not in {1, 7, 10} or draw.random() < 0.05):
                        continue
                    if present or (element == "people"):
                        rows.append((element, world, unit, month, Decimal(draw.randint(0, 10**6)) / 100))
    return pd.DataFrame(rows, columns=["element", "world", "unit", "month", "value"])


@pytest.fixture(scope="module")
def built(small_project: Path, figures: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    project = tmp_path_factory.mktemp("rules") / "project"
    shutil.copytree(small_project, project)
    seeds = project / "include" / "seeds"
    units = [
        *(f"{code},province,Tỉnh {code},{code},Tỉnh,VN,{code},1900-01-01,2025-06-30" for code in ("10", "20")),
        "20,province,Tỉnh 20 mới,20 mới,Tỉnh,VN,20,2025-07-01,",
        *(f"{code},commune,Xã {code},{code},Xã,{of},{of},1900-01-01,2025-06-30" for code, of in BEFORE.items()),
        *(f"{code},commune,Xã {code},{code},Xã,{of},{of},2025-07-01," for code, of in AFTER.items()),
    ]
    kept = (seeds / "org_units.csv").read_text(encoding="utf-8").splitlines()[1:]
    write_seed(seeds / "org_units.csv", *kept, *units)
    write_seed(
        seeds / "crosswalk.csv",
        *(
            f"{level},{level},{old},{new},{relation},2025-07-01,test"
            for new, olds in CROSSWALK.items()
            for old, relation in olds
            for level in ["province" if len(new) == 2 else "commune"]
        ),
    )
    write_seed(
        seeds / "elements.csv",
        *(
            f"{code},{code},{'rank' if code == 'place' else 'count'},{'stock' if code == 'people' else 'flow'},"
            f"{space},{time},{'people' if space == 'weighted' else ''},{4 if code == 'people' else ''},any_source"
            for code, (space, time) in RULES.items()
        ),
    )
    shape = "{code},,Tên,Name,02,vp-ubnd,{unit},up,{shape},{terms},{factor},2,from_terms,Định nghĩa,Nguồn"
    write_seed(
        seeds / "indicators.csv",
        shape.format(code="part_pct", unit="pct", shape="ratio", terms="part,flow", factor=100),
        shape.format(code="per_head", unit="pct", shape="ratio", terms="flow,people", factor=100),
    )
    settings = from_environment({"IOC_HOME": str(project.parent / "home"), "IOC_PROJECT": str(project)})
    warehouse = Warehouse(settings.warehouse)
    for month in range(1, 13):
        cells = [
            Cell(row.unit, row.element, row.value, breakdown=row.world)
            for row in figures[figures["month"] == month].itertuples()
        ]
        warehouse.deliver(month, "any_source", "any_table", management_month(2025, month), cells)
    warehouse.write()
    build(settings, as_of=date(2025, 12, 20))
    return settings


def _exact(values: pd.Series) -> Decimal:
    return sum(values, Decimal(0))


def _weights(figures: pd.DataFrame) -> dict[tuple[str, str, int], Decimal]:
    """What a unit weighs in a month: its newest people of up to four months before."""
    people = figures[figures["element"] == "people"]
    found = {}
    for row in people.sort_values("month").itertuples():
        for month in range(row.month, row.month + 5):
            found[row.world, row.unit, month] = row.value
    return found


def _combine(rule: str, group: pd.DataFrame, weights: dict[tuple[str, str, int], Decimal]) -> Decimal | None:
    if len(group) == 1 and rule != "sum":
        return Decimal(group["value"].iloc[0])
    if rule == "sum":
        return _exact(group["value"])
    if rule == "max":
        return Decimal(group["value"].max())
    if rule == "mean_by_decree":
        return _exact(group["value"]) / len(group)
    heavy = [weights.get((row.world, row.unit, row.month)) for row in group.itertuples()]
    if rule != "weighted" or None in heavy:
        return None
    total = sum(heavy, Decimal(0))
    return sum((v * w for v, w in zip(group["value"], heavy, strict=True)), Decimal(0)) / total


Key = tuple[str, str, str, str, str, int]  # element, world, geography, unit, period type, last month


def _monthly(figures: pd.DataFrame) -> Iterator[tuple[Key, Decimal | None]]:
    weights = _weights(figures)
    for (element, world, month), rows in figures.groupby(["element", "world", "month"]):
        space, _ = RULES[element]
        values: dict[str, pd.DataFrame] = dict(iter(rows.groupby("unit")))
        if element not in BY_PROVINCE and space in {"sum", "weighted", "max"}:
            of = rows["unit"].map(BEFORE if month <= 6 else AFTER)
            values |= dict(iter(rows.groupby(of)))
        for unit, group in values.items():
            yield (element, world, "as_reported", unit, "month", month), _combine(space, group, weights)
        for new, olds in CROSSWALK.items():
            if month > 6:
                if new in values:
                    key = (element, world, "restated", new, "month", month)
                    yield key, _combine(space, values[new], weights)
                continue
            present = [old for old, _ in olds if old in values]
            if not present:
                continue
            is_whole = len(present) == len(olds) and all(relation == "full" for _, relation in olds)
            can_be = element != "place" and (
                len(olds) == 1 or space in {"sum", "weighted", "max"} or (space == "mean_by_decree" and len(new) == 2)
            )
            value = (
                _combine(space, pd.concat([values[old] for old in present]), weights) if is_whole and can_be else None
            )
            yield (element, world, "restated", new, "month", month), value


def _era(unit: str, geography: str, month: int) -> str:
    return "" if geography == "restated" else str(month <= 6)


def _with_longer_periods(monthly: dict[Key, Decimal | None]) -> dict[Key, Decimal | None]:
    found = dict(monthly)
    series = {(e, w, g, u) for e, w, g, u, _, _ in monthly}
    for element, world, geography, unit in series:
        time = RULES[element][1]
        if time == "none":
            continue

        def value(kind: str, month: int, key: tuple[str, ...] = (element, world, geography, unit)) -> Any:
            return found.get((*key, kind, month), "absent")  # type: ignore[arg-type]

        quarters = {}
        for last in (3, 6, 9, 12):
            parts = [value("month", month) for month in ((last - 2, last - 1, last) if time == "sum" else (last,))]
            if "absent" not in parts:
                quarters[last] = None if None in parts else sum(parts, Decimal(0))
                found[element, world, geography, unit, "quarter", last] = quarters[last]
        needed = (3, 6, 9, 12) if time == "sum" else (12,)
        is_one_unit = len({_era(unit, geography, last) for last in needed}) == 1
        if is_one_unit and all(last in quarters for last in needed):
            parts = [quarters[last] for last in needed]
            found[element, world, geography, unit, "year", 12] = None if None in parts else sum(parts, Decimal(0))
    return found


@pytest.fixture(scope="module")
def expected(figures: pd.DataFrame) -> dict[Key, Decimal | None]:
    return _with_longer_periods(dict(_monthly(figures)))


@pytest.mark.parametrize("element", RULES)
def test_dbt_adds_up_as_the_rule_of_the_element_says(
    built: Settings, expected: dict[Key, Decimal | None], element: str
) -> None:
    rows = query_warehouse(
        built,
        "select element_code, breakdown, geography, org_unit_code, period_type, month(period_end_date), measured_value"
        " from measures.int_measure_value where element_code = ?",
        element,
    )
    found = {tuple(row[:-1]): row[-1] for row in rows}
    wanted = {key: value for key, value in expected.items() if key[0] == element}
    assert len(wanted) > 150
    assert set(found) == set(wanted)
    wrong = {
        key: (found[key], value)
        for key, value in wanted.items()
        if (found[key] is None) != (value is None) or (value is not None and abs(found[key] - value) > Decimal("1e-6"))
    }
    assert wrong == {}


def test_a_ratio_is_one_of_sums_in_either_geography(built: Settings, expected: dict[Key, Decimal | None]) -> None:
    rows = query_warehouse(
        built,
        "select breakdown, geography, org_unit_code, period_type, month(period_end_date), value"
        " from indicators.fct_indicator_value where indicator_code = 'part_pct'",
    )
    wanted = {}
    for (element, *key), part in expected.items():
        flow = expected.get(("flow", *key))  # type: ignore[arg-type]
        if element == "part":
            wanted[tuple(key)] = None if part is None or not flow else part / flow * 100
    found = {tuple(row[:-1]): row[-1] for row in rows}
    assert set(found) == set(wanted)
    assert any(key[1] == "restated" and key[2] == "30001" and key[3] == "year" and wanted[key] for key in wanted)
    for key, value in wanted.items():
        assert (found[key] is None) == (value is None)
        assert value is None or abs(found[key] - value) < Decimal("1e-6")


def test_a_stock_below_the_line_is_the_latest_within_its_age(
    built: Settings, figures: pd.DataFrame, expected: dict[Key, Decimal | None]
) -> None:
    weights = _weights(figures)
    rows = query_warehouse(
        built,
        "select breakdown, org_unit_code, month(period_end_date), value, null_reason, denominator_age_days"
        " from indicators.fct_indicator_value where indicator_code = 'per_head' and geography = 'as_reported'"
        " and period_type = 'month' and length(org_unit_code) = 5",
    )
    # of a breakdown without any population there is no row
    assert {row[4] for row in rows} == {"", "stock_too_old"}
    for world, unit, month, value, reason, age in rows:
        people = weights.get((world, unit, month))
        flow = expected["flow", world, "as_reported", unit, "month", month]
        assert (value is not None) == bool(people), (world, unit, month, reason)
        if people and flow is not None:
            assert abs(value - flow / people * 100) < Decimal("1e-6")
            assert 0 <= age <= 123


def test_sums_before_the_merger_are_sums_after_it_to_the_unit(built: Settings) -> None:
    rows = query_warehouse(
        built,
        """
        select restatement, restatement_basis, count(*), count(measured_value)
        from measures.int_measure_value where geography = 'restated' and element_code = 'flow'
        and org_unit_code = '30001' and period_type = 'month' and period_end_date < '2025-07-01' group by all
        """,
    )
    assert {(row[0], row[1]) for row in rows} == {("exact", "sum"), ("not_restatable", "predecessor_missing")}
    assert all(row[2] == row[3] if row[0] == "exact" else row[3] == 0 for row in rows)
