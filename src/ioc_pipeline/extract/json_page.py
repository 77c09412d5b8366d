"""Bytes of an API's answer → JSON, numbers as their text; hostile answers are refused with a place.

In our own process, not in the guarded child of the workbooks: Python's JSON parser is no foreign reader that panics or
hangs, it takes time and memory in proportion to bytes and values, and both are counted before it runs.
"""

import json
import re
from typing import Any, NoReturn

from ioc_pipeline.answers import Json, Number, pointer
from ioc_pipeline.errors import Problem, SourceError

MAX_BYTES = 100 * 1024 * 1024
MAX_VALUES = 4_000_000  # of one page; they take up to 100 bytes each
MAX_DEPTH = 64

_NUL = re.compile(rb"\x00|\\u0000")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BOM = b"\xef\xbb\xbf"
_UTF_16_OR_32 = re.compile(rb"\xff\xfe|\xfe\xff|\x00|.\x00", re.DOTALL)


class _RepeatedKeyError(Exception):
    """An object that says two things under one name."""


def read_json(content: bytes) -> Json:
    """Read one answer exactly: `answers.Number` for each number, every name once, text that can be written as UTF-8.

    Raises:
        SourceError: `page-too-large`, `json-encoding`, `bad-json`, `repeated-field` or `bad-text`. The text of the
            answer is not in it, but for the names of fields.
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
    _look_inside(data, has_odd_text=bool(_NUL.search(content) or _SURROGATE.search(content)))
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


def _look_inside(data: Json, *, has_odd_text: bool) -> None:
    """Refuse what is nested too deeply; look at each text only where NUL or a surrogate is written somewhere."""
    level: list[tuple[tuple[str | int, ...], Json]] = [((), data)]
    for _ in range(MAX_DEPTH + 1):
        below: list[tuple[tuple[str | int, ...], Json]] = []
        for place, value in level:
            if type(value) is dict:
                if has_odd_text and any(_is_odd(name) for name in value):
                    raise SourceError([Problem("bad-text", cell=pointer(*place))])
                items: Any = value.items()
            elif type(value) is list:
                items = enumerate(value)
            else:
                if has_odd_text and type(value) is str and _is_odd(value):
                    raise SourceError([Problem("bad-text", cell=pointer(*place))])
                continue
            below += [
                ((*place, name), each)
                for name, each in items
                if type(each) in (dict, list) or (has_odd_text and type(each) is str)
            ]
        if not below:
            return
        level = below
    _refuse("bad-json", f"JSON lồng nhau không quá {MAX_DEPTH} tầng")


def _is_odd(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)
