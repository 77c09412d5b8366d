"""What arrived and what became of it: the nouns that the steps hand to one another."""

import json
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Literal

from ioc_pipeline.domain.errors import Problem, Severity
from ioc_pipeline.domain.periods import Period

Kind = Literal["file", "page", "extract", "withdrawal", "waiver", "release"]
Channel = Literal["", "page"]
Outcome = Literal[
    "loaded", "nil_report", "nothing_to_read", "returned", "duplicate", "page", "withdrawal", "waiver", "release"
]
ACCEPTED: frozenset[Outcome] = frozenset({"loaded", "nil_report"})
"""A delivery with one of these outcomes is a version of its scopes."""
CheckOutcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Bytes and their envelope; `delivery_seq` is the one order.

    A `page` is one response of an API as it came, an `extract` the list of the pages that make one complete run: only
    through it do they count, together. Of both, `source_name` is the API's contract and `extract_id` the run; `request`
    (JSON: method, path, parameters, status, time by the server's clock) is what a page answers, without secrets.
    A `withdrawal` and a `release` name the delivery they decide on, a `waiver` its source.
    `channel` is "page" for a file sent in the browser, with its `sender`, the account that was logged in; both are ""
    for what came the way of its kind: a folder, an API, a command.
    """

    delivery_seq: int
    kind: Kind
    department_code: str
    file_name: str
    sha256: str
    size_bytes: int
    received_at: datetime
    scan_seq: int
    is_sealed: bool
    decides_delivery_seq: int | None = None
    source_name: str = ""
    extract_id: str = ""
    request: str = ""
    channel: Channel = ""
    sender: str = ""

    @property
    def is_tried(self) -> bool:
        """Whether it has no number: a file that somebody tried and did not send."""
        return self.delivery_seq == 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a delivery speaks for: the newest accepted delivery of a scope is the one that counts."""

    table_name: str
    reporting_unit_code: str
    period: Period

    @classmethod
    def from_fields(cls, said: dict[str, Any]) -> "Scope":
        """From what `asdict` made of it and JSON kept, dates in ISO 8601."""
        period = said["period"]
        start, end = (date.fromisoformat(period[name]) for name in ("start", "end"))
        return cls(said["table_name"], said["reporting_unit_code"], Period(period["type"], start, end))


@dataclass(frozen=True, slots=True)
class Extract:
    """What the bytes of an `extract` delivery say: one complete run of an API.

    `pages` are the delivery_seq of its pages in the order they were asked for. `since` is from where on records were
    asked for, overlap included, `watermark` the newest time seen in the API's own records, where the next run starts
    (both ISO 8601, "" for all records and for an API that is not incremental).
    """

    source_name: str
    extract_id: str
    started_at: datetime
    ended_at: datetime
    pages: tuple[int, ...]
    watermark: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """What the bytes of a `waiver` say: a person's decision that a report is not owed, or until another day."""

    source_name: str
    reporting_unit_code: str
    period: Period
    due_date: date | None
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Release:
    """A person's decision that what looked like personal data in a delivery is none: it is read again without that.

    `delivery_seq` is the decision's own number, `places` says what was found where, in words for the sender.
    """

    delivery_seq: int
    reason: str
    by: str
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One expectation over one delivery. `cells` are (sheet, A1) of failing values; aggregates have none."""

    suite_name: str
    expectation_type: str
    column_name: str
    severity: Severity
    outcome: CheckOutcome
    description: str
    checked_count: int
    failed_count: int
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one delivery says under one contract version: a pure function of bytes, contract and seeds.

    Only an accepted delivery (`loaded`) has an observation file beside its verdict. Loading says of a `duplicate` which
    delivery it repeats, of one that takes the place of earlier ones (`replaced_delivery_seqs`) how many values it
    changes. `reason` is why a person withdrew one. `record_counts` are rows beside it by raw table, in
    `<table>.parquet`; a waiver's new due date is `waived_until`, None when nothing is owed. `release` is the decision
    that this verdict rests on, of a `release` itself what it says.
    """

    delivery: Delivery
    source_name: str
    contract_hash: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    scopes: tuple[Scope, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    observation_count: int = 0
    replaces: dict[str, str] = field(default_factory=dict)
    same_as_delivery_seq: int | None = None
    reason: str = ""
    record_counts: dict[str, int] = field(default_factory=dict)
    waived_until: date | None = None
    release: Release | None = None
    replaced_delivery_seqs: tuple[int, ...] = ()
    changed_count: int = 0

    @property
    def read_under(self) -> str:
        """The contract version, with the release if there is one: under the same a delivery is loaded once."""
        if self.release is None or self.delivery.kind == "release":
            return self.contract_hash
        return f"{self.contract_hash}/{self.release.delivery_seq}"

    def to_json(self) -> str:
        """As JSON; dates and times in ISO 8601."""
        return json.dumps(_plain(self), default=_plain, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Verdict":
        """What `to_json` wrote."""
        data: dict[str, Any] = json.loads(text)
        delivery = data.pop("delivery")
        delivery["received_at"] = datetime.fromisoformat(delivery["received_at"])
        scopes = tuple(Scope.from_fields(scope) for scope in data.pop("scopes"))
        checks = tuple(
            CheckResult(**{**check, "cells": tuple((sheet, cell) for sheet, cell in check["cells"])})
            for check in data.pop("checks")
        )
        problems = tuple(Problem(**problem) for problem in data.pop("problems"))
        until = data.pop("waived_until")
        release = data.pop("release")
        replaced = tuple(data.pop("replaced_delivery_seqs"))
        return cls(
            delivery=Delivery(**delivery),
            problems=problems,
            scopes=scopes,
            checks=checks,
            waived_until=date.fromisoformat(until) if until else None,
            release=Release(**{**release, "places": tuple(release["places"])}) if release else None,
            replaced_delivery_seqs=replaced,
            **data,
        )


@cache
def _parts(kind: type) -> tuple[str, ...]:
    return tuple(part.name for part in fields(kind))


def _plain(value: object) -> str | dict[str, Any]:
    """A date as text, and what is made of parts as they are: `asdict` would copy all of them first."""
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _parts(type(value))}
    raise TypeError(type(value).__name__)
