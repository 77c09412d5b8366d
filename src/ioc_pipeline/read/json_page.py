"""Bytes of an API's response → JSON, numbers as their text; hostile responses are refused with a place.

In our own process, not in the guarded child of the workbooks: Python's JSON parser is no foreign reader that panics or
hangs, it takes time and memory in proportion to bytes and values, and both are counted before it runs.
"""

import json
import re
from typing import Any, NoReturn

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.pages import Json, Number, pointer

MAX_BYTES = 100 * 1024 * 1024
MAX_VALUES = 2_000_000  # of one page; they take up to 100 bytes each
MAX_DEPTH = 64

_NUL = re.compile(rb"\x00|\\u0000")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BOM = b"\xef\xbb\xbf"
_UTF_16_OR_32 = re.compile(rb"\xff\xfe|\xfe\xff|\x00|.\x00", re.DOTALL)


class _RepeatedKeyError(Exception):
    """An object that says two things under one name."""


def read_json(content: bytes) -> Json:
    """Read one response exactly: `Number` for each number, every name once, text that can be written as UTF-8.

    Raises:
        SourceError: `page-too-large`, `json-encoding`, `bad-json`, `repeated-field` or `bad-text`. The text of the
            response is not in it, but for the names of fields.
    """
    values = content.count(b",") + content.count(b"[") + content.count(b"{")
    if len(content) > MAX_BYTES or values > MAX_VALUES:
        _refuse("page-too-large")
    if not content.strip():
        _refuse("bad-json", "một câu trả lời JSON; câu trả lời này trống")
    if _UTF_16_OR_32.match(content):
        _refuse("json-encoding")
    try:
        text = content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("json-encoding", f"UTF-8; byte thứ {error.start + 1} không đúng")
    try:
        data: Json = json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=_not_a_number, object_pairs_hook=_once
        )
    except json.JSONDecodeError as error:
        _refuse("bad-json", f"JSON hợp lệ; sai ở dòng {error.lineno}, ký tự thứ {error.colno}")
    except RecursionError:
        _refuse("bad-json", f"JSON lồng nhau không quá {MAX_DEPTH} tầng")
    except _RepeatedKeyError as error:
        raise SourceError([Problem("repeated-field", column=str(error))]) from None
    _check_depth(data)
    if _NUL.search(content) or _SURROGATE.search(content):  # seldom, and looking at every text takes its time
        _check_texts(data)
    return data


def _refuse(code: str, expected: str = "") -> NoReturn:
    raise SourceError([Problem(code, expected=expected)]) from None


def _not_a_number(name: str) -> NoReturn:
    _refuse("bad-json", f"JSON hợp lệ; {name.lstrip('-')} không phải là số của JSON, ghi null nếu không có số liệu")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        names = [name for name, _ in pairs]
        raise _RepeatedKeyError(next(name for name in names if names.count(name) > 1)[:200])
    return data


def _check_depth(data: Json) -> None:
    level = [data]
    for _ in range(MAX_DEPTH + 1):
        level = [
            each
            for value in level
            for each in (value.values() if type(value) is dict else value if type(value) is list else ())
            if type(each) in (dict, list)
        ]
        if not level:
            return
    _refuse("bad-json", f"JSON lồng nhau không quá {MAX_DEPTH} tầng")


def _check_texts(value: Json, *place: str | int) -> None:
    """Refuse the first text that no UTF-8 can hold, or that a database would cut off."""
    if type(value) is dict:
        for name, each in value.items():
            if _is_odd(name):
                raise SourceError([Problem("bad-text", cell=pointer(*place))])
            _check_texts(each, *place, name)
    elif type(value) is list:
        for number, each in enumerate(value):
            _check_texts(each, *place, number)
    elif type(value) is str and _is_odd(value):
        raise SourceError([Problem("bad-text", cell=pointer(*place))])


def _is_odd(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)
