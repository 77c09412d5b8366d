"""What can go wrong with an API, on request: how the transport fails, and how an answer lies."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.reference.org_units.unit import OrgUnit

SKEW_SECONDS = 3 * 3_600
PERSONAL = {"applicantName": "Nguyễn Văn Mẫu", "citizenId": "014000000000", "phone": "0900000000"}  # invented


class Kind(StrEnum):
    """Every fault; the value is its name at the terminal, in the header X-Fault and in POST /faults."""

    TOO_MANY_REQUESTS = "too_many_requests"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    TRUNCATED_JSON = "truncated_json"
    CUT_OFF = "cut_off"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105
    CLOCK_SKEW = "clock_skew"
    DUPLICATED_PAGE = "duplicated_page"
    REORDERED_PAGE = "reordered_page"
    MOVING_RECORDS = "moving_records"
    WRONG_TOTAL = "wrong_total"
    STRING_IN_NUMBER = "string_in_number"
    UNKNOWN_UNIT = "unknown_unit"
    FUTURE_PERIOD = "future_period"
    NEGATIVE_COUNT = "negative_count"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    PERSONAL_FIELD = "personal_field"
    LOGIN_PAGE = "login_page"
    NO_CONTENT = "no_content"
    PACKED_TWICE = "packed_twice"
    REPEATED_NAME = "repeated_name"
    ERROR_IN_ANSWER = "error_in_answer"
    NULL_LIST = "null_list"
    NO_TOTAL = "no_total"
    NO_CURSOR = "no_cursor"
    MORE_WITHOUT_CURSOR = "more_without_cursor"
    UNKNOWN_BESIDE = "unknown_beside"
    PERSONAL_BESIDE = "personal_beside"
    PERSONAL_NAME = "personal_name"
    TWO_UNITS = "two_units"


class Fault(BaseModel):
    """One fault for the next `times` answers under `path`; `seconds` are how long 429 and timeout ask to wait.

    `timeout` answers after them as if nothing had happened: who waits less sees no answer.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    times: int = Field(default=1, ge=1)
    path: str = "/"
    seconds: float = Field(default=1, ge=0)


@dataclass
class Faults:
    """Faults that wait for their request, first come first served."""

    waiting: list[Fault] = field(default_factory=list)

    def take(self, path: str) -> Fault | None:
        """The fault for this request, counted as used; None if it is to go well."""
        for fault in self.waiting:
            if path.startswith(fault.path):
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None


def read_fault(text: str) -> Fault:
    """`kind`, `kind:times` or `kind:times:/path` → a fault.

    Raises:
        UserError: no such kind, or times is no number from 1.
    """
    kind, _, rest = text.partition(":")
    times, _, path = rest.partition(":")
    if kind not in set(Kind):
        raise UserError(f"--faults: expected one of {', '.join(Kind)} (found {kind})")
    if not (times or "1").isdecimal() or int(times or "1") < 1:
        raise UserError(f"--faults {kind}: expected how many times, 1 or more (found {times})")
    return Fault(kind=Kind(kind), times=int(times or "1"), path=path or "/")


@dataclass(frozen=True)
class Twin:
    """A field that names the unit of a row again, a unit of this level."""

    field: str
    level: Literal["commune", "agency"]


@dataclass(frozen=True)
class Shape:
    """Where the rows of a system's answer are, and which of its fields the lies of an answer are told in.

    An unknown unit is `foreign_unit` and what stands from `behind_unit` on behind the known one, as the province does.
    `list_name` is the field with the rows, "" for an answer that is a list itself, or may be.
    """

    rows: Callable[[Any], list[dict[str, Any]]]
    number: str | None
    unit: str
    time: str | None
    negative: object
    dropped: str
    foreign_unit: str
    behind_unit: str
    list_name: str = ""
    twin: Twin | None = None


SHAPES = {
    "/dossiers": Shape(lambda body: body["items"], "feeVnd", "communeCode", "receivedAt", -1, "status", "99999", ", ",
                       "items", Twin("communeName", "commune")),
    "/tasks": Shape(lambda body: body["data"], None, "agencyCode", "assignedAt", -1, "dueAt", "so-khong-co", ", ",
                    "data", Twin("agencyName", "agency")),
    "/public/current": Shape(
        lambda body: body, "sumDepth", "station.address", None, -3.5, "level", "Xã Không Có", ", "
    ),
    "/jsp/rest.jsp": Shape(
        lambda body: body if isinstance(body, list) else body["data"],
        "TDGQ", "TEN", None, "-1.00", "MDHL", "UBND xã Không Có", " - ",
    ),
}  # fmt: skip


def distort(body: Any, kind: Kind, shape: Shape, units: Sequence[OrgUnit]) -> Any:
    """The answer with the lie of `kind` told about its first row, or of the whole page; `units` are of its twin."""
    rows = shape.rows(body)
    match kind:
        case Kind.REORDERED_PAGE:
            rows.reverse()
        case Kind.WRONG_TOTAL if isinstance(body, dict) and "total" in body:
            body["total"] += 7
        case Kind.NO_TOTAL:
            del body["total"]
        case Kind.NO_CURSOR:
            del body["nextCursor"]
        case Kind.MORE_WITHOUT_CURSOR:
            body.update(nextCursor=None, hasMore=True)
        case Kind.UNKNOWN_BESIDE:
            body["generatedBy"] = "thử nghiệm"
        case Kind.PERSONAL_BESIDE:
            body["meta"] = {"contact": PERSONAL["citizenId"]}
        case Kind.NULL_LIST:
            return {**body, shape.list_name: None} if shape.list_name else None
        case Kind.ERROR_IN_ANSWER:
            error = {"success": False, "message": "database timeout"}
            return {**body, shape.list_name: [], **error} if shape.list_name else error
    if not rows:
        return body
    row = rows[0]
    match kind:
        case Kind.STRING_IN_NUMBER if shape.number:
            row[shape.number] = "mười hai"
        case Kind.NEGATIVE_COUNT if shape.number:
            row[shape.number] = shape.negative
        case Kind.UNKNOWN_UNIT:
            said = str(reduce(lambda part, name: part[name], shape.unit.split("."), row))
            _replace(row, shape.unit, shape.foreign_unit + said.removeprefix(said.split(shape.behind_unit)[0]))
        case Kind.FUTURE_PERIOD if shape.time:
            row[shape.time] = "2099-01-01T08:00:00+07:00"
        case Kind.UNKNOWN_FIELD:
            _add(rows, {"internalNote": "thử nghiệm"})
        case Kind.MISSING_FIELD:
            del row[shape.dropped]
        case Kind.PERSONAL_FIELD:
            _add(rows, PERSONAL)
        case Kind.PERSONAL_NAME:
            row["by"] = {PERSONAL["citizenId"]: 1}
        case Kind.TWO_UNITS if shape.twin:
            row[shape.twin.field] = next(unit.full_name for unit in units if unit.code != row[shape.unit])
    return body


def repeat_name(content: bytes) -> bytes:
    """The answer with a name twice in its first object."""
    return content.replace(b"{", b'{"sample": 1, "sample": 2, ', 1)


def kinds_of(path: str) -> set[Kind]:
    """Faults that make sense for an address: what its answers have no field for cannot be told in them."""
    shape = next((shape for prefix, shape in SHAPES.items() if path.startswith(prefix)), None)
    kinds = set(Kind)
    if shape is None:
        return kinds
    if shape.number is None:
        kinds -= {Kind.STRING_IN_NUMBER, Kind.NEGATIVE_COUNT}
    if shape.time is None:
        kinds -= {Kind.FUTURE_PERIOD, Kind.MOVING_RECORDS, Kind.DUPLICATED_PAGE}
    if shape.twin is None:
        kinds -= {Kind.TWO_UNITS}
    if not shape.list_name:
        kinds -= {Kind.UNKNOWN_BESIDE, Kind.PERSONAL_BESIDE}
    if path != "/dossiers":
        kinds -= {Kind.WRONG_TOTAL, Kind.NO_TOTAL}
    if path != "/tasks":
        kinds -= {Kind.EXPIRED_TOKEN, Kind.NO_CURSOR, Kind.MORE_WITHOUT_CURSOR}
    return kinds


def _replace(row: dict[str, Any], path: str, value: object) -> None:
    """Put a value at names joined by dots, without touching objects that other answers share."""
    name, _, rest = path.partition(".")
    if rest:
        row[name] = dict(row[name])
        _replace(row[name], rest, value)
    else:
        row[name] = value


def _add(rows: Iterable[dict[str, Any]], fields: dict[str, str]) -> None:
    for row in rows:
        row.update(fields)
