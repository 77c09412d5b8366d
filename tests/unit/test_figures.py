"""A column of numbers taken at once says what its cells say one by one, or is not taken at once."""

import math
from collections.abc import Callable
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ioc_pipeline.domain.workbooks import Value
from ioc_pipeline.parse.cells import parse_cell
from ioc_pipeline.parse.figures import BLANK, Figures, stored_figures, written_figures
from ioc_pipeline.parse.tables import original_text
from ioc_pipeline.reference.tables import Column, ColumnType, Locale

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


# Numbers as people write them, in their own way, in the other one, and in one that nobody should take for a number.
WRITTEN = st.one_of(
    st.integers(-10, 10**7).map(str),
    st.integers(0, 10**13).map(lambda number: f"{number:,}"),
    st.integers(0, 10**13).map(lambda number: f"{number:,}".replace(",", ".")),
    st.from_regex(r"-?\d{1,3}([.,]\d{1,4}){0,3}", fullmatch=True),
    st.from_regex(r"[-+]?\d{1,17}[.,]\d{1,14}", fullmatch=True),
    st.sampled_from(
        ["", "0", "00", "007", "-0", "-0,50", "1 234", " 5", "5 ", "5%", "(5)", "5\n", "٣", "-", "x", "1e5"]
    ),
)
WRITTEN_COLUMNS = st.lists(
    st.tuples(st.sampled_from(TYPES), st.lists(st.one_of(WRITTEN, st.none()), min_size=1, max_size=4)),
    min_size=1,
    max_size=1,
)


@given(COLUMNS, st.just("vi"))
def test_each_stored_number_is_what_its_cell_alone_says(
    drawn: list[tuple[ColumnType, list[Value]]], locale: Locale
) -> None:
    _compare(stored_figures, drawn, locale)


@given(WRITTEN_COLUMNS, st.sampled_from(["vi", "en"]))
@settings(max_examples=400)
def test_each_written_number_is_what_its_cell_alone_says(
    drawn: list[tuple[ColumnType, list[Value]]], locale: Locale
) -> None:
    _compare(written_figures, drawn, locale)


def _compare(
    read: Callable[..., dict[str, Figures]], drawn: list[tuple[ColumnType, list[Value]]], locale: Locale
) -> None:
    columns = [
        Column(name=f"c{number}", headers=[f"Cột {number}"], type=kind, blank="no_data")
        for number, (kind, _) in enumerate(drawn)
    ]
    cells = {column.name: values for column, (_, values) in zip(columns, drawn, strict=True)}

    found = read(columns, locale, cells)

    for column in columns:
        if column.name not in found:
            continue
        figures = found[column.name]
        alone = [
            BLANK if value in (None, "") else parse_cell(value, column.type, locale) for value in cells[column.name]
        ]
        assert list(figures) == alone
        assert figures.decimals.to_pylist() == [one.value for one in alone]
        assert figures.texts.to_pylist() == [original_text(value) for value in cells[column.name]]
        for number, one in zip(figures.floats.tolist(), alone, strict=True):
            assert math.isnan(number) if one.value is None else number == float(str(one.value))
        assert figures.has_blanks == any(value in (None, "") for value in cells[column.name])
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


def test_numbers_as_people_write_them_are_taken_at_once() -> None:
    columns = [
        Column(name="count", headers=["a"], type="count"),
        Column(name="money", headers=["b"], type="money"),
        Column(name="percent", headers=["c"], type="percent", blank="no_data"),
        Column(name="number", headers=["d"], type="number"),
        Column(name="english", headers=["e"], type="number", locale="en"),
    ]
    cells: dict[str, list[Value]] = {
        "count": ["1", "2.165", "99999"],
        "money": ["1.234.567,5", "57", "-3,25"],
        "percent": ["97,25", None, ""],
        "number": ["1.234", "0,125", "-0,5"],
        "english": ["1,234.5", "0.125", "7"],
    }

    found = written_figures(columns, "vi", cells)

    assert {name: figures.decimals.to_pylist() for name, figures in found.items()} == {
        "count": [1, 2165, 99999],
        "money": [Decimal("1234567.5"), 57, Decimal("-3.25")],
        "percent": [Decimal("97.25"), None, None],
        "number": [1234, Decimal("0.125"), Decimal("-0.5")],
        "english": [Decimal("1234.5"), Decimal("0.125"), 7],
    }
    assert found["money"].texts.to_pylist() == cells["money"]
    blank = Column(name="blank", headers=["blank"], type="number")  # an error there
    scaled = Column(name="scaled", headers=["scaled"], type="number", multiplier=1000)
    assert written_figures([blank, scaled], "vi", {"blank": ["1", ""], "scaled": ["1", "2"]}) == {}


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
