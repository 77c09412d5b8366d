import csv
import string
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ioc_pipeline.parse import BadCell
from ioc_pipeline.parse.legacy_text import repair_text
from shipped import SEEDS

TONES = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
VIETNAMESE = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES} | {"đ"}


@pytest.mark.parametrize(
    "text",
    [
        "Apr¹", "25 m²", "Tổng số¹", "Excel®", "© 2020", "10 µm", "PM2.5 (µg/m³)", "£ million", "±5 °C",
        "Größe", "Côte d'Ivoire", "où", "rôle", "São Paulo", "El Niño", "PIÑA", "Malmö", "«Bonjour»",
        "Hà Nam", "Xã Tân Lâm", "XÃ LÁT", "Xã SRó", "Xã KRông Búk", "Thanh Trì", "mã số", "tách", "Bình quân quý IV",
        "Bạn có hỏi?", "https://vi.example/a?b=c",
    ],
)  # fmt: skip
def test_text_that_is_no_legacy_vietnamese_stays_as_it_is(text: str) -> None:
    assert repair_text(text) == text


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        ("Điện Biªn", "Điện Biên"),
        ("§ắk N«ng", "Đắk Nông"),
        ("Bµ RÞa - VũngTµu", "Bà Rịa - VũngTàu"),
        ("BÕn Tre", "Bến Tre"),
        ("(coäng doàn)", "(cộng dồn)"),
        ("Xaõ Mai Sôn", "Xã Mai Sơn"),
        ("Xaõ Kim Bon", "Xã Kim Bon"),
        ("Xaõ Quyønh Nhai", "Xã Quỳnh Nhai"),
        ("X· Quúnh Nhai", "Xã Quỳnh Nhai"),
        ("§VT: 1000 tÊn", "ĐVT: 1000 tấn"),
        ("TP. Hµ Néi", "TP. Hà Nội"),
        ("Trong ®ã: Urª", "Trong đó: Urê"),
        ("12. Kh¸ch quèc tÕ ®Õn ViÖt Nam 2 th¸ng đầu n¨m 2007", "12. Khách quốc tế đến Việt Nam 2 tháng đầu năm 2007"),
        ("TRåNG TRäT Vµ CH¡N NU¤I", "TRỒNG TRỌT VÀ CHĂN NUÔI"),
        ("HUYEÄN MOÄC CHAÂU", "HUYỆN MỘC CHÂU"),
        ("ÑVT: trieäu ñoàng", "ĐVT: triệu đồng"),
        ("HÑND xaõ", "HĐND xã"),
        ("(Trñ)", "(Trđ)"),
        ("- Xaõ Laï", "- Xã Lạ"),
        ("Ðà Nẵng", "Đà Nẵng"),
        ("Hà\u00ad Nội", "Hà Nội"),
    ],
)
def test_mixed_and_capital_legacy_text_is_repaired_word_by_word(text: str, repaired: str) -> None:
    assert repair_text(text) == repaired


@pytest.mark.parametrize("text", ["S?n La", "T?nh S?n La", "S\ufffdn La"])
def test_letters_already_lost_are_told_and_not_guessed(text: str) -> None:
    with pytest.raises(BadCell) as refused:
        repair_text(text)
    assert refused.value.code == "lossy-text"


@given(st.text(alphabet=[*sorted(VIETNAMESE), *"bcdghnt 1.,"]))
def test_composed_and_decomposed_text_repair_alike(text: str) -> None:
    assert repair_text(unicodedata.normalize("NFD", text)) == repair_text(text)


# Not over all of Unicode: a string of stray signs may well read as another word once half of it has been read.
@given(st.text(alphabet=[*sorted(VIETNAMESE), *string.printable, "\xad", "\u200b", "Ð"]))
def test_repairing_twice_is_repairing_once(text: str) -> None:
    try:
        once = repair_text(text)
    except BadCell:
        return
    assert repair_text(once) == once


def test_no_name_of_a_unit_is_taken_for_legacy_text() -> None:
    with (SEEDS / "org_units.csv").open(encoding="utf-8", newline="") as file:
        names = {row["full_name"] for row in csv.DictReader(file)}
    assert len(names) > 9000
    assert {name for name in names if repair_text(name) != name} == set()


def test_no_foreign_letter_is_left_in_the_real_tcvn3_workbooks(shared: Path | None) -> None:
    paths = sorted((shared / "real_sheets").glob("gso_200*.xls")) if shared else []
    cells = {
        value
        for path in paths
        for sheet in map(
            CalamineWorkbook.from_path(path).get_sheet_by_name, CalamineWorkbook.from_path(path).sheet_names
        )
        for row in sheet.to_python()
        for value in row
        if isinstance(value, str)
    }
    allowed = VIETNAMESE | {letter.upper() for letter in VIETNAMESE} | set("–’“”…°²³")
    foreign = {
        (cell, repair_text(cell))
        for cell in cells
        if any(not sign.isascii() and sign not in allowed for sign in repair_text(cell))
    }
    assert foreign == set()


@pytest.mark.parametrize("text", ["4G¹", "KH¹", "Số khoản thu¹", "Doanh thu¹ Tổng số", "I¹"])
def test_a_raised_one_behind_a_word_is_a_footnote_and_no_letter(text: str) -> None:
    assert repair_text(text) == text


def test_the_same_sign_within_words_of_the_old_font_is_its_letter() -> None:
    assert (repair_text("m¹ng"), repair_text("(T¹/ha)")) == ("mạng", "(Tạ/ha)")
