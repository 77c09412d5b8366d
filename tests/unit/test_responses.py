"""Records and totals of a response: one reading for the pager, which has numbers, and the parser, which has texts."""

import json
from typing import Any

import pytest

from ioc_pipeline.domain.pages import Number
from ioc_pipeline.reference.apis import Paging
from ioc_pipeline.reference.responses import declared_total, find_records

PAGING = Paging(kind="page_number", parameter="page", size=100, total_field="meta.total")


def both_readings(text: str) -> list[Any]:
    """The response as it is paged by and as it is parsed."""
    return [json.loads(text), json.loads(text, parse_int=Number, parse_float=Number)]


@pytest.mark.parametrize(
    ("written", "total"),
    [
        ("2", 2),
        ('"2"', 2),
        ("0", 0),
        ('"0002"', 2),
        ("999999999999999999", 999_999_999_999_999_999),
        ("1000000000000000000", None),
        ("9" * 4000, None),
        (f'"{"9" * 5000}"', None),
        ("-1", None),
        ('"-1"', None),
        ('"+2"', None),
        ("2.0", None),
        ('"2.0"', None),
        ("2e3", None),
        ('"1.250"', None),
        ('" 2"', None),
        ('"２"', None),
        ('""', None),
        ("true", None),
        ("null", None),
        ("[2]", None),
        ('{"value": 2}', None),
    ],
)
def test_a_total_is_digits_or_none_for_both_who_read_it(written: str, total: int | None) -> None:
    assert [declared_total(each, PAGING) for each in both_readings(f'{{"meta": {{"total": {written}}}}}')] == [
        total
    ] * 2


@pytest.mark.parametrize("text", ["{}", "[]", '{"meta": 5}', '{"meta": [{"total": 2}]}', '"total"', "null"])
def test_a_total_that_is_not_there_is_none(text: str) -> None:
    assert [declared_total(each, PAGING) for each in both_readings(text)] == [None, None]


def test_without_a_field_of_a_total_none_is_looked_for() -> None:
    assert declared_total(5, Paging()) is None


def test_records_are_at_the_first_place_that_holds_an_array() -> None:
    response = {"data": {"items": [1]}, "items": {"0": 1}, "rest": []}
    assert find_records(response, ["items", "data.items", "rest"]) == ("data.items", [1])
    assert find_records(response, ["rest"]) == ("rest", [])  # no records, which is not the same as no array
    assert find_records(response, ["items", "", "data.items.0"]) == ("", None)
    assert find_records([1], [""]) == ("", [1])
