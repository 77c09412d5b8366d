"""Every identifier here is invented."""

import pytest

from ioc_pipeline.domain.identifiers import (
    IDENTITY,
    PHONE,
    found_in,
    is_citizen_number,
    kind_of_number,
    kinds_in,
    named_in,
    without_identifiers,
)

CITIZEN_TEXTS = [
    "014085000105",
    "CCCD 014085001234 của bà H.",
    "014 085 000 105",
    "014.085.000.105",
    "014-085-000-105",
    "014,085,000,105",
    "014085 000105",
    "0140 8500 0105",
    "01 40 85 00 01 05",
    "014 0 85 000105",
    "014\u00a0085\u00a0000\u00a0105",
    "014\u2009085\u2009000\u2009105",
    "01\u200b4085000\ufeff105",
    "０１４０８５０００１０７",
    "٠١٤٠٨٥٠٠٠١٠٧",
    "&CCCCD 014085000119",
    "014085000105,014085000106",
    "014085000105/Lò Văn A",
    "014/085/000/105",
    "014:085:000:105",
    "0140|8500|0105",
    "CCCD số 014/085/000/105, bà H.",
    "014;085;000;105",
    "014~085~000~105",
    "014\\085\\000\\105",
    "014'085'000'105",
    "014    085    000    105",
    "CCCD14085000105",
    "số căn cước công dân: 14085000105",
]
OTHER_TEXTS = [
    "CMND 050000110 Lò Văn A",
    "CMND_050000126.xlsx",
    "CCCD cũ 050000135",
    "căn cước công dân của ông Lò Văn A: 050 000 110",
    "050000110 (CMND)",
    "Giấy tờ tùy thân số 050000110",
    "DN4140123456789",
    "CMND 050/000/110",
    "CMSQ số 050000110",
    "Hộ chiếu số B 1234567",
    "Hộ chiếu số B1234567",
    "passport c12345678",
    "Số thẻ BHYT: DN 4 14 0123456789",
    "mã số BHXH 1412345678",
    "MST cá nhân 8123456781",
    "hoa.nguyen@example.vn",
]
PHONE_TEXTS = [
    "Liên hệ 0912345678",
    "Số liên lạc: 912345678",
    "0912.345.678",
    "0912 345 678",
    "0900 00 01 25",
    "0900-000-126",
    "(090) 000 0124",
    "0 900 000 123",
    "0900_000_123",
    "+84912345678",
    "+84 900 000 123",
    "+84 (0) 900 000 123",
    "0084 900 000 123",
    "84 900 000 123 (SĐT)",
    "ĐT: 84.900.000.123",
    "SĐT900000123",
    "0900000123/0900000124",
]
OTHER_NUMBERS = [
    "01/02/2025 03/04/2025",
    "2024/2025/2026",
    "27/63/100/200/14",
    "012/2025/034/567",
    "máy in C1234567",
    "10:20:30 - 11:21:31",
    "03646",
    "1.001234.000.00.00.H52",
    "H52.16-250911-0001",
    "H52.05-230911-0001",
    "H05-230911-0001",
    "050123456",
    "900000123",
    "1398243859",
    "12.345.678.901",
    "14.085.000.105",
    "84 900 000 123",
    "1 014 085 000 105 đồng",
    "25/9/2025",
    "20250911083012",
    "BC_20250911_083012.xlsx",
    "01.10.2025 1234",
    "01-10-2025, 012 345",
    "2020 2021 2022 2023",
    "406.001220703125",
    "0,0912345678",
    "0.912345678",
    "Theo QĐ số 1234567890/QĐ-UBND",
    "QĐ số 0912345678/QĐ-UBND",
    "TK kho bạc 3713.0.1234567.00000",
    "Tài khoản 0912345678 tại Kho bạc",
    "MST 0312345678",
    "ĐT: 0212.3859.999",
    "Đã cấp 123.456.789 thẻ CCCD gắn chip",
    "tổng số CCCD đã cấp: 123456789",
    "{00000000-0008-0000-0000-000002000000}",
    "001000000123",
    "999990000001",
]


@pytest.mark.parametrize("text", ["12. 014085000105", "&8CMND 050000110", "1. 0912345678"])
def test_a_number_in_a_list_or_the_size_of_letters_before_it_hides_none(text: str) -> None:
    assert kinds_in(text)


@pytest.mark.parametrize("text", [*CITIZEN_TEXTS, *OTHER_TEXTS, *PHONE_TEXTS])
def test_every_spelling_is_found_and_nothing_of_it_is_left(text: str) -> None:
    assert kinds_in(text)
    left = without_identifiers(text)
    assert "…" in left
    assert not any(sign.isdecimal() for sign in left)


@pytest.mark.parametrize("text", OTHER_NUMBERS)
def test_codes_sums_dates_and_numbers_of_documents_are_nobodys(text: str) -> None:
    assert kinds_in(text) == []
    assert without_identifiers(text) == text


def test_spellings_of_one_number_have_one_value() -> None:
    assert {found.value for text in CITIZEN_TEXTS[2:13] for found in found_in(text)} == {"014085000105"}


def test_all_provinces_and_no_other_begin_a_citizen_number() -> None:
    assert sum(is_citizen_number(f"{province:03}085000105") for province in range(1000)) == 63


@pytest.mark.parametrize(
    ("century_and_year", "is_one"), [("085", True), ("009", False), ("217", True), ("240", False), ("485", False)]
)
def test_the_year_of_birth_of_a_citizen_number_is_possible(century_and_year: str, is_one: bool) -> None:
    assert is_citizen_number(f"014{century_and_year}000105") is is_one


def test_a_header_names_what_stands_below_it_and_a_header_of_counts_names_nothing() -> None:
    assert named_in("Số CMND/CCCD") == {IDENTITY}
    assert named_in("SĐT liên hệ") == {PHONE}
    assert (
        named_in("Số thẻ CCCD đã cấp") == named_in("Kinh phí cấp CCCD") == named_in("Điện thoại (đồng)") == frozenset()
    )
    assert kind_of_number(50000110, named_in("Số CMND")) == IDENTITY
    assert kind_of_number(50000110, named_in("Thu ngân sách")) is None
