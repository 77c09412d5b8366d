"""From the pages of an extract to typed tables: what an API says, and every way in which it may lie."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.pages import Page
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.parse.api.extract import parse_extract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.records import RecordTable
from ioc_pipeline.parse.sheet import ParsedDelivery
from ioc_pipeline.read.json_page import read_json
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.warehouse.observations import record_schema

SEEDS = Path(__file__).resolve().parents[2] / "include" / "seeds"
ANSWERED = datetime(2025, 9, 20, 1, 0, tzinfo=UTC)
AUGUST = Period("month", date(2025, 8, 1), date(2025, 8, 31))
CITIZEN = "014085001234"

DOSSIERS = {
    "source": "dossiers_api",
    "title": "Hồ sơ",
    "system": "02",
    "department": "vp-ubnd",
    "period_type": "month",
    "clock": "management",
    "due_working_days": 2,
    "reporting_since": "2025-07-15",
    "api": {
        "connection": "one_stop",
        "schedule": "0 5 * * *",
        "path": "/dossiers",
        "paging": {"kind": "page_number", "parameter": "page", "size": 100, "total_field": "meta.total"},
        "watermark": {"field": "updatedAt", "parameter": "since"},
        "records": ["items"],
        "ignored_fields": ["colour"],
    },
    "tables": [
        {
            "table": "dossiers",
            "record": "dossier",
            "replaces": "record",
            "record_key": ["dossier_id"],
            "columns": [
                {"name": "dossier_id", "field": "id", "type": "code"},
                {"name": "org_unit", "field": "place.commune", "type": "org_unit", "level": "commune"},
                {"name": "received_at", "field": "receivedAt", "type": "timestamp"},
                {"name": "settled_on", "field": "settledOn", "type": "date", "blank": "no_data"},
                {"name": "is_online", "field": "isOnline", "type": "count"},
                {"name": "fee_vnd", "field": "fee", "type": "money"},
                {"name": "note", "field": "note", "type": "text", "required": False, "blank": "no_data"},
                {"name": "updated_at", "field": "updatedAt", "type": "timestamp"},
                {"name": "seen_at", "field": "$fetched_at", "type": "timestamp"},
            ],
        }
    ],
}

SCORES = {
    **{key: DOSSIERS[key] for key in ("title", "department", "period_type", "due_working_days", "reporting_since")},
    "source": "scores_api",
    "system": "03",
    "clock": "calendar",
    "locale": "en",
    "api": {
        "connection": "national_portal",
        "schedule": "0 7 * * *",
        "path": "/rest",
        "period": {"year": "p_nam", "month": "p_thang"},
        "records": ["", "data"],
        "numbers": "text",
    },
    "tables": [
        {
            "table": table,
            "where": {"KIND": kind},
            "columns": [
                {"name": "org_unit", "field": "TEN", "type": "org_unit", "level": level},
                {"name": "total", "field": "SCORE", "type": "number", "element": "index766_total"},
                {
                    "name": "rank",
                    "field": "STT",
                    "type": "rank",
                    "element": "index766_rank",
                    "of_element": "index766_ranked_units",
                },
            ],
        }
        for table, kind, level in [("provinces", "0", "province"), ("communes", "2", "commune")]
    ],
}


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


def dossier(number: int = 1, **changed: Any) -> dict[str, Any]:
    record = {
        "id": f"H{number:03}",
        "place": {"commune": "03646"},
        "receivedAt": "2025-09-01T08:30:00+07:00",
        "settledOn": None,
        "isOnline": True,
        "fee": 15000,
        "updatedAt": "2025-09-02T08:30:00+07:00",
    }
    record.update(changed)
    return {name: value for name, value in record.items() if value is not ...}


def page(content: Any, number: int = 1, **more: Any) -> Page:
    given: dict[str, Any] = {"server_time": None, "period": None, "received_at": ANSWERED, **more}
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Page(delivery_seq=number, name=f"{number:04}.json", content=read_json(text.encode()), **given)


def answer(*records: Any, total: Any = None, number: int = 1, **more: Any) -> Page:
    count = len(records) if total is None else total
    return page({"meta": {"total": count}, "items": list(records)}, number, **more)


@pytest.fixture
def read(org_units: OrgUnits) -> Any:
    def parse(*pages: Page, contract: dict[str, Any] = DOSSIERS, **api: Any) -> ParsedDelivery:
        source = Source.model_validate({**contract, "api": {**contract["api"], **api}})
        envelope = Envelope("vp-ubnd", "14", "x/y", ANSWERED.date(), org_units)
        return parse_extract(pages, source, envelope)

    return parse


def problems_of(read: Any, *pages: Page, **more: Any) -> Sequence[Problem]:
    with pytest.raises(SourceError) as raised:
        read(*pages, **more)
    return raised.value.problems


def rows_of(records: RecordTable) -> list[dict[str, Any]]:
    return pa.Table.from_batches(records.rows(), schema=record_schema(records.table)).to_pylist()


# ---------- what is read


def test_a_record_becomes_a_typed_row_with_its_page_and_pointer(read: Any) -> None:
    (records,) = read(
        answer(dossier(1), dossier(2, settledOn="2025-09-03", note=" hồ  sơ ", fee=0.5), number=7)
    ).records
    assert rows_of(records)[1] == {
        "delivery_seq": 7,
        "source_name": "dossiers_api",
        "record_key": "H002",
        "org_unit_code": "03646",
        "dossier_id": "H002",
        "received_at": datetime(2025, 9, 1, 1, 30),  # noqa: DTZ001  # raw holds UTC without saying so
        "settled_on": date(2025, 9, 3),
        "is_online": 1,
        "fee_vnd": Decimal("0.500000000000"),
        "note": "hồ sơ",
        "updated_at": datetime(2025, 9, 2, 1, 30),  # noqa: DTZ001
        "seen_at": ANSWERED.replace(tzinfo=None),
        "sheet_name": "/items",
        "cell_address": "/items/1",
    }
    assert rows_of(records)[0]["settled_on"] is None


def test_a_unit_is_known_by_its_name_or_code_on_the_day_of_the_record(read: Any) -> None:
    before = dossier(1, place={"commune": "03646"}, receivedAt="2025-06-30T08:00:00+07:00")
    after = dossier(2, place={"commune": "Phường Tô Hiệu, tỉnh Sơn La"}, receivedAt="2025-07-01T00:00:00+07:00")
    (records,) = read(answer(before, after)).records
    assert [unit.full_name for unit in records.units] == ["Phường Chiềng Lề", "Phường Tô Hiệu"]


@given(digits=st.integers(-(10**36) + 1, 10**36 - 1), decimals=st.integers(0, 12), has_exponent=st.booleans())
def test_a_number_survives_exactly(org_units: OrgUnits, digits: int, decimals: int, has_exponent: bool) -> None:
    sign, units = ("-" if digits < 0 else ""), abs(digits) // 10 ** (12 - decimals)
    digits = -units if sign else units
    plain = f"{sign}{str(units).zfill(decimals + 1)}"
    written = (
        f"{sign}{units}e-{decimals}"
        if has_exponent
        else f"{plain[: len(plain) - decimals]}.{plain[len(plain) - decimals :]}"
    )
    written = written.removesuffix(".")
    record = json.dumps(dossier(fee=0)).replace('"fee": 0', f'"fee": {written}')
    content = page(f'{{"meta": {{"total": 1}}, "items": [{record}]}}')
    source = Source.model_validate(DOSSIERS)
    parsed = parse_extract([content], source, Envelope("vp-ubnd", "14", "x/y", ANSWERED.date(), org_units))
    assert int(rows_of(parsed.records[0])[0]["fee_vnd"].scaleb(12, Context(prec=60))) == digits * 10 ** (12 - decimals)


def test_the_noise_of_a_double_is_rounded_to_what_raw_keeps(read: Any) -> None:
    (records,) = read(answer(dossier(fee=0.1 + 0.2))).records
    assert rows_of(records)[0]["fee_vnd"] == Decimal("0.3")


def test_an_empty_answer_is_a_table_without_records(read: Any) -> None:
    (records,) = read(answer()).records
    assert (records.table.record, records.row_count()) == ("dossier", 0)


def test_a_record_in_two_pages_counts_once_in_its_newest_version(read: Any) -> None:
    older = dossier(1, fee=1, updatedAt="2025-09-02T08:00:00+07:00")
    newer = dossier(1, fee=2, updatedAt="2025-09-02T09:00:00+07:00")
    (records,) = read(answer(newer, dossier(2), total=2), answer(older, total=2, number=2)).records
    assert [(row["record_key"], row["fee_vnd"], row["delivery_seq"]) for row in rows_of(records)] == [
        ("H001", 2, 1),
        ("H002", 15000, 1),
    ]


def test_of_two_changes_within_one_second_the_later_answer_counts(read: Any) -> None:
    first, second = dossier(1, fee=1), dossier(1, fee=2)
    (records,) = read(answer(first, dossier(2), total=2), answer(second, total=2, number=2)).records
    assert [(row["record_key"], row["fee_vnd"]) for row in rows_of(records)] == [("H002", 15000), ("H001", 2)]


def test_the_same_record_twice_in_one_page_is_one(read: Any) -> None:
    assert read(answer(dossier(), dossier(), total=1)).records[0].keys == ["H001"]


def test_figures_are_of_the_period_that_was_asked_for(read: Any) -> None:
    rows = [
        {"KIND": "2", "TEN": "UBND phường Tô Hiệu - tỉnh Sơn La", "SCORE": "97.25", "STT": "1"},
        {"KIND": "2", "TEN": "UBND xã Mai Sơn - tỉnh Sơn La", "SCORE": "96.5", "STT": "2/75"},
    ]
    parsed = read(page({"data": rows}, 5, period=AUGUST), contract=SCORES)
    observations = pa.Table.from_batches(parsed.tables[0].observations(9)).to_pylist()
    assert [(row["element_code"], row["measured_value"], row["cell_address"]) for row in observations] == [
        ("index766_total", Decimal("97.25"), "/data/0/SCORE"),
        ("index766_total", Decimal("96.5"), "/data/1/SCORE"),
        ("index766_rank", 1, "/data/0/STT"),
        ("index766_rank", 2, "/data/1/STT"),
        ("index766_ranked_units", 2, "/data/0/STT"),
        ("index766_ranked_units", 75, "/data/1/STT"),
    ]
    assert {(row["delivery_seq"], row["period_start_date"], row["sheet_name"]) for row in observations} == {
        (5, AUGUST.start, "/data")
    }
    assert [(scope.table_name, scope.period) for scope in parsed.scopes] == [("communes", AUGUST)]


def test_rows_of_a_list_go_to_the_table_whose_condition_they_fulfil(read: Any) -> None:
    rows = [
        {"KIND": "0", "TEN": "Tỉnh Sơn La", "SCORE": "90", "STT": "1"},
        {"KIND": "2", "TEN": "Xã Mai Sơn", "SCORE": "80", "STT": "1"},
    ]
    parsed = read(page(rows, period=AUGUST), contract=SCORES)
    assert [(table.table.name, table.row_count()) for table in parsed.tables] == [("provinces", 1), ("communes", 1)]


def test_a_field_nobody_agreed_on_is_told_once(read: Any) -> None:
    parsed = read(answer(dossier(1, colour="red", extra=1), dossier(2, extra=2)))
    assert [(warning.code, warning.column, warning.cell) for warning in parsed.warnings] == [
        ("unknown-field", "extra", "/items/0/extra")
    ]


# ---------- a unit that is named twice

MAI_SON, TO_HIEU = "Xã Mai Sơn", "Phường Tô Hiệu"  # 04105 and 03646


@pytest.mark.parametrize(
    ("unit_field", "own", "twin", "said"),
    [
        ("communeCode", "03646", "communeName", MAI_SON),
        ("communeCode", "03646", "commune_name", "xã Mai Sơn, tỉnh Sơn La"),
        ("communeCode", "03646", "tenCommune", "UBND xã Mai Sơn"),
        ("maXa", "03646", "tenXa", MAI_SON),
        ("MA_XA", "03646", "TEN_XA", MAI_SON),
        ("MAXA", "03646", "TENXA", MAI_SON),
        ("ma_don_vi", "03646", "ten_don_vi", MAI_SON),
        ("commune.code", "03646", "commune.name", MAI_SON),
        ("commune.code", "03646", "commune.fullName", MAI_SON),
        ("communeId", "03646", "communeCode", "04105"),
        ("communeName", TO_HIEU, "communeCode", "04105"),
        ("communeName", TO_HIEU, "communeCode", 4105),
        ("commune.name", TO_HIEU, "commune.code", "04105"),
        ("commune", TO_HIEU, "communeCode", "04105"),
        ("tenXaPhuong", TO_HIEU, "maXaPhuong", "04105"),
    ],
)
@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_record_whose_code_and_name_are_two_units_is_returned(
    read: Any, unit_field: str, own: Any, twin: str, said: Any, is_ignored: bool
) -> None:
    more: dict[str, Any] = {"ignored_fields": [twin]} if is_ignored else {}
    found = problems_of(read, named_twice(unit_field, own, twin, said), contract=by_unit(unit_field), **more)
    assert [(told.code, told.column, told.record) for told in found] == [("code-not-of-unit", twin, "H001")]
    assert found[0].cell == "/items/0/" + twin.replace(".", "/")


@pytest.mark.parametrize(
    ("unit_field", "own", "twin", "said"),
    [
        ("communeCode", "03646", "communeName", TO_HIEU),
        ("communeCode", "03646", "communeName", "PHƯỜNG TÔ HIỆU"),
        ("communeCode", "03646", "communeName", "UBND phường Tô Hiệu - tỉnh Sơn La"),
        ("communeCode", "03646", "communeName", None),
        ("communeCode", "03646", "communeName", ""),
        ("communeCode", "03646", "communeName", "Khu vực trung tâm"),  # names no unit
        ("communeCode", "03646", "communeId", 4105),  # an inner identifier
        ("communeCode", "03646", "communeId", "c0ffee"),
        ("communeCode", "03646", "agencyName", MAI_SON),  # of another thing
        ("communeCode", "03646", "previousCommuneName", MAI_SON),
        ("communeCode", "03646", "name", MAI_SON),  # of the record itself, perhaps
        ("communeName", TO_HIEU, "communeCode", 3646),
        ("communeName", TO_HIEU, "communeCode", "03646"),
        ("commune.name", TO_HIEU, "commune.code", "03646"),
        ("commune.code", "03646", "commune.population", 4105),
    ],
)
def test_a_record_that_names_one_unit_twice_or_another_thing_beside_it_is_taken(
    read: Any, unit_field: str, own: Any, twin: str, said: Any
) -> None:
    contract = by_unit(unit_field)
    parsed = read(named_twice(unit_field, own, twin, said), contract=contract, ignored_fields=[twin])
    assert [unit.code for unit in parsed.records[0].units] == ["03646"]


def test_todays_name_agrees_with_a_record_of_before_the_merger(read: Any) -> None:
    page = named_twice("communeCode", "03646", "communeName", TO_HIEU, receivedAt="2025-06-20T08:00:00+07:00")
    contract = by_unit("communeCode")
    assert read(page, contract=contract, ignored_fields=["communeName"]).records[0].row_count() == 1


def by_unit(field: str) -> dict[str, Any]:
    """The contract with its unit in another field."""
    (table,) = DOSSIERS["tables"]  # type: ignore[misc]
    columns = [{**each, "field": field} if each["name"] == "org_unit" else each for each in table["columns"]]
    return {**DOSSIERS, "tables": [{**table, "columns": columns}]}


def named_twice(unit_field: str, own: Any, twin: str, said: Any, **changed: Any) -> Page:
    record = dossier(1, place=..., **changed)
    for name, value in ((unit_field, own), (twin, said)):
        outer, _, inner = name.partition(".")
        record[outer] = {**record.get(outer, {}), inner: value} if inner else value
    return answer(record)


# ---------- one bad record of many


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"fee": "mười hai"}, "bad-field"),
        ({"fee": None}, "blank-field"),
        ({"fee": ...}, "missing-field"),
        ({"id": None}, "blank-field"),
        ({"place": {"commune": "99999"}}, "unknown-unit"),
        ({"updatedAt": "2099-01-01T00:00:00Z"}, "future-time"),
        ({"receivedAt": "hôm qua", "isOnline": -1}, "bad-field"),
    ],
)
def test_a_bad_record_is_sent_back_by_its_key_and_the_rest_counts_where_the_contract_says_so(
    read: Any, changed: dict[str, Any], code: str
) -> None:
    good = [dossier(number) for number in range(1, 10)]
    page = answer(*good, dossier(10, **changed), list_number=1)
    parsed = read(page, bad_records_pct=10)
    assert parsed.records[0].keys == [f"H{number:03}" for number in range(1, 10)]
    assert {(told.code, told.is_left_out, told.severity) for told in parsed.warnings} == {(code, True, "critical")}
    assert {told.record for told in parsed.warnings} == {"null" if "id" in changed else "H010"}
    for share in (0, 9.9):
        returned = problems_of(read, page, bad_records_pct=share)
        assert [(told.code, told.is_left_out) for told in returned] == [(told.code, False) for told in parsed.warnings]


def test_more_bad_records_than_the_contract_allows_send_back_the_run(read: Any) -> None:
    page = answer(*(dossier(number, fee=None if number < 3 else 1) for number in range(1, 11)))
    assert read(page, bad_records_pct=20).records[0].row_count() == 8
    assert [told.record for told in problems_of(read, page, bad_records_pct=19)] == ["H001", "H002"]


def test_a_list_that_is_not_whole_and_personal_data_send_back_the_run_whatever_share_may_be_bad(read: Any) -> None:
    records = [dossier(number) for number in range(1, 11)]
    whole = {**records[0], "fee": "x"}
    codes = [told.code for told in problems_of(read, answer(whole, *records[1:], total=11), bad_records_pct=20)]
    assert codes == ["wrong-total"]
    personal = answer({**whole, "note": f"số {CITIZEN}"}, *records[1:])
    assert [told.code for told in problems_of(read, personal, bad_records_pct=20)] == ["personal-data"]


# ---------- what is returned


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"fee": "15000"}, "bad-field", "fee"),
        ({"fee": "mười hai"}, "bad-field", "fee"),
        ({"fee": True}, "bad-field", "fee"),
        ({"fee": [1]}, "bad-field", "fee"),
        ({"fee": 10**24}, "bad-field", "fee"),
        ({"isOnline": -1}, "bad-field", "isOnline"),
        ({"isOnline": 0.5}, "bad-field", "isOnline"),
        ({"id": 7}, "bad-field", "id"),
        ({"receivedAt": "2025-09-01T08:30:00"}, "bad-field", "receivedAt"),
        ({"receivedAt": "2025-02-30T08:30:00+07:00"}, "bad-field", "receivedAt"),
        ({"receivedAt": "0001-01-01T00:00:00+07:00"}, "bad-field", "receivedAt"),
        ({"receivedAt": "1970-01-01T00:00:00Z"}, "bad-field", "receivedAt"),
        ({"updatedAt": "0001-01-01T00:00:00Z"}, "bad-field", "updatedAt"),
        ({"receivedAt": "9999-12-31T23:59:59Z"}, "bad-field", "receivedAt"),
        ({"settledOn": "3/9/2025"}, "bad-field", "settledOn"),
        ({"settledOn": "9999-12-31"}, "bad-field", "settledOn"),
        ({"fee": None}, "blank-field", "fee"),
        ({"id": "  "}, "blank-field", "id"),
        ({"fee": ...}, "missing-field", "fee"),
        ({"place": None}, "missing-field", "place.commune"),
        ({"place": {"commune": "99999"}}, "unknown-unit", "place.commune"),
        ({"place": {"commune": "Xã Không Có"}}, "unknown-unit", "place.commune"),
        ({"place": {"commune": "00004"}}, "foreign-unit", "place.commune"),
        ({"updatedAt": "2025-09-20T08:30:00+07:00"}, "future-time", "updatedAt"),
    ],
)
def test_a_lie_is_returned_with_record_and_field(read: Any, changed: dict[str, Any], code: str, column: str) -> None:
    (problem,) = problems_of(read, answer(dossier(1), total=2), answer(dossier(2, **changed), total=2, number=2))
    assert (problem.code, problem.column, problem.page) == (code, column, "0002.json")
    if code != "missing-field":
        assert problem.cell == "/items/0/" + column.replace(".", "/")
    if column != "id":
        assert problem.record == "H002"


def test_every_bad_field_is_told_at_once(read: Any) -> None:
    found = problems_of(read, answer(dossier(1, fee="x", isOnline=-3), dossier(2, receivedAt="hôm qua")))
    assert [(problem.record, problem.column, problem.found) for problem in found] == [
        ("H002", "receivedAt", "hôm qua"),
        ("H001", "isOnline", "-3"),
        ("H001", "fee", "x"),
    ]


@pytest.mark.parametrize("totals", [(3, 3), (1, 1)])
def test_a_total_that_does_not_fit_is_returned(read: Any, totals: tuple[int, int]) -> None:
    pages = [answer(dossier(number), total=total, number=number) for number, total in enumerate(totals, start=1)]
    (problem,) = problems_of(read, *pages)
    assert (problem.code, problem.cell, problem.column) == ("wrong-total", "/meta/total", "meta.total")


def test_a_total_that_moved_while_it_was_fetched_is_no_lie(read: Any) -> None:
    assert read(answer(dossier(1), total=1), answer(dossier(2), total=3, number=2)).records[0].row_count() == 2


@pytest.mark.parametrize("total", [None, "2.0", 1.5, -1])
def test_a_total_that_is_no_count_is_returned(read: Any, total: Any) -> None:
    (problem,) = problems_of(read, page({"meta": {"total": total}, "items": []}))
    assert (problem.code, problem.cell) == ("bad-field", "/meta/total")


def test_one_key_with_two_contents_in_one_page_is_returned(read: Any) -> None:
    (problem,) = problems_of(read, answer(dossier(1), dossier(1, fee=9), total=1))
    assert (problem.code, problem.cell, problem.record) == ("duplicate-record", "/items/1", "H001")


def test_a_server_whose_clock_is_ahead_is_believed_for_a_day(read: Any) -> None:
    ahead = answer(dossier(updatedAt="2025-09-20T11:00:00+07:00"), server_time=ANSWERED + timedelta(hours=3))
    assert read(ahead).records[0].row_count() == 1
    liar = answer(dossier(updatedAt="2027-01-01T00:00:00+07:00"), server_time=datetime(2027, 1, 1, tzinfo=UTC))
    assert [problem.code for problem in problems_of(read, liar)] == ["future-time"]


def test_a_period_that_has_not_begun_is_returned(read: Any) -> None:
    later = Period("month", date(2025, 10, 1), date(2025, 10, 31))
    (problem,) = problems_of(read, page([], period=later), contract=SCORES)
    assert (problem.code, problem.page) == ("future-period", "0001.json")


@pytest.mark.parametrize("content", [{"error": "no"}, {"items": {}}, [], 5, None])
def test_an_answer_without_its_list_is_returned(read: Any, content: Any) -> None:
    found = problems_of(read, page(content))
    assert "missing-records" in [problem.code for problem in found]


def test_an_element_that_is_no_record_is_returned(read: Any) -> None:
    (problem,) = problems_of(read, answer(dossier(), "x", total=1))
    assert (problem.code, problem.cell) == ("bad-record", "/items/1")


def test_a_row_of_an_unknown_kind_is_returned_once(read: Any) -> None:
    rows = [{"KIND": "9", "TEN": "Xã Mai Sơn", "SCORE": "80", "STT": "1"}] * 3
    (problem,) = problems_of(read, page(rows, period=AUGUST), contract=SCORES)
    assert (problem.code, problem.cell, problem.found) == ("unmatched-record", "/0/KIND", "9")


def test_a_new_field_is_returned_where_the_contract_says_so(read: Any) -> None:
    (problem,) = problems_of(read, answer(dossier(extra=1)), unknown_field="returned")
    assert (problem.code, problem.column, problem.severity) == ("unknown-field", "extra", "critical")


@pytest.mark.parametrize(
    "changed",
    [
        {"applicantName": "Người Nộp"},
        {"hoTen": "Người Nộp"},
        {"owner": {"citizen_id": "1"}},
        {"extra": CITIZEN},
        {"extra": ["gọi 0912345678"]},
        {"colour": "ai@example.vn"},
        {"id": CITIZEN},
        {"note": f"số {CITIZEN}"},
    ],
)
def test_personal_data_returns_all_and_is_not_repeated(read: Any, changed: dict[str, Any]) -> None:
    found = problems_of(read, answer(dossier(1, fee=CITIZEN, **changed)))
    assert {problem.code for problem in found} == {"personal-data"}
    assert CITIZEN not in repr(found)
    assert "Người Nộp" not in repr(found)


def test_a_personal_field_without_a_value_is_only_unknown(read: Any) -> None:
    assert [warning.code for warning in read(answer(dossier(phone=None))).warnings] == ["unknown-field"]


def test_two_keys_that_read_alike_when_joined_stay_two_records(read: Any) -> None:
    contract = {**DOSSIERS, "tables": [{**DOSSIERS["tables"][0], "record_key": ["dossier_id", "note"]}]}
    one, other = dossier(id="a|b", note="c"), dossier(id="a", note="b|c")
    assert read(answer(one, other), contract=contract).records[0].keys == ["a\\|b|c", "a|b\\|c"]
