"""A column of stored numbers taken at once says what its cells say one by one, or is not taken at once."""

import math
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.cells import parse_cell
from ioc_pipeline.parse.figures import BLANK, stored_figures
from ioc_pipeline.parse.tables import original_text
from ioc_pipeline.reference.tables import Column, ColumnType

TYPES: list[ColumnType] = ["count", "number", "percent", "money"]
_ODD = [
    0.1 + 0.2,
    4.35 * 100,
    1e-7,
    1.5e-13,
    1e15,
    2.0**53,
    1e22,
    1e300,
    -0.0,
    -1.0,
    0.5,
    1 / 3,
    97.250033041897,
    math.inf,
]
FLOATS = st.one_of(
    st.integers(0, 10**6).map(float),
    st.decimals(min_value=-(10**6), max_value=10**9, places=3, allow_nan=False).map(float),
    st.floats(allow_nan=True),
    st.sampled_from(_ODD),
)
COLUMNS = st.lists(
    st.tuples(st.sampled_from(TYPES), st.lists(st.one_of(FLOATS, st.none()), min_size=4, max_size=4)),
    min_size=1,
    max_size=3,
)


@given(COLUMNS)
def test_each_number_is_what_its_cell_alone_says(drawn: list[tuple[ColumnType, list[Value]]]) -> None:
    columns = [
        Column(name=f"c{number}", headers=[f"Cột {number}"], type=kind, blank="no_data")
        for number, (kind, _) in enumerate(drawn)
    ]
    cells = {column.name: values for column, (_, values) in zip(columns, drawn, strict=True)}

    found = stored_figures(columns, "vi", cells)

    for column in columns:
        if column.name not in found:
            continue
        figures = found[column.name]
        alone = [BLANK if value is None else parse_cell(value, column.type, "vi") for value in cells[column.name]]
        assert list(figures) == alone
        assert figures.decimals.to_pylist() == [one.value for one in alone]
        assert figures.texts.to_pylist() == [original_text(value) for value in cells[column.name]]
        for number, one in zip(figures.floats.tolist(), alone, strict=True):
            assert math.isnan(number) if one.value is None else number == float(str(one.value))
        assert figures.has_blanks or None not in cells[column.name]
        assert list(figures[1:3]) == alone[1:3]
        assert figures[1:3].decimals.to_pylist() == [one.value for one in alone[1:3]]


def test_whole_numbers_and_decimals_are_taken_at_once() -> None:
    """Or the way of one cell after the other would prove nothing above."""
    columns = [
        Column(name="count", headers=["a"], type="count"),
        Column(name="money", headers=["b"], type="money"),
        Column(name="percent", headers=["c"], type="percent", blank="no_data"),
    ]
    cells: dict[str, list[Value]] = {
        "count": [1.0, 2.0, 99999.0],
        "money": [1.25, 0.1 + 0.2, -3.0],
        "percent": [97.25, None, 97.250033041897],
    }

    found = stored_figures(columns, "vi", cells)

    assert list(found) == ["count", "money", "percent"]
    assert found["money"].decimals.to_pylist() == [Decimal("1.25"), Decimal("0.3"), Decimal(-3)]
    assert found["percent"].texts.to_pylist() == ["97.25", "", "97.250033041897"]


def test_what_a_cell_may_not_say_is_left_to_the_cells() -> None:
    refused: dict[str, tuple[ColumnType, list[Value]]] = {
        "negative": ("count", [1.0, -1.0]),
        "half": ("count", [1.0, 0.5]),
        "text": ("number", [1.0, "x"]),
        "logical": ("number", [1.0, True]),
        "endless": ("number", [1.0, math.inf]),
        "none": ("number", [1.0, math.nan]),
    }
    columns = [Column(name=name, headers=[name], type=kind) for name, (kind, _) in refused.items()]
    blank = Column(name="blank", headers=["blank"], type="number")  # an error there
    scaled = Column(name="scaled", headers=["scaled"], type="number", multiplier=1000)
    cells = {name: values for name, (_, values) in refused.items()} | {"blank": [1.0, None], "scaled": [1.0, 2.0]}

    assert stored_figures([*columns, blank, scaled], "vi", cells) == {}
