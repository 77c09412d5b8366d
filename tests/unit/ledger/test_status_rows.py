"""The list of deliveries asks the ledger for one page of itself, whatever the ledger holds."""

import pytest

from ioc_pipeline.ledger.ledger import Ledger
from ledger_entries import NINE, in_warehouse, own, received

ASKED = [
    ({}, [4, 3, 2, 1]),
    ({"outcome": "waiting"}, [4, 3]),
    ({"outcome": "loaded", "department_code": "so-khcn"}, [2, 1]),
    ({"outcome": "loaded", "department_code": "thue-tinh"}, []),
    ({"source_name": "telecom", "outcome": ""}, [2, 1]),
]


@pytest.fixture
def four(ledger: Ledger) -> Ledger:
    in_warehouse(ledger, "a.xlsx", "b.xlsx")
    received(ledger, "c.xlsx", "d.xlsx")
    ledger.record_own(own("page", "20250901/1.json"), at=NINE)
    return ledger


@pytest.mark.parametrize(("asked", "seqs"), ASKED)
def test_a_filter_gives_what_fits_and_counts_it(four: Ledger, asked: dict[str, str], seqs: list[int]) -> None:
    assert [row.delivery_seq for row in four.newest_status_rows(None, asked)] == seqs
    assert four.count_status_rows(asked) == len(seqs)


def test_pages_follow_each_other_without_gap_or_double(four: Ledger) -> None:
    pages = [four.newest_status_rows(2, {}, first) for first in (0, 2, 4)]
    assert [[row.delivery_seq for row in page] for page in pages] == [[4, 3], [2, 1], []]


def test_the_choices_are_what_gives_something(four: Ledger) -> None:
    assert sorted(four.status_choices("outcome")) == ["loaded", "waiting"]
    assert four.status_choices("department_code") == ["so-khcn"]  # the page's is another
    assert four.status_choices("source_name") == ["telecom"]
