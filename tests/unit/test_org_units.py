"""Names and codes as departments write them → the unit of that day, or an answer that helps."""

import csv
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from shipped import SEEDS

BEFORE, AFTER = date(2025, 6, 30), date(2025, 9, 1)

LABELS_OF_63_PROVINCES = [
    *("Hà Nội", "Vĩnh Phúc", "Bắc Ninh", "Quảng Ninh", "Hải Dương", "Hải Phòng", "Hưng Yên", "Thái Bình ", "Hà Nam"),
    *("Nam Định", "Ninh Bình", "Hà Giang", "Cao Bằng", "Bắc Kạn ", "Tuyên Quang", "Lào Cai", "Yên Bái", "Thái Nguyên"),
    *("Lạng Sơn", "Bắc Giang", "Phú Thọ", "Điện Biên", "Lai Châu", "Sơn La", "Hòa Bình", "Thanh Hóa", "Nghệ An"),
    *("Hà Tĩnh", "Quảng Bình", "Quảng Trị", "Thừa Thiên - Huế", "Đà Nẵng ", "Quảng Nam", "Quảng Ngãi", "Bình Định"),
    *("Phú Yên", "Khánh Hòa", "Ninh Thuận ", "Bình Thuận", "Kon Tum", "Gia Lai", "Đắk Lắk", "Đắk Nông", "Lâm Đồng"),
    *("Bình Phước", "Tây Ninh", "Bình Dương", "Đồng Nai", "Bà Rịa - Vũng Tàu", "TP. Hồ Chí Minh", "Long An"),
    *("Tiền Giang ", "Bến Tre ", "Trà Vinh ", "Vĩnh Long", "Đồng Tháp ", "An Giang ", "Kiên Giang", "Cần Thơ"),
    *("Hậu Giang", "Sóc Trăng", "Bạc Liêu", "Cà Mau"),
]
TABLES_BY_PROVINCE = [
    (date(2019, 10, 1), "gso_2019-10-29-Tổng-cục-Thống-kê-So-lieu-KT-XH-tháng-10.xlsx", "5. LĐCN_DP"),
    (date(2020, 3, 1), "gso_2020-03-27-02-Bieu-3-2020.xlsx", "10. LĐCN_DP"),
    (date(2021, 9, 1), "gso_2021-09-29-03-Bieu-9.2021.xlsx", "6. LĐCN_DP"),
    (date(2022, 12, 1), "gso_2022-12-29-03-Bieu-2022.xlsx", "6. LĐCN_DP"),
    (date(2023, 12, 1), "gso_2023-12-29-02.Bieu-T12.2023.xlsx", "16. LĐCN_DP"),
    (date(2024, 12, 1), "gso_2024-12-29-02.Bieu-T12.2024.xlsx", "16. LĐCN_DP"),
    (date(2025, 1, 1), "gso_2025-01-29-02-Bieu-T01.2025-2.xlsx", "5. LĐCN_DP"),
]


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


def write_seeds(folder: Path, **changed: str) -> Path:
    """The real seeds with some files replaced or appended to: `name="text"`; a text that starts with + is appended."""
    for path in SEEDS.glob("*.csv"):
        if path.stem in ("org_units", "agencies", "org_unit_aliases", "aliases"):
            content = path.read_text(encoding="utf-8")
            change = changed.get(path.stem, "+")
            (folder / path.name).write_text(
                content + change[1:] if change.startswith("+") else change, encoding="utf-8"
            )
    return folder


@pytest.mark.parametrize("day", [day for day, _, _ in TABLES_BY_PROVINCE])
def test_the_63_provinces_are_known_as_statistics_tables_write_them(org_units: OrgUnits, day: date) -> None:
    found = [org_units.find(text, on=day, level="province", province_code=None) for text in LABELS_OF_63_PROVINCES]
    assert [unit.code for unit in sorted(found, key=lambda unit: unit.code)] == [
        unit.code for unit in org_units.members(level="province", province_code="", on=day)
    ]


@pytest.mark.parametrize(("day", "file_name", "sheet_name"), TABLES_BY_PROVINCE)
def test_every_row_of_the_real_tables_by_province_is_known_on_its_date(
    org_units: OrgUnits, shared: Path | None, day: date, file_name: str, sheet_name: str
) -> None:
    labels = ["CẢ NƯỚC ", *LABELS_OF_63_PROVINCES]
    if shared:
        sheet = CalamineWorkbook.from_path(shared / "real_sheets" / file_name).get_sheet_by_name(sheet_name)
        rows = [row for row in sheet.to_python() if any(isinstance(value, float) for value in row)]
        labels = [next(str(value) for value in row if isinstance(value, str) and value.strip()) for row in rows]
    found = {org_units.find(text, on=day, level=None, province_code=None) for text in labels}
    assert sorted(unit.level for unit in found) == ["country"] + ["province"] * 63


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("Huế", date(2024, 12, 31), "46"),
        ("Thừa Thiên-Huế", date(2024, 12, 31), "46"),
        ("Thừa Thiên - Huế", date(2025, 1, 1), "46"),
        ("TT. Huế", date(2019, 10, 1), "46"),
        ("Đăk Nông", BEFORE, "67"),
        ("Đắc Lắc", date(2003, 12, 29), "66"),
        ("Công Tum", date(2001, 6, 29), "62"),
        ("Bà Rịa- Vũng Tàu", BEFORE, "77"),
        ("T.p. Hồ Chí Minh", BEFORE, "79"),
        ("TP HCM", BEFORE, "79"),
        ("TPHCM", AFTER, "79"),
        ("UBND TP. Hồ Chí Minh", AFTER, "79"),
        ("Ha Noi", AFTER, "01"),
        ("Daklak", AFTER, "66"),
        ("Hà Tây", date(2008, 7, 31), "28"),
        ("Cần Thơ", date(2003, 12, 29), "92"),
        ("Tỉnh Đồng Nai", date(2026, 5, 1), "75"),
        ("TP. Đồng Nai", date(2026, 5, 1), "75"),
    ],
)
def test_provinces_are_known_by_their_usual_spellings(org_units: OrgUnits, text: str, day: date, code: str) -> None:
    assert org_units.find(text, on=day, level="province", province_code=None).code == code


def test_hue_is_the_province_until_2024_and_the_city_from_2025(org_units: OrgUnits) -> None:
    def full_name(day: date) -> str:
        return org_units.find("Huế", on=day, level="province", province_code=None).full_name

    assert full_name(date(2024, 12, 31)) == "Tỉnh Thừa Thiên Huế"
    assert full_name(date(2025, 1, 1)) == "Thành phố Huế"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sở KH&CN", "so-khcn"),
        ("SỞ KHOA HỌC VÀ CÔNG NGHỆ", "so-khcn"),
        ("Sở Khoa học & Công nghệ tỉnh Sơn La", "so-khcn"),
        ("Sở Y tế Sơn La", "so-y-te"),
        ("Sở VH, TT&DL", "so-vhttdl"),
        ("Văn phòng UBND tỉnh Sơn La", "vp-ubnd"),
        ("VP UBND tỉnh", "vp-ubnd"),
        ("Văn phòng Uỷ ban nhân dân tỉnh", "vp-ubnd"),
        ("BHXH tỉnh Sơn La", "bhxh-tinh"),
        ("Văn phòng Tỉnh uỷ", "vp-tinh-uy"),
        ("so-nnmt", "so-nnmt"),
        ("Tổng cục Thống kê", "cuc-thong-ke"),
    ],
)
def test_agencies_are_known_by_name_abbreviation_and_folder(org_units: OrgUnits, text: str, code: str) -> None:
    assert org_units.find(text, on=AFTER, level="agency", province_code="14").code == code


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("UBND xã Long Sơn - tỉnh Bà Rịa - Vũng Tàu", BEFORE, "26545"),
        ("P.1, Q3, TP.HCM", BEFORE, "27160"),
        ("Phường 01, Quận 3", BEFORE, "27160"),
        ("Xã Chiềng Chung, H. Mai Sơn, tỉnh Sơn La", BEFORE, "04129"),
        ("Xã Chiềng Chung (Mai Sơn)", BEFORE, "04129"),
        ("Xã Chiềng Chung (04015)", BEFORE, "04015"),
        ("Tỉnh Sơn La (14)", BEFORE, "14"),
        ("UBND xã Vân Hồ, Tỉnh Sơn La (14)", AFTER, "04048"),
        ("UBND xã Vân Hồ tỉnh Sơn La", AFTER, "04048"),
        ("Phường Xuân Hương - Đà Lạt, tỉnh Lâm Đồng", AFTER, "24781"),
        ("Xa Dung", BEFORE, "03373"),
        ("ĐK. Phú Quốc", AFTER, "31078"),
        ("Xã Vân\u00a0Hồ\u200b, Sơn La", AFTER, "04048"),
    ],
)
def test_a_named_place_tells_which_unit_is_meant(org_units: OrgUnits, text: str, day: date, code: str) -> None:
    assert org_units.find(text, on=day, level=None, province_code=None).code == code


@pytest.mark.parametrize(
    ("text", "level", "province_code"),
    [
        ("14", "commune", None),
        ("14", "commune", "14"),
        ("4", "commune", None),
        ("175", "commune", None),
        ("03646", "province", None),
        ("14", "agency", None),
        ("00004", "commune", "14"),
        ("so-khcn", "commune", "14"),
    ],
)
def test_a_code_of_another_level_or_province_is_not_accepted(
    org_units: OrgUnits, text: str, level: str, province_code: str | None
) -> None:
    with pytest.raises(UnknownUnit):
        org_units.find(text, on=AFTER, level=level, province_code=province_code)


def test_leading_zeros_may_be_lost_inside_a_known_province(org_units: OrgUnits) -> None:
    assert org_units.find("4", on=AFTER, level="commune", province_code="01").code == "00004"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Vân Hố", AFTER),
        ("Phường Vân Hồ", AFTER),
        ("H. Phù Yên", AFTER),
        ("Tỉnh Sơn La (15)", AFTER),
        ("Xã Vân Hồ, tỉnh Hà Giang", AFTER),
        ("Xã Vân Hồ, huyện Vân Hồ, tỉnh Sơn La", AFTER),
        ("", AFTER),
        ("-", AFTER),
        ("UBND", AFTER),
        (", , ,", AFTER),
        ("Sơn La, " * 4000, AFTER),
    ],
)
def test_wrong_marks_types_places_and_former_units_are_unknown(org_units: OrgUnits, text: str, day: date) -> None:
    with pytest.raises(UnknownUnit):
        org_units.find(text, on=day, level=None, province_code="14")


def test_a_name_with_all_its_marks_beats_the_same_letters(org_units: OrgUnits) -> None:
    found = org_units.find("Mường Bang", on=BEFORE, level="commune", province_code="14")
    assert found.code == "03964"
    with pytest.raises(AmbiguousUnit) as error:
        org_units.find("Muong Bang", on=BEFORE, level="commune", province_code="14")
    assert error.value.candidates == ["Xã Mường Bang, Huyện Phù Yên (03964)", "Xã Mường Bằng, Huyện Mai Sơn (04111)"]


def test_two_letters_that_differ_only_in_marks_are_not_guessed_from_plain_text(org_units: OrgUnits) -> None:
    assert org_units.find("Phường Sa Pa", on=BEFORE, level="commune", province_code="10").code == "03001"
    assert org_units.find("Phường Sa Pả", on=BEFORE, level="commune", province_code="10").code == "03002"
    with pytest.raises(AmbiguousUnit):
        org_units.find("phuong Sa Pa", on=BEFORE, level="commune", province_code="10")


def test_each_candidate_of_an_ambiguous_name_is_accepted_as_an_answer(org_units: OrgUnits) -> None:
    with pytest.raises(AmbiguousUnit) as error:
        org_units.find("Xã Chiềng Chung", on=BEFORE, level="commune", province_code="14")
    codes = {
        org_units.find(text, on=BEFORE, level="commune", province_code="14").code for text in error.value.candidates
    }
    assert codes == {"04015", "04129"}


def test_without_a_level_the_highest_unit_of_the_name_is_meant(org_units: OrgUnits) -> None:
    assert org_units.find("Sơn La", on=BEFORE, level=None, province_code="14").level == "province"
    assert org_units.find("TP Sơn La", on=BEFORE, level=None, province_code="14").level == "district"


@pytest.mark.parametrize("day", [BEFORE, date(2025, 7, 1), date(2026, 5, 1)])
def test_every_unit_is_found_by_its_own_name_and_code(org_units: OrgUnits, day: date) -> None:
    wrong = []
    for level in ("province", "district", "commune", "agency"):
        for province in ("14", "01", "24", "66"):
            for unit in org_units.members(level=level, province_code=province, on=day):
                by_code = org_units.find(unit.code, on=day, level=level, province_code=province)
                try:
                    by_name = org_units.find(unit.full_name.upper(), on=day, level=level, province_code=province)
                except AmbiguousUnit as error:
                    by_name = unit if any(unit.code in text for text in error.candidates) else by_code
                if not by_code == by_name == unit:
                    wrong.append(unit)
    assert wrong == []


def test_an_unknown_name_comes_back_with_suggestions_and_the_alias_row_that_makes_it_known(
    org_units: OrgUnits, tmp_path: Path
) -> None:
    text = "Xã Vân  Hố, cũ"
    with pytest.raises(UnknownUnit) as error:
        org_units.find(text, on=AFTER, level="commune", province_code="14")
    assert error.value.suggestions[0] == "Xã Vân Hồ"
    assert error.value.alias_row == '"Xã Vân Hố, cũ",04048,2025-07-01,,'
    mended = OrgUnits.from_seeds(write_seeds(tmp_path, org_unit_aliases=f"+{error.value.alias_row}\n"))
    assert mended.find(text, on=AFTER, level="commune", province_code="14").code == "04048"
    with pytest.raises(UnknownUnit):
        mended.find(text, on=BEFORE, level="commune", province_code="14")


def test_the_alias_row_of_a_name_like_no_other_leaves_the_code_to_a_person(org_units: OrgUnits) -> None:
    with pytest.raises(UnknownUnit) as error:
        org_units.find("Trạm kiểm soát số 9", on=AFTER, level="commune", province_code="14")
    assert next(csv.reader([error.value.alias_row])) == ["Trạm kiểm soát số 9", "MA_DON_VI", "", "", ""]


def test_members_are_the_units_of_one_level_and_day_by_code(org_units: OrgUnits) -> None:
    def codes(level: str, day: date) -> list[str]:
        return [unit.code for unit in org_units.members(level=level, province_code="14", on=day)]

    assert len(codes("commune", BEFORE)) == 200
    assert len(codes("commune", AFTER)) == 75
    assert len(codes("district", BEFORE)) == 12
    assert codes("district", AFTER) == []
    assert len(codes("province", AFTER)) == 34
    assert codes("commune", AFTER) == sorted(codes("commune", AFTER))
    assert "cuc-thong-ke" not in codes("agency", AFTER)


def test_a_code_is_read_together_with_its_date(org_units: OrgUnits) -> None:
    before, after = org_units.get("03646", BEFORE), org_units.get("03646", AFTER)
    assert before is not None
    assert after is not None
    assert (before.full_name, after.full_name) == ("Phường Chiềng Lề", "Phường Tô Hiệu")
    assert org_units.get("28", date(2008, 8, 1)) is None
    assert org_units.get("116", AFTER) is None


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("org_unit_aliases", "+Vân Hố,4048,,,\n", "org_unit_aliases.csv line {last}: no unit has the code '4048'"),
        ("org_unit_aliases", "+Cũ,116,2025-07-01,,\n", "no unit has the code '116' between the dates"),
        ("org_unit_aliases", "+Vân Hố,04048,1/7/2025,,\n", "line {last}: dates are '1/7/2025' and ''"),
        ("org_unit_aliases", "+Vân Hố;04048;;;\n", "line {last}: 1 values, expected 5 between commas"),
        ("org_unit_aliases", "alias;code\n", "org_unit_aliases.csv line 1: expected the columns alias,"),
        ("agencies", "", "agencies.csv line 1: expected the columns org_unit_code,"),
        ("org_units", "+99,ward,A B,B,A,VN,99,2000-01-01,\n", "level is 'ward', expected one of country,"),
    ],
)
def test_a_mistake_in_a_seed_is_told_with_file_and_line(tmp_path: Path, name: str, change: str, message: str) -> None:
    folder = write_seeds(tmp_path, **{name: change})
    last = len((folder / f"{name}.csv").read_text(encoding="utf-8").splitlines())
    with pytest.raises(ContractError) as error:
        OrgUnits.from_seeds(folder)
    assert message.format(last=last) in str(error.value)


def test_a_missing_or_unreadable_seed_is_told_by_name(tmp_path: Path) -> None:
    write_seeds(tmp_path)
    (tmp_path / "agencies.csv").write_bytes("Sở".encode("utf-16"))
    with pytest.raises(ContractError, match=r"agencies\.csv: not readable as CSV in UTF-8"):
        OrgUnits.from_seeds(tmp_path)
    (tmp_path / "agencies.csv").unlink()
    with pytest.raises(ContractError, match=r"agencies\.csv: not readable"):
        OrgUnits.from_seeds(tmp_path)


def test_a_seed_saved_by_excel_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    aliases = (SEEDS / "org_unit_aliases.csv").read_text(encoding="utf-8")
    folder = write_seeds(tmp_path, org_unit_aliases="\ufeff" + aliases.replace("\n", "\r\n"))
    assert OrgUnits.from_seeds(folder).find("HCM", on=AFTER, level="province", province_code=None).code == "79"
