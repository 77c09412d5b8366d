"""What the lists of units must hold, whoever edits them next."""

import csv
import unicodedata
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from shipped import SEEDS

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def valid_on(rows: list[Row], day: date) -> list[Row]:
    text = day.isoformat()
    return [row for row in rows if row["valid_from_date"] <= text and text <= (row["valid_to_date"] or "9999-12-31")]


@pytest.fixture(scope="module")
def units() -> list[Row]:
    return read("org_units.csv")


@pytest.fixture(scope="module")
def crosswalk() -> list[Row]:
    return read("crosswalk.csv")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2000, 1, 31), {"province": 61}),
        (date(2007, 12, 31), {"province": 64}),
        (date(2008, 8, 1), {"province": 63}),
        (BEFORE, {"province": 63, "district": 696, "commune": 10035}),
        (AFTER, {"province": 34, "commune": 3321}),
        (date(2026, 5, 1), {"province": 34, "commune": 3321}),
    ],
)
def test_the_number_of_units_is_the_official_one_of_the_day(
    units: list[Row], day: date, expected: dict[str, int]
) -> None:
    counts = Counter(row["level"] for row in valid_on(units, day))
    assert {level: counts[level] for level in expected} == expected
    assert counts["country"] == 1


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 12, 31), {"Tỉnh": 58, "Thành phố": 5}),
        (BEFORE, {"Tỉnh": 57, "Thành phố": 6}),
        (AFTER, {"Tỉnh": 28, "Thành phố": 6}),
        (date(2026, 4, 30), {"Tỉnh": 27, "Thành phố": 7}),
    ],
)
def test_provinces_have_the_type_of_the_day(units: list[Row], day: date, expected: dict[str, int]) -> None:
    assert Counter(row["unit_type"] for row in valid_on(units, day) if row["level"] == "province") == expected


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("14", [("Tỉnh Sơn La", "1900-01-01", "")]),
        ("28", [("Tỉnh Hà Tây", "1900-01-01", "2008-07-31")]),
        ("67", [("Tỉnh Đắk Nông", "2004-01-01", "2025-06-30")]),
        ("33", [("Tỉnh Hưng Yên", "1900-01-01", "2025-06-30"), ("Tỉnh Hưng Yên", "2025-07-01", "")]),
        ("46", [("Tỉnh Thừa Thiên Huế", "1900-01-01", "2024-12-31"), ("Thành phố Huế", "2025-01-01", "")]),
        ("03646", [("Phường Chiềng Lề", "1900-01-01", "2025-06-30"), ("Phường Tô Hiệu", "2025-07-01", "")]),
        ("03703", [("Thị trấn Mường Giàng", "1900-01-01", "2025-06-30"), ("Xã Quỳnh Nhai", "2025-07-01", "")]),
        (
            "26326",
            [
                ("Thị trấn Dầu Giây", "1900-01-01", "2025-06-30"),
                ("Xã Dầu Giây", "2025-07-01", "2026-04-29"),
                ("Phường Dầu Giây", "2026-04-30", ""),
            ],
        ),
    ],
)
def test_a_code_names_one_unit_at_a_time(units: list[Row], code: str, names: list[tuple[str, str, str]]) -> None:
    rows = [row for row in units if row["org_unit_code"] == code]
    assert [(row["full_name"], row["valid_from_date"], row["valid_to_date"]) for row in rows] == names


def test_eleven_units_changed_type_on_2026_04_30(units: list[Row]) -> None:
    changed = [row for row in units if row["valid_from_date"] == "2026-04-30"]
    ended = [row for row in units if row["valid_to_date"] == "2026-04-29"]
    assert sorted(row["org_unit_code"] for row in changed) == sorted(row["org_unit_code"] for row in ended)
    assert Counter(row["level"] for row in changed) == {"commune": 10, "province": 1}


def test_periods_of_one_code_never_overlap_and_leave_no_gap(units: list[Row]) -> None:
    by_code: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in units:
        by_code[row["level"], row["org_unit_code"]].append(row)
    for rows in by_code.values():
        for earlier, later in pairwise(rows):
            next_day = date.fromisoformat(earlier["valid_to_date"]) + timedelta(days=1)
            assert later["valid_from_date"] == next_day.isoformat(), later


def test_codes_keep_their_leading_zeros_and_names_their_form(units: list[Row]) -> None:
    width = {"country": 2, "province": 2, "district": 3, "commune": 5}
    for row in units:
        assert len(row["org_unit_code"]) == width[row["level"]], row
        assert row["full_name"] == f"{row['unit_type']} {row['name']}" or row["level"] == "country", row


@pytest.mark.parametrize("name", ["org_units.csv", "agencies.csv", "org_unit_aliases.csv", "crosswalk.csv"])
def test_texts_are_composed_and_have_no_stray_blanks(name: str) -> None:
    content = (SEEDS / name).read_text(encoding="utf-8")
    assert content == unicodedata.normalize("NFC", content)
    assert "\ufeff" not in content
    for row in read(name):
        assert all(value == " ".join(value.split()) for value in row.values()), row


@pytest.mark.parametrize("day", [BEFORE, AFTER, date(2026, 5, 1)])
def test_every_unit_has_its_parent_and_province(units: list[Row], day: date) -> None:
    current = valid_on(units, day)
    level = {row["org_unit_code"]: row["level"] for row in current}
    parents = {"province": "country", "district": "province", "commune": "district" if day == BEFORE else "province"}
    for row in current:
        if row["level"] != "country":
            assert level[row["parent_code"]] == parents[row["level"]], row
            assert level[row["province_code"]] == "province", row


def test_every_code_of_the_crosswalk_exists_at_its_date(units: list[Row], crosswalk: list[Row]) -> None:
    before = {(row["level"], row["org_unit_code"]) for row in valid_on(units, BEFORE)}
    after = {(row["level"], row["org_unit_code"]) for row in valid_on(units, AFTER)}
    assert {row["effective_date"] for row in crosswalk} == {"2025-07-01"}
    assert {(row["old_level"], row["old_code"]) for row in crosswalk} <= before
    assert {(row["level"], row["new_code"]) for row in crosswalk} <= after


def test_no_commune_or_province_is_missing_from_the_crosswalk(units: list[Row], crosswalk: list[Row]) -> None:
    before = {(row["level"], row["org_unit_code"]) for row in valid_on(units, BEFORE)}
    after = {(row["level"], row["org_unit_code"]) for row in valid_on(units, AFTER)}
    old = {(row["old_level"], row["old_code"]) for row in crosswalk}
    assert {unit for unit in before if unit[0] in ("province", "commune")} <= old
    assert {(row["level"], row["new_code"]) for row in crosswalk} == {unit for unit in after if unit[0] != "country"}


def test_a_unit_goes_fully_into_one_or_partly_into_several(crosswalk: list[Row]) -> None:
    targets: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in crosswalk:
        targets[row["old_level"], row["old_code"]].append(row["relation"])
    assert all(relations == ["full"] or set(relations) == {"partial"} for relations in targets.values())
    assert all(relations != ["partial"] for relations in targets.values())
    assert Counter(len(relations) == 1 for (level, _), relations in targets.items() if level == "commune") == {
        True: 9595,
        False: 440,
    }


def test_the_two_hundred_communes_of_son_la_went_fully_into_seventy_five(
    units: list[Row], crosswalk: list[Row]
) -> None:
    old = {row["org_unit_code"] for row in valid_on(units, BEFORE) if row["province_code"] == "14"}
    new = {row["org_unit_code"] for row in valid_on(units, AFTER) if row["province_code"] == "14"}
    rows = [row for row in crosswalk if row["old_level"] == "commune" and row["old_code"] in old]
    assert len(rows) == len({row["old_code"] for row in rows}) == 200
    assert len({row["new_code"] for row in rows}) == 75
    assert {row["new_code"] for row in rows} <= new
    assert {row["relation"] for row in rows} == {"full"}


def test_the_crosswalk_agrees_with_the_official_table(crosswalk: list[Row], shared: Path | None) -> None:
    ours = {(row["old_code"], row["new_code"]) for row in crosswalk if row["old_level"] == "commune"}
    official = ours
    if shared:
        with (shared / "data" / "crosswalk.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["old_level"] == "commune"]
        official = {(row["old_code"], row["new_code"]) for row in rows}
    assert ours == official
    assert {("04012", "03980"), ("04111", "04123"), ("23938", "23938")} <= ours


def test_agencies_can_be_folder_names_and_hold_the_known_departments() -> None:
    agencies = read("agencies.csv")
    codes = {row["org_unit_code"] for row in agencies}
    assert len(codes) == len(agencies)
    assert all(code.replace("-", "").isalnum() and code.isascii() and code == code.lower() for code in codes)
    known = {"vp-ubnd", "cong-an-tinh", "so-khcn", "thue-tinh", "thong-ke-tinh", "bhxh-tinh", "vp-tinh-uy"}
    assert known <= {row["org_unit_code"] for row in agencies if row["province_code"] == "14"}
    assert [row["org_unit_code"] for row in agencies if not row["province_code"]] == ["cuc-thong-ke"]


def test_the_licences_travel_with_the_lists() -> None:
    for name in ("dvhcvn_20250701_MIT.txt", "thanglequoc_MIT.txt"):
        assert (SEEDS / "licences" / name).read_text(encoding="utf-8").startswith("MIT License")
