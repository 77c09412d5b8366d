"""Repeats, corrections, withdrawals and versions that contest each other."""

import pytest

from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.load.outcome import Loaded
from loading_desk import OCTOBER, SEPTEMBER, Desk, outcomes, scope


def test_the_same_bytes_again_keep_the_same_receipt(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert desk.load(desk.verdict(2)) == [Loaded(2, 2, "duplicate", same_as_delivery_seq=1)]
    assert desk.ask("select delivery_seq, count(*) from raw.observation group by all") == [(1, 2)]
    assert desk.ask("select observation_count from raw.delivery where delivery_seq = 2") == [(0,)]


def test_a_delivery_that_is_loaded_late_repeats_no_later_one(desk: Desk) -> None:
    desk.load(desk.verdict(2, "v1"))
    assert outcomes(desk.load(desk.verdict(1, "v1"))) == [(1, "loaded")]


def test_the_same_bytes_twice_in_one_scan_are_one_load(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1, scan_seq=7), desk.verdict(2, scan_seq=7), desk.verdict(3, scan_seq=7))
    assert answers == [
        Loaded(1, 1, "loaded"),
        Loaded(2, 2, "duplicate", same_as_delivery_seq=1),
        Loaded(3, 3, "duplicate", same_as_delivery_seq=1),
    ]


@pytest.mark.parametrize("in_one_transaction", [True, False])
def test_going_back_to_the_first_version_is_a_third_delivery(desk: Desk, in_one_transaction: bool) -> None:
    verdicts = [desk.verdict(1, "v1"), desk.verdict(2, "v2"), desk.verdict(3, "v1")]
    answers = desk.load(*verdicts) if in_one_transaction else [desk.load(verdict)[0] for verdict in verdicts]
    assert outcomes(answers) == [(1, "loaded"), (2, "loaded"), (3, "loaded")]
    assert [loaded.replaced_delivery_seqs for loaded in answers] == [(), (1,), (2,)]


def test_the_same_bytes_count_again_once_the_first_were_withdrawn(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1), desk.withdrawal(2, decides=1), desk.verdict(3))
    assert outcomes(answers) == [(1, "loaded"), (2, "withdrawal"), (3, "loaded")]
    assert desk.ask("select decides_delivery_seq from raw.delivery where kind = 'withdrawal'") == [(1,)]


def test_a_withdrawal_brings_back_the_version_before(desk: Desk) -> None:
    desk.load(desk.verdict(1, "v1"), desk.verdict(2, "v2"))
    answers = desk.load(desk.withdrawal(3, decides=2), desk.verdict(4, "v1"))
    assert answers[1] == Loaded(4, 4, "duplicate", same_as_delivery_seq=1)


def test_the_same_bytes_for_another_period_are_loaded(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert outcomes(desk.load(desk.verdict(2, scopes=(scope(OCTOBER),)))) == [(2, "loaded")]


def test_the_same_bytes_are_loaded_when_one_of_their_scopes_has_moved_on(desk: Desk) -> None:
    both = (scope(SEPTEMBER), scope(OCTOBER))
    desk.load(desk.verdict(1, "v1", scopes=both), desk.verdict(2, "v2", scopes=(scope(OCTOBER),)))
    assert outcomes(desk.load(desk.verdict(3, "v1", scopes=both))) == [(3, "loaded")]


def test_the_same_bytes_that_speak_for_less_are_loaded(desk: Desk) -> None:
    desk.load(desk.verdict(1, scopes=(scope(SEPTEMBER), scope(OCTOBER))))
    assert outcomes(desk.load(desk.verdict(2, scopes=(scope(OCTOBER),)))) == [(2, "loaded")]


def test_the_same_bytes_under_a_new_contract_are_loaded(desk: Desk) -> None:
    desk.load(desk.verdict(1))
    assert outcomes(desk.load(desk.verdict(2, contract_hash="c2"))) == [(2, "loaded")]


def test_bytes_that_were_returned_before_are_no_duplicate(desk: Desk) -> None:
    desk.load(desk.verdict(1, outcome="returned"))
    assert outcomes(desk.load(desk.verdict(2))) == [(2, "loaded")]


def test_two_versions_in_one_scan_are_both_returned(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1, "v1", scan_seq=7), desk.verdict(2, "v2", scan_seq=7))
    assert answers == [
        Loaded(1, 1, "returned", (Problem("two-versions"),)),
        Loaded(2, 2, "returned", (Problem("two-versions"),)),
    ]
    assert desk.ask("select count(*) from raw.observation") == [(0,)]
    assert desk.ask("select delivery_seq, code from raw.delivery_error order by all") == [
        (1, "two-versions"),
        (2, "two-versions"),
    ]
    assert desk.ask("select distinct outcome, error_count from raw.delivery") == [("returned", 1)]


def test_two_versions_leave_what_was_accepted_before(desk: Desk) -> None:
    desk.load(desk.verdict(1, "v0", scan_seq=1))
    desk.load(desk.verdict(2, "v1", scan_seq=7), desk.verdict(3, "v2", scan_seq=7))
    assert desk.load(desk.verdict(4, "v0", scan_seq=8)) == [Loaded(4, 4, "duplicate", same_as_delivery_seq=1)]


def test_a_version_against_one_of_its_scan_that_is_loaded_already_is_returned(desk: Desk) -> None:
    desk.load(desk.verdict(1, "v1", scan_seq=7))
    assert outcomes(desk.load(desk.verdict(2, "v2", scan_seq=7))) == [(2, "returned")]


def test_one_contested_scope_returns_the_whole_delivery(desk: Desk) -> None:
    answers = desk.load(
        desk.verdict(1, "v1", scan_seq=7, scopes=(scope(SEPTEMBER), scope(OCTOBER))),
        desk.verdict(2, "v2", scan_seq=7, scopes=(scope(OCTOBER),)),
        desk.verdict(3, "v3", scan_seq=7, scopes=(scope(table="overdue"),)),
    )
    assert outcomes(answers) == [(1, "returned"), (2, "returned"), (3, "loaded")]


def test_a_version_that_was_sent_back_contests_nothing(desk: Desk) -> None:
    answers = desk.load(desk.verdict(1, "v1", scan_seq=7, outcome="returned"), desk.verdict(2, "v2", scan_seq=7))
    assert outcomes(answers) == [(1, "returned"), (2, "loaded")]


def test_partial_tables_may_come_in_several_files(desk: Desk) -> None:
    part = (scope(table="dossiers"),)
    answers = desk.load(desk.verdict(1, "v1", scan_seq=7, scopes=part), desk.verdict(2, "v2", scan_seq=7, scopes=part))
    assert outcomes(answers) == [(1, "loaded"), (2, "loaded")]
