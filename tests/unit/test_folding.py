import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tỉ lệ (%)", "TỶ LỆ %"),
        ("quí III", "Quý III"),
        ("Kì báo cáo", "kỳ báo cáo"),
        ("Số hoá", "Số hóa"),
        ("Thừa Thiên - Huế", "Thừa Thiên Huế"),
        ("B’Lao", "B'Lao"),
        ("Sơn\u200b La", "Sơn La"),
        ("Số hồ sơ\ntiếp nhận", "Số hồ sơ tiếp nhận"),
        ("Ðà Nẵng", "Đà Nẵng"),
        ("Diện tích (km²)", "Diện tích km2"),
    ],
)
def test_what_two_people_write_for_one_thing_folds_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Trực tuyến", "Trực tuyến (%)"), ("Quý II", "Quý III"), ("Hà Nam", "Hà Nội"), ("Mai", "May")]
)
def test_different_things_do_not_fold_alike(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
