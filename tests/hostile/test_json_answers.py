"""Answers written to harm: each is refused with its code, or read without losing anything."""

import json
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.pages import Number
from ioc_pipeline.read import json_page
from ioc_pipeline.read.json_page import MAX_DEPTH, MAX_VALUES, read_json


def problem_of(content: bytes) -> Problem:
    with pytest.raises(SourceError) as raised:
        read_json(content)
    (problem,) = raised.value.problems
    return problem


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "bad-json"),
        (b" \n", "bad-json"),
        (b'{"items": [1, 2', "bad-json"),
        (b"<html><body>502</body></html>", "bad-json"),
        (b"[1] [2]", "bad-json"),
        (b'{"a": NaN}', "bad-json"),
        (b'{"a": -Infinity}', "bad-json"),
        (b'{"a": 01}', "bad-json"),
        (b'{"a": .5}', "bad-json"),
        (b"{'a': 1}", "bad-json"),
        (b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), "bad-json"),
        (b"[" * 200_000, "bad-json"),
        (b'{"a":' * 200_000, "bad-json"),
        (b'{"a": 1, "b": 2, "a": 3}', "repeated-field"),
        (b'[{"b": {"a": 1, "a": 1}}]', "repeated-field"),
        ('["xã"]'.encode("utf-16"), "json-encoding"),
        ('["xã"]'.encode("utf-16-le"), "json-encoding"),
        ('["xã"]'.encode("utf-32"), "json-encoding"),
        ('["xà"]'.encode("cp1258"), "json-encoding"),
        (b'["\xed\xa0\x80"]', "json-encoding"),
        (b'{"a": ["x\\u0000"]}', "bad-text"),
        (b'{"a": ["\\ud800"]}', "bad-text"),
        (b'{"a": {"\\udfff": 1}}', "bad-text"),
        (b"[" + b"[]," * MAX_VALUES + b"1]", "page-too-large"),
    ],
)
def test_a_hostile_answer_is_refused_with_its_code(content: bytes, code: str) -> None:
    assert problem_of(content).code == code


def test_odd_text_is_told_by_its_pointer_and_not_repeated() -> None:
    problem = problem_of(b'{"data": [{"a/b": "014085001234\\u0000"}]}')
    assert problem.cell == "/data/0/a~1b"
    assert "014085001234" not in repr(problem)


def test_what_stands_before_a_truncation_is_not_repeated() -> None:
    with pytest.raises(SourceError) as raised:
        read_json(b'{"name": "014085001234", "x')
    assert "014085001234" not in repr(raised.value.problems)
    assert raised.value.__suppress_context__


def test_a_deep_answer_is_refused_in_a_thread_too() -> None:
    codes: list[str] = []
    thread = Thread(target=lambda: codes.append(problem_of(b'[{"a":' * 100_000).code))
    thread.start()
    thread.join()
    assert codes == ["bad-json"]


def test_too_many_bytes_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_page, "MAX_BYTES", 10)
    assert problem_of(b'"' + b"x" * 10 + b'"').code == "page-too-large"


@pytest.mark.parametrize(
    "written", ["0.10", "1e400", "-0", "123456789012345678901234567890.123", "1" * 5000, "9007199254740993", "1E-400"]
)
def test_a_number_stays_the_text_it_was_written_in(written: str) -> None:
    (number,) = read_json(f"[{written}]".encode())
    assert type(number) is Number
    assert number == written


def test_a_mark_before_the_text_and_pairs_of_surrogates_are_read() -> None:
    assert read_json(b'\xef\xbb\xbf["\\ud83d\\ude00 \\u1ea1"]') == ["😀 ạ"]


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("write", [json.dumps, lambda value: json.dumps(value, ensure_ascii=False)])
@given(value=_JSON)
def test_whatever_json_can_say_is_read_back(write: Callable[[Any], str], value: Any) -> None:
    def plain(read: Any) -> Any:
        if isinstance(read, dict):
            return {name: plain(each) for name, each in read.items()}
        if isinstance(read, list):
            return [plain(each) for each in read]
        return int(read) if type(read) is Number else read

    assert plain(read_json(write(value).encode())) == value


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    codes = set()
    try:
        json.dumps(read_json(content)).encode()
    except SourceError as error:
        codes = {problem.code for problem in error.problems}
    assert codes <= {"bad-json", "json-encoding", "bad-text", "repeated-field"}
