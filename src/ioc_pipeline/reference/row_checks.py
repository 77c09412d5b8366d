"""The expectations a suite may use: those that name the rows they refuse, with the arguments each takes.

Checked in, because importing Great Expectations to ask it costs 4 CPU seconds; a test compares this list with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Arguments of one expectation: `columns` name columns, `needs` must be there, `takes` may be."""

    columns: tuple[str, ...]
    needs: Mapping[str, Check] = field(default_factory=dict)
    takes: Mapping[str, Check] = field(default_factory=dict)

    def mistake(self, kwargs: Mapping[str, Any]) -> str:
        """What is wrong with the arguments besides the names of columns; "" if nothing is."""
        known = {**dict.fromkeys(self.columns, _is_column), **self.needs, **self.takes}
        if unknown := [name for name in kwargs if name not in known]:
            return f"unknown {', '.join(map(str, unknown))}: expected {', '.join(known)}"
        if missing := [name for name in (*self.columns, *self.needs) if name not in kwargs]:
            return f"expected {', '.join(missing)}"
        if wrong := [f"{name}: {kwargs[name]!r:.60}" for name in kwargs if not known[name](kwargs[name])]:
            return f"cannot be {', '.join(wrong)}"
        if {"min_value", "max_value"} <= self.takes.keys() and not {"min_value", "max_value"} & kwargs.keys():
            return "expected min_value, max_value or both"
        return ""


def _is_column(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(name, str) for name in value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_length(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_limit(value: Any) -> bool:
    return _is_number(value) or isinstance(value, date | datetime)


def _is_regex(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return isinstance(value, str)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_set(value: Any) -> bool:
    return isinstance(value, list) and value != []


def _are_pairs(value: Any) -> bool:
    return _is_set(value) and all(isinstance(pair, list) and len(pair) == 2 for pair in value)


def _are_regexes(value: Any) -> bool:
    return _is_set(value) and all(_is_regex(each) for each in value)


def _says_missing(*words: str) -> Mapping[str, Check]:
    """`ignore_row_if` has to be said: what an empty cell means is no default."""
    return {"ignore_row_if": lambda value: value in words}


_OF_PAIR = _says_missing("both_values_are_missing", "either_value_is_missing", "neither")
_OF_SEVERAL = _says_missing("all_values_are_missing", "any_value_is_missing", "never")
_BOUNDS = {"strict_min": _is_flag, "strict_max": _is_flag}
_COLUMN, _PAIR, _SEVERAL = ("column",), ("column_A", "column_B"), ("column_list",)

ROW_CHECKS: Mapping[str, RowCheck] = {
    "expect_column_values_to_be_between": RowCheck(
        _COLUMN, takes={"min_value": _is_limit, "max_value": _is_limit, **_BOUNDS}
    ),
    "expect_column_values_to_be_in_set": RowCheck(_COLUMN, {"value_set": _is_set}),
    "expect_column_values_to_not_be_in_set": RowCheck(_COLUMN, {"value_set": _is_set}),
    "expect_column_values_to_be_null": RowCheck(_COLUMN),
    "expect_column_values_to_not_be_null": RowCheck(_COLUMN),
    "expect_column_values_to_match_regex": RowCheck(_COLUMN, {"regex": _is_regex}),
    "expect_column_values_to_not_match_regex": RowCheck(_COLUMN, {"regex": _is_regex}),
    "expect_column_values_to_not_match_regex_list": RowCheck(_COLUMN, {"regex_list": _are_regexes}),
    "expect_column_values_to_match_regex_list": RowCheck(
        _COLUMN, {"regex_list": _are_regexes}, {"match_on": lambda value: value in ("any", "all")}
    ),
    "expect_column_value_lengths_to_equal": RowCheck(_COLUMN, {"value": _is_length}),
    "expect_column_value_lengths_to_be_between": RowCheck(
        _COLUMN, takes={"min_value": _is_length, "max_value": _is_length, **_BOUNDS}
    ),
    "expect_column_pair_values_to_be_equal": RowCheck(_PAIR, _OF_PAIR),
    "expect_column_pair_values_a_to_be_greater_than_b": RowCheck(_PAIR, _OF_PAIR, {"or_equal": _is_flag}),
    "expect_column_pair_values_to_be_in_set": RowCheck(_PAIR, {"value_pairs_set": _are_pairs, **_OF_PAIR}),
    "expect_multicolumn_sum_to_equal": RowCheck(_SEVERAL, {"sum_total": _is_number, **_OF_SEVERAL}),
    "expect_multicolumn_values_to_be_equal": RowCheck(_SEVERAL, _OF_SEVERAL),
    "expect_select_column_values_to_be_unique_within_record": RowCheck(_SEVERAL, _OF_SEVERAL),
    "expect_compound_columns_to_be_unique": RowCheck(_SEVERAL, takes=_OF_SEVERAL),
}

# A frame holds the rows of several deliveries, and a verdict may depend on one of them only.
LOOKS_AT_OTHER_ROWS: Mapping[str, str] = {
    "expect_column_values_to_be_unique": "say expect_compound_columns_to_be_unique with delivery_seq in column_list",
    "expect_column_values_to_be_increasing": "the rows of other deliveries come before and after",
    "expect_column_values_to_be_decreasing": "the rows of other deliveries come before and after",
    "expect_column_value_z_scores_to_be_less_than": "the mean would be that of other deliveries too",
    "expect_column_values_to_not_be_outliers": "the spread would be that of other deliveries too",
    "expect_column_values_to_be_of_type": "types come from the contract",
    "expect_column_values_to_be_in_type_list": "types come from the contract",
}
