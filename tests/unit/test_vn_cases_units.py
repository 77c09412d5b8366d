"""The `unit` rows of the normalisation cases, each with the context it needs: level, day and province."""

import csv
from datetime import date
from pathlib import Path

import pytest

from ioc_pipeline.org_units import AmbiguousUnit, OrgUnits

SEEDS = Path(__file__).resolve().parents[2] / "include" / "seeds"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)

CASES = [
    ("Xã Vân Hồ", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("XÃ VÂN HỒ", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("xã Vân Hồ ", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("Xã  Vân   Hồ", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("Đức Thọ", BEFORE, None, "42", "440", "Huyện Đức Thọ"),
    ("Đức Thọ", AFTER, None, "42", "18229", "Xã Đức Thọ"),
    ("03646", BEFORE, "commune", "14", "03646", "Phường Chiềng Lề"),
    ("03646", AFTER, "commune", "14", "03646", "Phường Tô Hiệu"),
    ("UBND xã Vân Hồ", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("UBND xã Vân Hồ - tỉnh Sơn La", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("UBND xã Vân Hồ - tỉnh Sơn La", AFTER, "commune", None, "04048", "Xã Vân Hồ"),
    ("Van Ho", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("X. Vân Hồ", AFTER, "commune", "14", "04048", "Xã Vân Hồ"),
    ("P. Tô Hiệu", AFTER, "commune", "14", "03646", "Phường Tô Hiệu"),
    ("P. Tô Hiệu", BEFORE, "commune", "14", "03649", "Phường Tô Hiệu"),
    ("TT. Mường Giàng", BEFORE, "commune", "14", "03703", "Thị trấn Mường Giàng"),
    ("TP Sơn La", BEFORE, None, "14", "116", "Thành phố Sơn La"),
    ("H. Phù Yên", BEFORE, None, "14", "122", "Huyện Phù Yên"),
    ("TX. Mộc Châu", BEFORE, None, "14", "123", "Thị xã Mộc Châu"),
    ("Yên Hoà", AFTER, "commune", "01", "00175", "Phường Yên Hòa"),
    ("Kiến Thuỵ", AFTER, "commune", "31", "11680", "Xã Kiến Thụy"),
    ("B’Lao", AFTER, "commune", "68", "24829", "Phường B'Lao"),
    ("Xa Ea Kly", AFTER, "commune", "66", "24496", "Xã Ea Kly"),
    ("Xã Sà Phìn", BEFORE, "commune", "02", "00736", "Xã Xà Phìn"),
    ("Xã Sà Phìn", AFTER, "commune", "08", "00733", "Xã Sà Phìn"),
    ("Đăk Lăk", AFTER, "province", None, "66", "Tỉnh Đắk Lắk"),
    ("Thừa Thiên - Huế", date(2024, 12, 1), "province", None, "46", "Tỉnh Thừa Thiên Huế"),
    ("Bà Rịa-Vũng Tàu", BEFORE, "province", None, "77", "Tỉnh Bà Rịa - Vũng Tàu"),
    ("TP.HCM", AFTER, "province", None, "79", "Thành phố Hồ Chí Minh"),
    ("14", AFTER, "province", None, "14", "Tỉnh Sơn La"),
    ("4", AFTER, "province", None, "04", "Tỉnh Cao Bằng"),
    ("3646", AFTER, "commune", "14", "03646", "Phường Tô Hiệu"),
    ("3646.0", AFTER, "commune", "14", "03646", "Phường Tô Hiệu"),
    ("Tỉnh Sơn La (14)", AFTER, "province", None, "14", "Tỉnh Sơn La"),
]
AMBIGUOUS = "Xã Chiềng Chung"


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.mark.parametrize(("text", "day", "level", "province_code", "code", "full_name"), CASES)
def test_a_unit_is_found_as_the_case_says(
    org_units: OrgUnits, text: str, day: date, level: str | None, province_code: str | None, code: str, full_name: str
) -> None:
    unit = org_units.find(text, on=day, level=level, province_code=province_code)
    assert (unit.code, unit.full_name) == (code, full_name)


@pytest.mark.parametrize(
    ("text", "same", "day", "level", "province_code"),
    [
        ("Yên Hoà", "Yên Hòa", BEFORE, "commune", "01"),
        ("Kiến Thuỵ", "Kiến Thụy", BEFORE, "district", "31"),
        ("B’Lao", "B'Lao", BEFORE, "commune", "68"),
        ("Xa Ea Kly", "Xã Ea Kly", BEFORE, "commune", "66"),
        ("Xã Sà Phìn", "Xã Xà Phìn", BEFORE, "commune", "02"),
        ("Xã Sà Phìn", "Xã Xà Phìn", AFTER, "commune", "08"),
        ("Đăk Lăk", "Đắk Lắk", BEFORE, "province", None),
        ("Thừa Thiên - Huế", "Thừa Thiên Huế", date(2024, 12, 1), "province", None),
        ("Bà Rịa-Vũng Tàu", "Bà Rịa - Vũng Tàu", BEFORE, "province", None),
        ("TP.HCM", "Thành phố Hồ Chí Minh", BEFORE, "province", None),
    ],
)
def test_two_spellings_name_one_unit(
    org_units: OrgUnits, text: str, same: str, day: date, level: str, province_code: str | None
) -> None:
    assert org_units.find(text, on=day, level=level, province_code=province_code) == org_units.find(
        same, on=day, level=level, province_code=province_code
    )


def test_a_name_that_two_communes_bear_is_ambiguous_with_their_districts(org_units: OrgUnits) -> None:
    with pytest.raises(AmbiguousUnit) as error:
        org_units.find(AMBIGUOUS, on=BEFORE, level="commune", province_code="14")
    assert error.value.candidates == [
        "Xã Chiềng Chung, Thị xã Mộc Châu (04015)",
        "Xã Chiềng Chung, Huyện Mai Sơn (04129)",
    ]


def test_no_unit_case_is_left_out(shared: Path | None) -> None:
    ours = {text for text, *_ in CASES} | {AMBIGUOUS}
    given = ours
    if shared:
        with (shared / "data" / "vn_normalisation_cases.csv").open(encoding="utf-8", newline="") as file:
            given = {row["input"] for row in csv.DictReader(file) if row["kind"] == "unit"}
    assert ours == given
    assert len(ours) == 30
