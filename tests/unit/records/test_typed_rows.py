"""From the pages of an extract to typed tables: what an API says."""

import json
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from api_records import ANSWERED, AUGUST, DOSSIERS, SCORES, answer, dossier, page, rows_of
from ioc_pipeline.parse.api.extract import parse_extract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source


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
