"""The fields of a response beside its records: which the contract knows, and what the usual names of others say.

A contract says by which field its API tells an error or that there is more. What it does not declare is never taken
for "all is well"; but a field that by its usual name says the contrary is heard, or an error page would be a report.
"""

import re
from collections.abc import Iterator
from typing import Any

from ioc_pipeline.domain.folding import fold
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.responses import ListPage, as_count

_NO_WORD = re.compile(r"[^a-z0-9]")
# Usual names in English and Vietnamese, without case, diacritics and signs.
_SUCCESS = re.compile(r"(is)?(success|successful|succeeded|ok|thanhcong)")
_ERROR = re.compile(
    r"(is|has|co)?(err|error|errors|errormessages?|errormsgs?|errorcode|errcode|errmsg|exception|fault|loi|maloi"
    r"|thongbaoloi|motaloi)"
)
_STATUS = re.compile(r"(http)?(status|statuscode|code|resultcode|responsecode|state|result|trangthai|maketqua|ketqua)")
_BAD_STATUS = re.compile(
    r"(err|fail|exception|fault|invalid|denied|unauthor|timeout|ora \d|loi|that bai).*|ko|[45]\d\d"
)
_NO_ERROR = re.compile(r"|0+|2\d\d|none|null|no|false|ok|success|khong|thanh cong")
_MORE = re.compile(
    r"(is|has|have)?(more|next|nextpage|morepages|morerecords|moreresults|truncated|incomplete(results)?"
    r"|partial(results)?|limit(reached|exceeded)|connua"
    r"|contiep|contrangsau)"
)
_LAST = re.compile(r"(is|la)?(last|lastpage|complete|completed|done|finished|end|final|trangcuoi|het|hetdulieu)")
_NEXT = re.compile(
    r"(odata)?next(page|cursor|link|url|uri|href|token|pagetoken|offset|recordsurl)?|continuationtoken"
    r"|trangsau|trangtiep|trangtieptheo"
)
_PAGES = re.compile(r"totalpages?|pagecount|pagestotal|numpages|lastpage|tongsotrang|sotrang")
_TOTAL = re.compile(
    r"(records|items|results)?total(count|records|items|elements|results|hits|rows)?|tong(so|cong)?(banghi|hoso|dong)?"
)


def own_fields(response: Any, place: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every field beside the records at `place`, as its names and its value; objects are entered, arrays are not."""
    records = tuple(place.split(".")) if place else ()
    waiting: list[tuple[tuple[str, ...], Any]] = [((), response)] if isinstance(response, dict) else []
    while waiting:
        before, nested = waiting.pop()
        for name, value in nested.items():
            path = (*before, name)
            if path == records:
                continue
            if isinstance(value, dict) and value:
                waiting.append((path, value))
            else:
                yield path, value


def is_known(path: tuple[str, ...], api: Api) -> bool:
    """Whether the contract says what a field is, or that it is of no interest."""
    paging, name = api.paging, ".".join(path)
    read = [field for field in (paging.field, paging.total_field, paging.more_field, *api.good_when) if field]
    if any(field == name or field.startswith(f"{name}.") for field in read):  # "meta": null, where meta.next is read
        return True
    return is_ignored(name, api)


def is_ignored(name: str, api: Api) -> bool:
    """Whether the contract ignores a field, of a record or beside the records, or what it is nested in."""
    return any(name == known or name.startswith(f"{known}.") for known in api.ignored_fields)


def error_field(response: Any, api: Api) -> str:
    """The field by which a response of status 200 says that it is none, its names joined by dots; "" if none does."""
    place = next((place for place in api.records if place), "")
    fields = dict(own_fields(response, place))
    for name, wanted in api.good_when.items():
        path = tuple(name.split("."))
        if path not in fields or _exact(fields[path]) not in [_exact(each) for each in wanted]:
            return name
    return next(
        (".".join(path) for path, value in fields.items() if not is_known(path, api) and _errs(path, value)), ""
    )


def more_said(response: Any, page: ListPage, api: Api, *, pages: int, so_far: int) -> str:
    """The field by which the last page of a list says that it is not the last; "" if none does.

    `pages` and `so_far` are how many pages and different records of the list have come.
    """
    for path, value in own_fields(response, page.place):
        if not is_known(path, api) and _continues(path, value, pages, so_far):
            return ".".join(path)
    return ""


def _errs(path: tuple[str, ...], value: Any) -> bool:
    word, text = _folded(path[-1]), _text(value)
    if _SUCCESS.fullmatch(word):
        return text in ("false", "0")
    if any(_ERROR.fullmatch(_folded(name)) for name in path):  # {"error": {"code": 12170}}
        return not _NO_ERROR.fullmatch(text)
    return _STATUS.fullmatch(word) is not None and _BAD_STATUS.fullmatch(text) is not None


def _continues(path: tuple[str, ...], value: Any, pages: int, so_far: int) -> bool:
    word = _folded(path[-1])
    if isinstance(value, bool):
        return (value and _MORE.fullmatch(word) is not None) or (not value and _LAST.fullmatch(word) is not None)
    if any(_NEXT.fullmatch(_folded(name)) for name in path[-2:]):
        return _text(value) not in ("", "0", "null")
    count = as_count(value)
    if count is None:
        return False
    return count > (pages if _PAGES.fullmatch(word) else so_far if _TOTAL.fullmatch(word) else count)


def _folded(name: str) -> str:
    return _NO_WORD.sub("", fold(name))


def _text(value: Any) -> str:
    """A value as words are compared: true and "true" alike, null as nothing, of an array whether it is empty."""
    if isinstance(value, list | dict):
        return "[…]" if value else ""
    return "" if value is None else fold(str(value))


def _exact(value: Any) -> str:
    """A value as a contract writes it: 0 and "0" alike, true and "true"; no array, object or null is any of them."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""
