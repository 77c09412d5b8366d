"""Landed deliveries → verdicts: bytes are read, parsed and checked; a pure function of bytes, contracts and seeds."""

import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from ioc_pipeline.check.validate import Check, validate
from ioc_pipeline.domain.answers import Page
from ioc_pipeline.domain.deliveries import CheckResult, Delivery, Outcome, Scope, Verdict, Waiver
from ioc_pipeline.domain.errors import ContractError, Problem, SourceError
from ioc_pipeline.domain.http_date import parse_http_date
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.durable import sync_folder
from ioc_pipeline.land import landing
from ioc_pipeline.parse.body import Envelope
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.pages import parse_extract
from ioc_pipeline.parse.personal import find_personal_data_in_workbook, without_personal_data
from ioc_pipeline.parse.records import RecordTable
from ioc_pipeline.parse.sheet import BadFormError, ParsedDelivery, parse_workbook
from ioc_pipeline.parse.tables import ParsedTable
from ioc_pipeline.read.json_page import read_json
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.catalogue import load_catalogue
from ioc_pipeline.reference.contracts import Contract, Contracts, load_contracts
from ioc_pipeline.reference.org_units import OrgUnits
from ioc_pipeline.reference.sources import Csv, Source
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA, record_schema

PROBLEMS_SHOWN = 1000  # of one delivery; nobody mends more at once, and the counts tell the rest


@dataclass(frozen=True)
class Reference:
    """What reading depends on besides the bytes: contracts, units and elements, as they are on disk now."""

    settings: Settings

    @cached_property
    def contracts(self) -> Contracts:
        """As on disk; a contract that does not fit the seeds or its neighbours is broken like a misspelt one."""
        contracts = load_contracts(self.settings.sources, self.settings.expectations)
        elements = load_catalogue(self.settings.seeds).elements
        for name, contract in list(contracts.ready.items()):
            if reason := self._misfit(contract.source, contracts, elements):
                contracts.broken[f"{name}.yml"] = ContractError(f"{name}.yml: {reason}")
        for name in contracts.broken:
            contracts.ready.pop(name.removesuffix(".yml"), None)
        return contracts

    def _misfit(self, source: Source, contracts: Contracts, elements: Collection[str]) -> str:
        columns = [column for table in source.tables for column in table.columns]
        named = {code for column in columns for code in (column.element, column.of_element) if code}
        if unknown := sorted(named.difference(elements)):
            return f"element: {', '.join(unknown)}: expected one of include/seeds/elements.csv"
        if self.org_units.get(source.department, date.max) is None:
            return f"department: {source.department}: expected an org_unit_code of include/seeds/agencies.csv"
        if source.api and (reason := _misfit_of_api(source)):
            return reason
        neighbours = [contract.source.csv for contract in contracts.of_department(source.department)]
        if source.csv and any(csv and csv != source.csv for csv in neighbours):
            return "csv: another form of this department declares it otherwise, and a file does not say which it is"
        return ""

    def inbox_folders(self) -> set[str]:
        """Names of the inbox folders that somebody sends to: departments, and today's communes where they report."""
        sources = [contract.source for contract in self.contracts.ready.values()]
        folders = {source.department for source in sources}
        if any(source.reporters == "communes" for source in sources):
            province_code = self.settings.province_code
            communes = self.org_units.members(level="commune", province_code=province_code, on=date.max)
            folders.update(unit.code for unit in communes)
        return folders

    @cached_property
    def org_units(self) -> OrgUnits:
        versions = tuple(path.stat().st_mtime_ns for path in sorted(self.settings.seeds.glob("*.csv")))
        return _org_units(self.settings.seeds, versions)


def _misfit_of_api(source: Source) -> str:
    """What the parts of an API's contract must say together so that its answers can be read."""
    assert source.api is not None
    if source.api.period is None and any(not table.record for table in source.tables):
        return "api: period: a table that fills elements needs the period that is asked for"
    if source.api.paging.total_field and source.api.vary:
        return "api: total_field: with vary, an answer counts one of several requests only"
    records = [(table.record, table.table) for table in source.tables if table.record]
    if len({record for record, _ in records}) < len(set(records)):
        return "record: two tables cannot fill one table of records"
    if any(table.record and column.type == "period" for table in source.tables for column in table.columns):
        return "columns: a record has dates and times, no column of type period"
    return ""


@lru_cache(maxsize=1)
def _org_units(seeds: Path, _versions: tuple[int, ...]) -> OrgUnits:
    """Read once for the steps of one pass: it costs a tenth of a second, much of what one file costs."""
    return OrgUnits.from_seeds(seeds)


@dataclass(slots=True)
class Reading:
    """One delivery on its way: what was read of it so far, or why it stops."""

    delivery: Delivery
    contract: Contract | None = None
    parsed: ParsedDelivery | None = None
    scopes: tuple[Scope, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    held: str = ""
    reason: str = ""
    waiver: Waiver | None = None

    @property
    def source_name(self) -> str:
        if self.waiver:
            return self.waiver.source_name
        return self.contract.source.name if self.contract else self.delivery.source_name


def read_batch(
    deliveries: Sequence[Delivery],
    landing_folder: Path,
    reference: Reference,
    find_deliveries: Callable[[Collection[int]], Sequence[Delivery]],
) -> list[Reading]:
    """Take landed deliveries to typed values, or to everything that is wrong with each.

    Expectations run once per suite over all of them: one validation costs as much as a thousand rows.

    Args:
        find_deliveries: the ledger's; an extract knows its pages by their numbers.
    """
    readings = [Reading(delivery) for delivery in deliveries]
    for reading in readings:
        if reading.delivery.kind == "withdrawal":
            reading.reason = landing.read_reason(landing_folder, reading.delivery)
        elif reading.delivery.kind == "waiver":
            reading.waiver = landing.read_waiver(landing_folder, reading.delivery)
            reading.reason = reading.waiver.reason
            reading.scopes = (Scope("", reading.waiver.reporting_unit_code, reading.waiver.period),)
        elif reading.delivery.kind == "extract":
            _parse_extract(reading, landing_folder, reference, find_deliveries)
    files = [reading for reading in readings if reading.delivery.kind == "file"]
    requests = [
        ReadRequest(
            landing.blob_path(landing_folder, reading.delivery.sha256),
            reading.delivery.file_name,
            _csv_of(reference.contracts, reading.delivery.department_code),
        )
        for reading in files
    ]
    for reading, read in zip(files, read_deliveries(requests), strict=True):
        _parse(reading, read, reference)
        del read  # a large workbook is as large again as what was read of it
    _validate([reading for reading in readings if reading.parsed])
    return readings


def _csv_of(contracts: Contracts, department_code: str) -> Csv | None:
    """How this department writes CSV; its contracts agree on it."""
    return next((one.source.csv for one in contracts.of_department(department_code) if one.source.csv), None)


def _parse_extract(
    reading: Reading,
    landing_folder: Path,
    reference: Reference,
    find_deliveries: Callable[[Collection[int]], Sequence[Delivery]],
) -> None:
    """Read all pages of one run of an API: they count together, or not at all."""
    delivery = reading.delivery
    contract = reference.contracts.ready.get(delivery.source_name)
    if contract is None or contract.source.api is None:
        broken = reference.contracts.broken.get(f"{delivery.source_name}.yml")
        reading.held = f"waiting for its contract: {broken or f'no API {delivery.source_name!r} in include/sources'}"
        return
    reading.contract = contract
    pages = find_deliveries(landing.read_extract(landing_folder, delivery).pages)
    envelope = _envelope(delivery, reference)
    try:
        reading.parsed = parse_extract(read_pages(pages, landing_folder), contract.source, envelope)
    except SourceError as error:
        reading.problems = list(error.problems)
        reading.scopes = error.scopes if isinstance(error, BadFormError) else ()
    else:
        reading.scopes = tuple(reading.parsed.scopes)


def read_pages(pages: Sequence[Delivery], landing_folder: Path) -> Iterator[Page]:
    """The pages of an extract in the order they were asked for, one at a time.

    Raises:
        SourceError: a page is no JSON that can be read; its problems name the page.
    """
    for page in sorted(pages, key=lambda page: page.delivery_seq):
        request = json.loads(page.request)
        period = request["period"]
        name = page.file_name.rpartition("/")[2]
        try:
            content = read_json(landing.blob_path(landing_folder, page.sha256).read_bytes())
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
        )


def _envelope(delivery: Delivery, reference: Reference) -> Envelope:
    return Envelope(
        reporting_unit_code=delivery.department_code,
        province_code=reference.settings.province_code,
        file_name=delivery.file_name,
        received_on=local_day(delivery.received_at),
        org_units=reference.org_units,
    )


def _parse(reading: Reading, read: Workbook | SourceError, reference: Reference) -> None:
    delivery = reading.delivery
    try:
        if isinstance(read, SourceError):
            raise read
        choice = choose_contract(read, delivery.department_code, reference.contracts)
        if choice is None:
            return
        if isinstance(choice, str):
            reading.held = choice
            return
        reading.contract = choice
        reading.parsed = parse_workbook(read, choice.source, _envelope(delivery, reference))
    except SourceError as error:
        unread = read if isinstance(read, Workbook) and not reading.contract else None
        personal = find_personal_data_in_workbook(unread, delivery.file_name) if unread else []
        reading.problems = personal or list(error.problems)
        reading.scopes = error.scopes if isinstance(error, BadFormError) else ()
    else:
        reading.scopes = tuple(reading.parsed.scopes)


def _validate(readings: Iterable[Reading]) -> None:
    """Run each suite once over all deliveries that have its table, and bring failures home to their cells."""
    import pandas as pd

    tables: dict[str, list[tuple[Reading, ParsedTable | RecordTable]]] = {}
    for reading in readings:
        for table in _tables(reading):
            if table.row_count():
                tables.setdefault(table.suite_name, []).append((reading, table))
    for suite_name, parts in tables.items():
        contract = parts[0][0].contract
        assert contract is not None  # parsed by it
        frame = pd.concat([table.wide(reading.delivery.delivery_seq) for reading, table in parts], ignore_index=True)
        frame.insert(0, "row_id", range(len(frame)))
        try:
            checks = validate({suite_name: frame}, {suite_name: contract.suites[suite_name]})
        except ContractError as error:
            for reading, _ in parts:
                reading.held = str(error)
            continue
        first_row = 0
        for reading, table in parts:
            for check in checks[reading.delivery.delivery_seq]:
                _take_check(reading, table, check, first_row)
            first_row += table.row_count()


def _take_check(reading: Reading, table: ParsedTable | RecordTable, check: Check, first_row: int) -> None:
    """One expectation's result: a row of raw.check_result, and a problem at each failing cell."""
    if check.outcome == "error":
        reading.held = check.error
        return
    column = next((name for name in check.columns if table.header(name)), check.columns[0])
    fix = "Sửa số liệu gốc của bản ghi; lần lấy dữ liệu sau sẽ nhận lại" if reading.delivery.kind == "extract" else ""
    places = [table.locate(row_id - first_row, column) for row_id in check.failed_row_ids[:PROBLEMS_SHOWN]]
    reading.problems += [
        Problem(
            "failed-check",
            place.sheet,
            place.cell,
            table.header(column),
            found=place.found,
            expected=check.description,
            fix=fix,
            severity=check.severity,
            page=place.page,
            record=place.record,
        )
        for place in places
    ]
    reading.checks.append(
        CheckResult(
            suite_name=check.suite_name,
            expectation_type=check.expectation_type,
            column_name=", ".join(check.columns),
            severity=check.severity,
            outcome=check.outcome,
            description=check.description,
            checked_count=check.checked_count,
            failed_count=check.failed_count,
            cells=tuple((place.sheet, place.cell) for place in places),
        )
    )


def to_verdict(reading: Reading, observation_count: int = 0) -> Verdict:
    """What the reading comes to."""
    record_counts = {str(read.table.record): read.row_count() for read in _records(reading)}
    found = [*reading.problems, *(reading.parsed.warnings if reading.parsed else [])]
    problems = [without_personal_data(problem) for problem in found]
    outcome: Outcome
    kind = reading.delivery.kind
    if kind == "withdrawal" or kind == "waiver" or kind == "page":  # each is its own outcome
        outcome = kind
    elif any(problem.severity == "critical" for problem in problems):
        outcome = "returned"
    elif reading.parsed is None:
        outcome = "nothing_to_read"
    elif observation_count + sum(record_counts.values()) == 0 and (reading.parsed.nil or record_counts):
        outcome = "nil_report"
    elif observation_count + sum(record_counts.values()) == 0 and kind == "extract":
        outcome = "nothing_to_read"  # figures that an API does not give yet are not "nothing occurred"
    else:
        outcome = "loaded"
    contract = reading.contract
    return Verdict(
        delivery=reading.delivery,
        source_name=reading.source_name,
        contract_hash=contract.contract_hash if contract else "",
        outcome=outcome,
        problems=tuple(problems[:PROBLEMS_SHOWN]),
        scopes=reading.scopes,
        reason=reading.reason,
        checks=tuple(reading.checks),
        observation_count=observation_count if outcome == "loaded" else 0,
        record_counts=record_counts if outcome in ("loaded", "nil_report") else {},
        waived_until=reading.waiver.due_date if reading.waiver else None,
        replaces={table.table: table.replaces for table in contract.source.tables} if contract else {},
    )


def _tables(reading: Reading) -> Iterator[ParsedTable | RecordTable]:
    yield from reading.parsed.tables if reading.parsed else ()
    yield from _records(reading)


def _records(reading: Reading) -> list[RecordTable]:
    return reading.parsed.records if reading.parsed else []


def write_prepared(settings: Settings, reading: Reading) -> Verdict:
    """Write a reading as files under a temporary name, then rename: whole or not there."""
    settings.prepared.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.prepared, prefix=".writing-"))
    count = 0
    if to_verdict(reading, 1).outcome == "loaded" and reading.parsed:
        with pq.ParquetWriter(folder / "observation.parquet", OBSERVATION_SCHEMA, compression="lz4") as writer:
            for table in reading.parsed.tables:
                for observations in table.observations(reading.delivery.delivery_seq):
                    writer.write_batch(observations)
                    count += observations.num_rows
        for records in reading.parsed.records:
            path = folder / f"{records.table.record}.parquet"
            with pq.ParquetWriter(path, record_schema(records.table), compression="lz4") as writer:
                for rows in records.rows():
                    writer.write_batch(rows)
    verdict = to_verdict(reading, count)
    if reading.contract:
        landing.store_contract(settings.landing, reading.contract)
    verdict.write(folder / "verdict.json")
    target = settings.prepared / str(reading.delivery.delivery_seq)
    if target.exists():
        shutil.rmtree(target)
    folder.rename(target)
    sync_folder(settings.prepared)
    return verdict


def check_file(settings: Settings, path: Path, department_code: str) -> Verdict:
    """What would happen to a file if it were dropped into a department's folder; nothing is kept."""
    reference = Reference(settings)
    delivery = Delivery(
        delivery_seq=0,
        kind="file",
        department_code=department_code,
        file_name=path.name,
        sha256="",
        size_bytes=path.stat().st_size,
        received_at=datetime.now(UTC),
        scan_seq=0,
        is_sealed=True,
    )
    reading = Reading(delivery)
    (read,) = read_deliveries([ReadRequest(path, path.name, _csv_of(reference.contracts, department_code))])
    _parse(reading, read, reference)
    if reading.parsed:
        _validate([reading])
    if reading.held:
        raise ContractError(reading.held)
    count = sum(
        table.row_count() * sum(1 + bool(column.of_element) for column in table.table.columns if column.element)
        for table in (reading.parsed.tables if reading.parsed else [])
    )
    return to_verdict(reading, count)
