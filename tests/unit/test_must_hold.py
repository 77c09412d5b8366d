"""Rules of suites: what is understood, and how a row with missing values is judged."""

from datetime import UTC, date, datetime

import pandas as pd
import pytest

from ioc_pipeline.check.must_hold import judge_rows
from ioc_pipeline.reference.must_hold import Kind, check_kinds, parse_must_hold

KINDS: dict[str, Kind] = {"a": "number", "b": "number", "grade": "text", "sent_at": "time", "due": "time"}
HOLDS, BREAKS, UNJUDGED = 1.0, 0.0, None


def judge(rule: str, **row: object) -> float | None:
    columns = {name: pd.Series([value], dtype="float64" if name in "ab" else object) for name, value in row.items()}
    (verdict,) = judge_rows(parse_must_hold(rule), pd.DataFrame(columns))
    return None if pd.isna(verdict) else verdict


@pytest.mark.parametrize(
    ("rule", "a", "b", "verdict"),
    [
        ("a == b + 1", 3, 2, HOLDS),
        ("a == b + 1", 4, 2, BREAKS),
        ("a == b + 1", None, 2, UNJUDGED),
        ("a == b + 1", 3, None, UNJUDGED),
        ("a != b", 3, None, UNJUDGED),
        ("abs(a - 100 * b / 8) <= 0.06", 12.5, 1, HOLDS),
        ("abs(a - 100 * b / 8) <= 0.06", 12, 1, BREAKS),
        ("a / b <= 1", 5, 0, UNJUDGED),
        ("-a < b", 1, 0, HOLDS),
        ("2 <= a / b <= 8", 4, 2, HOLDS),
        ("2 <= a / b <= 8", 18, 2, BREAKS),
        ("2 <= a / b <= 8", 2, 2, BREAKS),
        ("a == 0 or b > 0", 0, None, HOLDS),
        ("a == 0 or b > 0", 1, None, UNJUDGED),
        ("a == 0 or b > 0", None, 0, UNJUDGED),
        ("a == 0 or b > 0", 1, 0, BREAKS),
        ("a == 0 and b > 0", 1, None, BREAKS),
        ("a == 0 and b > 0", 0, None, UNJUDGED),
        ("not a == 1", 1, 0, BREAKS),
        ("not a == 1", None, 0, UNJUDGED),
        ("a is missing or b != 0", 5, 0, BREAKS),
        ("a is missing or b != 0", None, 0, HOLDS),
        ("a is not missing", None, 0, BREAKS),
        ("a is not missing", 0, 0, HOLDS),
    ],
)
def test_a_row_is_judged_only_by_the_values_it_has(
    rule: str, a: float | None, b: float | None, verdict: float | None
) -> None:
    assert judge(rule, a=a, b=b) == verdict


@pytest.mark.parametrize(
    ("grade", "verdict"), [("Tốt", BREAKS), ("Khá", HOLDS), ("Rất 'tốt'", HOLDS), (None, UNJUDGED)]
)
def test_texts_are_compared_as_they_are_written(grade: str | None, verdict: float | None) -> None:
    assert judge("grade != 'Tốt' or a >= 80", grade=grade, a=79) == verdict


@pytest.mark.parametrize(
    ("sent_at", "verdict"),
    [
        (datetime(2025, 9, 15, 1, tzinfo=UTC), BREAKS),
        (datetime(2025, 9, 14), HOLDS),  # noqa: DTZ001  # as the frames of records have them
        (date(2025, 9, 14), HOLDS),
        (None, UNJUDGED),
    ],
)
def test_times_are_compared_with_dates(sent_at: date | None, verdict: float | None) -> None:
    assert judge("sent_at <= due", sent_at=sent_at, due=pd.Timestamp("2025-09-15")) == verdict


def test_each_row_is_judged_for_itself() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, None, 4.0], "b": [1.0, 1.0, 1.0, 4.0]}, index=[7, 3, 5, 1])
    assert judge_rows(parse_must_hold("a == b"), frame).fillna(-1).to_dict() == {7: 1.0, 3: 0.0, 5: -1.0, 1: 1.0}


def test_columns_are_named_in_the_order_of_the_rule() -> None:
    assert parse_must_hold("b <= 0.5 * a or b is missing or abs(grade) < b").columns == ("b", "a", "grade")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("", "expected a rule such as"),
        (5, "expected a rule such as"),
        ("a ==", "not understood: invalid syntax"),
        ("a == b; b", "not understood: invalid syntax"),
        ("1 == 1", "names no column"),
        ("a + b", "true or false, not a value"),
        ("a", "true or false, not a value"),
        ("a and b", "expected a truth: a"),
        ("__import__('os').system('true') == a", "not understood"),
        ("abs.__class__ == a", "not understood"),
        ("a ** b > 1", "not understood"),
        ("a == [b for b in a]", "not understood"),
        ("(lambda: a)() == b", "not understood"),
        ("max(a, b) == 1", "not understood: max(a, b)"),
        ("abs(a, b) == 1", "not understood: abs(a, b)"),
        ("a == True", "not understood: True"),
        ("a is b", "expected 'column is missing'"),
        ("missing is missing", "names no column"),
        ("a == missing", "not understood: missing"),
        ("(a == 1) == (b == 1)", "cannot compare truth with truth"),
        ("a == f'{b}'", "not understood"),
        ("a == b if a else b", "not understood"),
        ("-" * 990 + "a == 1", "too deep"),
        ("a == 1 or " * 200 + "a == 1", "characters, expected 1000 at most"),
    ],
)
def test_what_is_not_in_the_grammar_is_refused(rule: object, told: str) -> None:
    with pytest.raises(ValueError, match=r".*") as refused:
        parse_must_hold(rule)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("a == grade", "cannot compare number with text: a == grade"),
        ("grade > 'Tốt'", "texts have no order: grade > 'Tốt'"),
        ("sent_at > 5", "cannot compare time with number"),
        ("sent_at - due > 5", "expected a number: sent_at"),
        ("abs(grade) == 1", "expected a number: grade"),
    ],
)
def test_a_rule_must_fit_its_table(rule: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".*") as refused:
        check_kinds(parse_must_hold(rule), KINDS)
    assert told in str(refused.value)
