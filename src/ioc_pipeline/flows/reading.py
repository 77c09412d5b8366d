"""Landed bytes → a reading: read, parsed and checked; a pure function of bytes, contracts and seeds."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ioc_pipeline.answer.marked.marks import without_marks
from ioc_pipeline.answer.template.identity import FormIdentity, identity_of, without_identity
from ioc_pipeline.domain.deliveries import CheckResult, Delivery, Release, Scope
from ioc_pipeline.domain.errors import ContractError, DamagedError, Problem, SourceError
from ioc_pipeline.domain.http_date import parse_http_date
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.pages import Json, Page
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.land.decisions import read_release
from ioc_pipeline.land.fetched import read_extract
from ioc_pipeline.land.store import Store
from ioc_pipeline.parse.api.extract import parse_extract
from ioc_pipeline.parse.choice import choose_contract, waiting_for
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.personal import as_decided
from ioc_pipeline.parse.personal_workbook import find_personal_data_in_workbook
from ioc_pipeline.parse.records import RecordTable
from ioc_pipeline.parse.sheet import BadFormError, ParsedDelivery, parse_workbook
from ioc_pipeline.parse.tables import ParsedTable
from ioc_pipeline.read.json_page import read_json
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.contracts import Contract, Contracts
from ioc_pipeline.reference.sources import Csv


@dataclass(slots=True)
class Reading:
    """A file or an extract on its way: what was read of it so far, or why it stops.

    `unaccepted` are tables of a file that comes back anyway: their rows are checked, so that one answer holds all.
    `held` says why it must wait: our fault, so its department hears nothing yet. `release` is a person's decision that
    what looks like personal data in it is none.
    """

    delivery: Delivery
    contract: Contract | None = None
    parsed: ParsedDelivery | None = None
    unaccepted: tuple[ParsedTable, ...] = ()
    scopes: tuple[Scope, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    held: str = ""
    release: Release | None = None

    @property
    def source_name(self) -> str:
        return self.contract.source.name if self.contract else self.delivery.source_name

    @property
    def found(self) -> list[Problem]:
        """Everything that its department should know, critical or not."""
        return [*self.problems, *(self.parsed.warnings if self.parsed else [])]

    @property
    def accepted(self) -> ParsedDelivery | None:
        """What may be loaded: None where there is nothing to read, or where one critical problem sends all back."""
        return None if any(problem.returns_all for problem in self.found) else self.parsed

    @property
    def records(self) -> list[RecordTable]:
        return self.parsed.records if self.parsed else []

    @property
    def tables(self) -> list[ParsedTable | RecordTable]:
        """Everything that a suite judges."""
        return [*(self.parsed.tables if self.parsed else self.unaccepted), *self.records]


def read_all(deliveries: Sequence[Delivery], store: Store, reference: Reference) -> list[Reading]:
    """Take files and extracts to typed values, or to everything that is wrong with each; suites come later."""
    releases = store.ledger.releases([delivery.delivery_seq for delivery in deliveries])
    readings = [
        Reading(
            delivery, release=read_release(store, releases[seq]) if (seq := delivery.delivery_seq) in releases else None
        )
        for delivery in deliveries
    ]
    for reading in readings:
        if reading.delivery.kind == "extract":
            _read_extract(reading, store, reference)
    files, requests = [], []
    for reading in [reading for reading in readings if reading.delivery.kind == "file"]:
        delivery = reading.delivery
        try:
            path = store.verified_path(delivery.sha256)
        except DamagedError as error:
            reading.held = str(error)
            continue
        files.append(reading)
        requests.append(ReadRequest(path, delivery.file_name, csv_of(reference.contracts, delivery.department_code)))
    for reading, read in zip(files, read_deliveries(requests), strict=True):
        read_file(reading, read, reference)
        del read  # a large workbook is as large again as what was read of it
    return readings


def csv_of(contracts: Contracts, department_code: str) -> Csv | None:
    """How this department writes CSV; its contracts agree on it."""
    return next((one.source.csv for one in contracts.of_department(department_code) if one.source.csv), None)


def read_file(reading: Reading, read: Workbook | SourceError, reference: Reference) -> None:
    """Find the form in a workbook and parse it, into the reading."""
    delivery = reading.delivery
    made_from = None
    try:
        if isinstance(read, SourceError):
            is_unknown_csv = any(problem.code == "csv-not-declared" for problem in read.problems)
            raise waiting_for(reference.contracts) if is_unknown_csv and reference.contracts.broken else read
        read, made_from = without_identity(without_marks(read))
        choice = choose_contract(read, delivery.department_code, reference.contracts)
        if choice is None:
            reading.problems = as_decided(find_personal_data_in_workbook(read, delivery.file_name), reading.release)
            return
        reading.contract = choice
        reading.parsed = parse_workbook(read, choice.source, envelope_of(delivery, reference, reading.release))
    except ContractError as error:
        reading.held = str(error)
    except SourceError as error:
        unread = read if isinstance(read, Workbook) and not reading.contract else None
        personal = find_personal_data_in_workbook(unread, delivery.file_name) if unread else []
        if reading.release:
            reading.problems = [*error.problems, *as_decided(personal, reading.release)]
        else:
            reading.problems = personal or list(error.problems)
        if isinstance(error, BadFormError):
            reading.scopes, reading.unaccepted = error.scopes, error.tables
    else:
        reading.scopes = tuple(reading.parsed.scopes)
    if made_from and reading.contract:
        reading.problems += _of_older_template(reading, reading.contract, made_from)


def _of_older_template(reading: Reading, contract: Contract, made_from: FormIdentity) -> list[Problem]:
    """A warning where a file was filled into a template that would be made otherwise for its period today."""
    last_days = [scope.period.end for scope in reading.scopes] or [local_day(reading.delivery.received_at)]
    now = identity_of(contract, max(last_days))
    if made_from.source_name != now.source_name or made_from == now:
        return []
    return [Problem("older-template", expected=f"mẫu hiện hành của “{contract.source.title}”", severity="warning")]


def _read_extract(reading: Reading, store: Store, reference: Reference) -> None:
    """Read all pages of one run of an API: they count together, or not at all."""
    delivery = reading.delivery
    contract = reference.contracts.ready.get(delivery.source_name)
    if contract is None or contract.source.api is None:
        broken = reference.contracts.broken.get(f"{delivery.source_name}.yml")
        reading.held = f"waiting for its contract: {broken or f'no API {delivery.source_name!r} in include/sources'}"
        return
    reading.contract = contract
    envelope = envelope_of(delivery, reference, reading.release)
    try:
        pages = store.ledger.deliveries(read_extract(store, delivery).pages)
        reading.parsed = parse_extract(read_pages(pages, store), contract.source, envelope)
    except DamagedError as error:
        reading.held = str(error)
    except SourceError as error:
        reading.problems = list(error.problems)
        reading.scopes = error.scopes if isinstance(error, BadFormError) else ()
    else:
        reading.scopes = tuple(reading.parsed.scopes)


def read_pages(pages: Sequence[Delivery], store: Store) -> Iterator[Page]:
    """The pages of an extract in the order they were asked for, one at a time.

    Raises:
        SourceError: a page is no JSON that can be read; its problems name the page.
    """
    for page in sorted(pages, key=lambda page: page.delivery_seq):
        request = json.loads(page.request)
        period = request["period"]
        name = page.file_name.rpartition("/")[2]
        content: Json = None
        try:
            if request["status"] != 204:
                content = read_json(store.read(page))
        except SourceError as error:
            raise SourceError([replace(problem, page=name) for problem in error.problems]) from error
        yield Page(
            delivery_seq=page.delivery_seq,
            name=name,
            received_at=page.received_at,
            server_time=parse_http_date(request["server_time"] or ""),
            period=Period(period["type"], date.fromisoformat(period["start"]), date.fromisoformat(period["end"]))
            if period
            else None,
            content=content,
            status=request["status"],
            list_number=request.get("list"),
            links_on=request.get("links_on", False),
        )


def envelope_of(delivery: Delivery, reference: Reference, release: Release | None = None) -> Envelope:
    """What is known of a delivery besides its bytes."""
    return Envelope(
        reporting_unit_code=delivery.department_code,
        province_code=reference.settings.province_code,
        file_name=delivery.file_name,
        received_on=local_day(delivery.received_at),
        org_units=reference.org_units,
        release=release,
    )
