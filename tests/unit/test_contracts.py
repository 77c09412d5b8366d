"""The contracts and suites that ship: they load, fit the catalogue, and read the headings their publishers write."""

import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from ioc_pipeline.check.validate import Check, validate
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Sheet, Workbook
from ioc_pipeline.parse.layout import find_blocks
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.reference.contracts import Contract, Contracts, read_contracts
from ioc_pipeline.reference.suites import frame_columns
from ioc_pipeline.reference.tables import Table
from shipped import EXPECTATIONS, SEEDS, SOURCES

PROJECT = Path(__file__).resolve().parents[2]
LABOUR_TITLE = "5. Chỉ số sử dụng lao động của doanh nghiệp công nghiệp phân theo địa phương"


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return read_contracts(SOURCES, EXPECTATIONS, SEEDS)


def tables_of(contracts: Contracts) -> list[tuple[Contract, Table]]:
    return [(contract, table) for contract in contracts.ready.values() for table in contract.source.tables]


def test_every_shipped_contract_loads(contracts: Contracts) -> None:
    assert contracts.broken == {}
    assert len(contracts.ready) >= 9


def test_every_suite_file_belongs_to_a_table(contracts: Contracts) -> None:
    wanted = {contract.source.suite_name(table) for contract, table in tables_of(contracts)}
    assert {path.stem for path in (PROJECT / "expectations").glob("*.yml")} == wanted


def test_every_department_is_a_known_agency(contracts: Contracts) -> None:
    with (SEEDS / "agencies.csv").open(encoding="utf-8", newline="") as stream:
        agencies = {row["org_unit_code"] for row in csv.DictReader(stream)}
    assert {contract.source.department for contract in contracts.ready.values()} <= agencies


def test_every_system_is_one_of_the_twenty_five(contracts: Contracts) -> None:
    with (SEEDS / "systems.csv").open(encoding="utf-8", newline="") as stream:
        systems = [row["system_code"] for row in csv.DictReader(stream)]
    assert systems == [f"{number:02}" for number in range(1, 26)]
    assert {contract.source.system for contract in contracts.ready.values()} <= set(systems)
    assert {indicator.system_code for indicator in load_catalogue(SEEDS).indicators.values()} <= set(systems)


def test_elements_and_contracts_name_each_other(contracts: Contracts) -> None:
    filled: dict[str, set[str]] = {}
    for contract, table in tables_of(contracts):
        for column in table.columns:
            for element in (column.element, column.of_element):
                if element:
                    filled.setdefault(element, set()).add(contract.source.name)
    # what is counted from records, or from our own work, is filled by models instead
    reported = {one.source.name for one, table in tables_of(contracts) if not table.record}
    elements = load_catalogue(SEEDS).elements.values()
    assert filled == {one.code: told for one in elements if (told := reported.intersection(one.sources))}


def test_no_title_of_one_form_is_part_of_another_form_of_the_same_department(contracts: Contracts) -> None:
    titles = [
        (contract.source.department, contract.source.name, table.name, title.casefold())
        for contract, table in tables_of(contracts)
        for title in table.titles
    ]
    clashes = [
        (one, other)
        for one in titles
        for other in titles
        if one[0] == other[0] and one[1:3] != other[1:3] and one[3] in other[3]
    ]
    assert clashes == []


def test_every_suite_runs_on_the_frame_of_its_table(contracts: Contracts) -> None:
    """Great Expectations builds and runs what the judgement of contracts let through without asking it."""
    nothing = {"number": math.nan, "text": None, "time": pd.NaT}
    for contract, table in tables_of(contracts):
        name = contract.source.suite_name(table)
        frame = pd.DataFrame({column: [nothing[kind]] for column, kind in frame_columns(table).items()})
        checks = validate({name: frame.assign(delivery_seq=1, row_id=0)}, contract.suites)[1]
        assert [check.error for check in checks] == [""] * len(checks)
        assert len(checks) == len(yaml.safe_load(contract.suites[name])["expectations"])


def change(data: Any, place: str, value: object) -> None:
    """Set what stands at keys and positions joined by dots; `...` takes it away."""
    *path, last = [int(step) if step.isdecimal() else step for step in place.split(".")]
    for step in path:
        data = data[step]
    if value is ...:
        del data[last]
    else:
        data[last] = value


@pytest.mark.parametrize(
    ("source", "place", "value", "told"),
    [
        ("portal_766", "api.vary.p_loaidonvi", [], "api.vary.p_loaidonvi: List should have at least 1 item"),
        ("portal_766", "api.period", ..., "'provinces': figures need api.period with the parameter of a month"),
        ("portal_766", "api.period.month", ..., "'provinces': figures need api.period with the parameter of a month"),
        ("portal_766", "period_type", "day", "'provinces': figures need api.period with the parameter of a day"),
        ("portal_766", "api.period.quarter", "p_thang", "api: Value error, a parameter can say one thing only: p_th"),
        ("portal_766", "api.period.ended", 10**5, "api.period.ended: Input should be less than or equal to 120"),
        ("one_stop_dossiers", "api.vary", {"page": [1]}, "a parameter can say one thing only: page"),
        ("one_stop_dossiers", "api.watermark.field", "at", "api.watermark.field: expected the field of a column"),
        ("one_stop_dossiers", "api.watermark.field", "status", "api.watermark.field: expected the field of a column"),
        ("one_stop_dossiers", "api.schedule", "99 * * * *", "schedule: expected five fields of cron"),
        ("one_stop_dossiers", "api.schedule", "mỗi giờ", "schedule: expected five fields of cron"),
        ("one_stop_dossiers", "api.path", "dossiers", "api.path: String should match"),
        ("one_stop_dossiers", "api.path", "@other.vn/x", "api.path: String should match"),
        ("one_stop_dossiers", "api.authentication.header", "x-api\nkey", "api.authentication.header: String should"),
        ("one_stop_dossiers", "api.timeout_seconds", math.inf, "api.timeout_seconds: Input should be less than"),
        ("one_stop_dossiers", "api.retries", 3, "api.retries: Extra inputs are not permitted"),
        ("one_stop_dossiers", "reporters", "communes", "an API is its department's"),
        ("one_stop_dossiers", "tables.0.record", "delivery", "raw.delivery is a table of the pipeline's own"),
        ("one_stop_dossiers", "tables.0.record", "target", "raw.target is a table of the pipeline's own"),
        ("one_stop_dossiers", "tables.0.columns.1.name", "load_seq", "every record has a load_seq already"),
        ("one_stop_dossiers", "tables.0.columns.1.type", "period", "no column of type period"),
        (
            "rain_gauges",
            "tables.0.columns.3.field",
            "$now",
            "'observed_at': field: of the envelope there is $fetched_at",
        ),
        (
            "rain_gauges",
            "tables.0.columns.3.type",
            "code",
            "'observed_at': field: of the envelope there is $fetched_at",
        ),
        ("task_tracking", "api.paging.field", ..., "api.paging: Value error, paging by cursor needs field"),
        ("task_tracking", "api.authentication.token_path", "oauth", "api.authentication.token_path: String should"),
    ],
)
def test_a_mistake_in_the_contract_of_an_api_is_told_with_file_and_key(
    tmp_path: Path, source: str, place: str, value: object, told: str
) -> None:
    data = yaml.safe_load((SOURCES / f"{source}.yml").read_bytes())
    change(data, place, value)
    (tmp_path / f"{source}.yml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    reason = str(read_contracts(tmp_path, EXPECTATIONS, SEEDS).broken[f"{source}.yml"])
    assert reason.startswith(f"{source}.yml: ")
    assert told in reason


def test_the_records_of_two_tables_do_not_mix(tmp_path: Path) -> None:
    data = yaml.safe_load((SOURCES / "task_tracking.yml").read_bytes())
    data["tables"].append({**data["tables"][0], "table": "others", "suite": "task_tracking__tasks"})
    (tmp_path / "task_tracking.yml").write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    broken = read_contracts(tmp_path, EXPECTATIONS, SEEDS).broken
    assert "tables 'tasks' and 'others': raw.task takes the records of one" in str(broken["task_tracking.yml"])


LAUGHS = b"a0: &a0 [1, 1]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 99))


@pytest.mark.parametrize(
    "content",
    [
        *(b"{[a]: 1}", b"? {a: 1}\n: 2", b"<<: {a: 1}", b"\xff", b"a: [", b"[" * 5000),
        pytest.param(LAUGHS, id="aliases of aliases"),
        pytest.param(b"&a [*a]", id="an alias of itself"),
        pytest.param(b"a: " + b"x" * (1 << 20), id="long"),
    ],
)
def test_what_is_no_yaml_stops_its_contract_and_no_other(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.yml").write_bytes(content)
    (tmp_path / "folder.yml").mkdir()
    shipped = SOURCES / "rain_gauges.yml"
    (tmp_path / shipped.name).write_bytes(shipped.read_bytes())
    contracts = read_contracts(tmp_path, EXPECTATIONS, SEEDS)
    assert set(contracts.ready) == {"rain_gauges"}
    assert set(contracts.broken) == {"odd.yml", "folder.yml"}
    assert "odd.yml: not readable as YAML" in str(contracts.broken["odd.yml"])


@pytest.mark.parametrize("schedule", ["20 5 * * *", "*/15 0-23 1,15 1-12/3 0-7", "@daily"])
def test_a_schedule_is_cron(schedule: str) -> None:
    assert Api.model_validate({"connection": "a", "path": "/a", "schedule": schedule}).schedule == schedule


def check_rows(contracts: Contracts, source: str, table: str, rows: list[dict[str, float | None]]) -> list[Check]:
    """Run one shipped suite over rows of one delivery, each of its own unit."""
    name = f"{source}__{table}"
    frame = pd.DataFrame(rows).astype("float64")
    frame["delivery_seq"], frame["row_id"] = 1, range(len(rows))
    frame["org_unit_code"] = [f"{3600 + number:05}" for number in range(len(rows))]
    frame["period_start_date"] = pd.Timestamp("2025-08-15")
    return validate({name: frame}, contracts.ready[source].suites)[1]


def test_a_sum_that_is_not_the_sum_of_its_parts_is_returned_with_its_row(contracts: Contracts) -> None:
    good = {
        "received_count": 100.0,
        "online_count": 90.0,
        "direct_count": 10.0,
        "settled_count": 80.0,
        "settled_on_time_count": 78.0,
        "settled_late_count": 2.0,
        "pending_on_time_count": 5.0,
        "pending_late_count": 0.0,
    }
    rows = [
        good,
        good | {"direct_count": 11.0},
        good | {"direct_count": None},
        good | {"received_count": None},
        good | {"online_count": 101.0, "direct_count": None},
        good | {"settled_late_count": 3.0},
    ]
    failed = {
        (check.description.split(",")[0], check.failed_row_ids)
        for check in check_rows(contracts, "admin_procedures", "settlements", rows)
        if check.outcome != "passed"
    }
    assert failed == {
        ("Tổng số hồ sơ tiếp nhận phải bằng trực tuyến cộng trực tiếp", (1,)),
        ("Hồ sơ trực tuyến là một phần hồ sơ tiếp nhận", (4,)),
        ("Tổng số hồ sơ đã giải quyết phải bằng đúng hạn cộng quá hạn.", (5,)),
    }


def test_a_stated_share_may_differ_by_its_rounding_only(contracts: Contracts) -> None:
    good = {"outgoing_count": 3.0, "signed_count": 2.0, "paper_count": 1.0, "signed_pct": 66.67}
    rows = [good, good | {"signed_pct": 66.6}, good | {"signed_pct": 0.67}, good | {"signed_pct": None}]
    failed = [
        (check.severity, check.columns, check.failed_row_ids)
        for check in check_rows(contracts, "signed_documents", "outgoing", rows)
        if check.outcome != "passed"
    ]
    assert failed == [("critical", ("signed_pct", "signed_count", "outgoing_count"), (1, 2))]


def test_an_odd_size_is_a_warning_and_not_a_return(contracts: Contracts) -> None:
    rows: list[dict[str, float | None]] = [
        {"previous_month_index": 101.31, "same_month_last_year_index": 74.24},
        {"previous_month_index": 250.0, "same_month_last_year_index": 102.0},
    ]
    failed = [
        (check.severity, check.columns, check.failed_row_ids)
        for check in check_rows(contracts, "gso_monthly", "labour_use_by_province", rows)
        if check.outcome != "passed"
    ]
    assert failed == [("warning", ("previous_month_index",), (1,))]


def labour_workbook(*headers: tuple[str, ...]) -> Workbook:
    """A sheet as the statistics office prints it: one column of headers for each argument after the empty one."""
    rows: list[list[object]] = [[LABOUR_TITLE], [], [None, None, "%"]]
    for line in range(max(len(header) for header in headers)):
        rows.append([None, *(header[line] if line < len(header) else None for header in headers)])
    rows.append(["Sơn La", 99.9, 95.1])
    return Workbook("xlsx", [Sheet("5. LĐCN_DP", rows)])  # type: ignore[arg-type]  # rows of mixed cells


@pytest.mark.parametrize(
    ("previous_month", "same_month_last_year"),
    [
        (
            ("Chỉ số sử dụng lao động", " thời điểm 1/10/2019 so với", "cùng thời điểm tháng trước"),
            ("Chỉ số sử dụng lao động", " thời điểm 1/10/2019 so với", "cùng thời điểm năm trước"),
        ),
        (
            ("Chỉ số sử dụng lao động thời điểm 01/12/2025\nso với cùng thời điểm\ntháng trước (%)",),
            ("Chỉ số sử dụng lao động thời điểm 01/12/2025\nso với cùng thời điểm\nnăm 2024 (%)",),
        ),
        (
            ("Chỉ số sử dụng lao động", "tháng 11/2019 so với", "tháng trước"),
            ("Chỉ số sử dụng lao động", "tháng 11/2019 so với", "cùng kỳ năm trước"),
        ),
        (
            ("Tháng 5 năm 2018 so với tháng trước",),
            ("Tháng 5 năm 2018 so với cùng kì năm 2017",),
        ),
        (
            ("Chỉ số sử dụng LAO ĐỘNG tại thời điểm 01/07/2020 so với cùng thời điểm của tháng trước",),
            ("Chỉ số sử dụng LAO ĐỘNG tại thời điểm 01/07/2020 so với cùng thời điểm của năm trước",),
        ),
    ],
)
@pytest.mark.parametrize("is_swapped", [False, True])
def test_the_two_labour_indices_are_told_apart_whatever_the_month_and_the_order(
    contracts: Contracts, previous_month: tuple[str, ...], same_month_last_year: tuple[str, ...], is_swapped: bool
) -> None:
    headers = (same_month_last_year, previous_month) if is_swapped else (previous_month, same_month_last_year)
    (block,) = find_blocks(labour_workbook(*headers), contracts.ready["gso_monthly"].source)
    assert block.columns == {
        "org_unit": 0,
        "previous_month_index": 2 if is_swapped else 1,
        "same_month_last_year_index": 1 if is_swapped else 2,
    }


@pytest.mark.parametrize(
    "unclear",
    [
        "Chỉ số sử dụng lao động thời điểm 1/1/2020 so với cùng thời điểm tháng 12 năm trước",
        "Chỉ số sử dụng lao động thời điểm 1/1/2020 so với tháng 12/2019",
        "Chỉ số sử dụng lao động 12 tháng năm 2019 so với cùng kỳ năm trước",
    ],
)
def test_a_labour_heading_that_can_mean_two_things_is_asked_about(contracts: Contracts, unclear: str) -> None:
    clear = "Chỉ số sử dụng lao động thời điểm 1/1/2020 so với cùng thời điểm tháng trước"
    with pytest.raises(SourceError) as returned:
        find_blocks(labour_workbook((clear,), (unclear,)), contracts.ready["gso_monthly"].source)
    assert [problem.code for problem in returned.value.problems] == ["missing-column"]
