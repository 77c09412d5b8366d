"""A1 addresses and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.addresses import LAST_COLUMN, LAST_ROW, cell_address, cell_position


@pytest.mark.parametrize(
    ("row", "column", "address"),
    [(0, 0, "A1"), (16, 3, "D17"), (0, 25, "Z1"), (0, 26, "AA1"), (9, 701, "ZZ10"), (0, 702, "AAA1")],
)
def test_a_position_has_the_address_excel_shows(row: int, column: int, address: str) -> None:
    assert cell_address(row, column) == address


def test_the_last_cell_of_a_sheet_is_xfd1048576() -> None:
    assert cell_address(LAST_ROW, LAST_COLUMN) == "XFD1048576"


@given(st.integers(0, LAST_ROW), st.integers(0, LAST_COLUMN))
def test_an_address_leads_back_to_its_position(row: int, column: int) -> None:
    assert cell_position(cell_address(row, column)) == (row, column)


@pytest.mark.parametrize("text", ["", "A0", "1A", "XFE1", "A1048577", "ZZZZ1", "A1:B2", "A-1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cell address"):
        cell_position(text)
