"""The pages of one extract and their contract → typed tables, or everything that is wrong with them, every bad field.

Pages are taken one after the other: what stays of each are the columns of its records.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ioc_pipeline.domain.answers import Json, Number, Page, pointer
from ioc_pipeline.domain.deliveries import Scope
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.domain.record_keys import key_text, record_key
from ioc_pipeline.parse.agreement import check_keys
from ioc_pipeline.parse.cells import BadCell, Parsed
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.fields import Absent, Field, read_fields
from ioc_pipeline.parse.personal import is_personal_field, kinds_in_column
from ioc_pipeline.parse.records import RecordTable, Single, latest_possible, pointers, text_of
from ioc_pipeline.parse.row_units import unit_problem
from ioc_pipeline.parse.sheet import BadFormError, ParsedDelivery
from ioc_pipeline.parse.tables import ParsedTable, Rows
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.org_units.errors import AmbiguousUnit, UnknownUnit
from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.reference.responses import declared_total, find_records, value_at
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import FETCHED_AT, Column, Table

PROBLEMS_OF_A_COLUMN = 1000  # nobody mends more at once, and a wholly wrong column is one mistake

Record = dict[str, Json]


@dataclass(slots=True)
class _Told:
    """What was found wrong so far. `fields` holds what is told once a run: (code, field)."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    personal: dict[tuple[str, str], Problem] = field(default_factory=dict)
    fields: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class _Gathered:
    """The records of one table in the order they came: parallel lists. `page_of` is the index in `pages`."""

    table: Table
    pages: list[Page] = field(default_factory=list)
    arrays: list[str] = field(default_factory=list)
    page_of: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    fields: dict[str, list[Field]] = field(init=False)

    def __post_init__(self) -> None:
        self.fields = {column.name: [] for column in self.table.columns}

    def where(self, row: int) -> tuple[Page, str, int]:
        """Page, pointer of the array and place in it of one record."""
        page = self.page_of[row]
        return self.pages[page], self.arrays[page], self.positions[row]

    def place(self, row: int, column: Column) -> Problem:
        """A problem that says where one field of one record stands, and nothing else."""
        page, array, position = self.where(row)
        keys = [self.fields[name][row] for name in self.table.record_key] or [
            self.fields[_unit_column(self.table)][row]
        ]
        return Problem(
            "bad-field",
            array,
            f"{array}/{position}{pointers(self.table).get(column.name, '')}",
            column.field or "",
            found=text_of(self.fields[column.name][row]),
            page=page.name,
            record="|".join(key_text(key) if isinstance(key, datetime) else text_of(key) for key in keys),
        )


def parse_extract(pages: Iterable[Page], source: Source, envelope: Envelope) -> ParsedDelivery:
    """Read every table of an API's contract; the result depends on the arguments only.

    Records come once each: of those that several pages hold the newest by the API's own time, else by the order of the
    pages. A rank without its m ("27") is out of the records of its table and period.

    Raises:
        SourceError: with everything wrong at once. When there is personal data, that alone is told: other messages
            would repeat what must not be repeated.
    """
    api = source.api
    assert api is not None  # the contract of an extract
    told = _Told()
    gathered = {
        table.table: _Gathered(table)
        for table in _in_force(source, envelope.received_on)
        if table.record  # told also when there is none
    }
    declared: list[tuple[int, str]] = []
    for page in pages:
        declared += _total_of(page, api, told)
        for table, array, positions, records in _by_table(page, source, envelope, told):
            name = table.table if table.record else f"{table.table} {table.valid_from}"
            _gather(gathered.setdefault(name, _Gathered(table)), page, array, positions, records, api, told)

    parsed = ParsedDelivery([], [], [], told.warnings)
    count = 0
    for found in gathered.values():
        _find_personal(found, told)
        if found.table.record:
            records_of_table = _read_records(found, source, envelope, told)
            parsed.records.append(records_of_table)
            count += len(records_of_table.keys)
        else:
            read = _read_observations(found, source, envelope, told)
            parsed.tables.append(read)
            count += read.row_count()
            periods = sorted({period for rows in read.blocks for period in rows.periods})
            parsed.scopes += [Scope(found.table.table, envelope.reporting_unit_code, period) for period in periods]
    totals = [total for total, _ in declared]
    if totals and not told.problems and not min(totals) <= count <= max(totals):
        stated = " hoặc ".join(str(total) for total in dict.fromkeys((min(totals), max(totals))))
        told.problems.append(
            Problem(
                "wrong-total",
                cell=pointer(*(api.paging.total_field or "").split(".")),
                column=api.paging.total_field or "",
                found=stated,
                expected=f"{count}, là số bản ghi khác nhau đã nhận",
                page=declared[-1][1],
            )
        )
    if told.personal or told.problems:
        raise BadFormError(list(told.personal.values()) or told.problems, parsed.scopes)
    return parsed


# ---------- a page → its records


def _total_of(page: Page, api: Api, told: _Told) -> Iterator[tuple[int, str]]:
    if api.paging.total_field is None:
        return
    name = api.paging.total_field
    total = declared_total(page.content, api.paging)
    if total is not None:
        yield total, page.name
    else:
        where = Problem("bad-field", "", pointer(*name.split(".")), name, page=page.name)
        found = text_of(value_at(page.content, name))
        told.problems.append(replace(where, found=found, expected="một số nguyên không âm (number)"))


def _by_table(
    page: Page, source: Source, envelope: Envelope, told: _Told
) -> Iterator[tuple[Table, str, list[int], list[Record]]]:
    """The records of a page by the layout that holds at their time, with their places in the array."""
    api = source.api
    assert api is not None
    place, elements = find_records(page.content, api.records)
    array = pointer(*(place.split(".") if place else ()))
    if elements is None:
        places = " hoặc ".join(f"“{place}”" if place else "chính câu trả lời" for place in api.records)
        told.problems.append(Problem("missing-records", expected=f"một danh sách ở {places}", page=page.name))
        return
    tables = [table for table in _in_force(source, envelope.received_on) if table.record]
    if page.period:
        tables += [table for table in _in_force(source, page.period.end) if not table.record]
    if page.period and page.period.start > envelope.received_on:
        told.problems.append(Problem("future-period", array, page=page.name))
        return
    chosen: dict[int, tuple[Table, list[int], list[Record]]] = {}
    for position, element in enumerate(elements):
        if type(element) is not dict:
            cell = f"{array}/{position}"
            told.problems.append(Problem("bad-record", array, cell, found=text_of(element), page=page.name))
            continue
        record = flatten(element)
        table = next((each for each in tables if _fulfils(record, each)), None)
        if table is None:
            _tell_unmatched(record, array, position, page, tables, told)
            continue
        _, positions, records = chosen.setdefault(id(table), (table, [], []))
        positions.append(position)
        records.append(record)
    for table, positions, records in chosen.values():
        yield table, array, positions, records


def _in_force(source: Source, day: date) -> list[Table]:
    """The layouts that hold on a day: of records that of the answer, of figures the last of their period."""
    return [table for table in source.tables if table.valid_from <= day <= table.valid_to]


def flatten(record: Record) -> Record:
    """Nested objects as names joined by dots; lists stay as they are."""
    if not any(type(value) is dict for value in record.values()):
        return record
    flat: Record = {}
    waiting: list[tuple[str, Record]] = [("", record)]
    while waiting:
        before, nested = waiting.pop()
        for name, value in nested.items():
            if type(value) is dict and value:
                waiting.append((f"{before}{name}.", value))
            else:
                flat[f"{before}{name}"] = value
    return flat


def _fulfils(record: Record, table: Table) -> bool:
    return all(isinstance(record.get(name), str) and record[name] == wanted for name, wanted in table.where.items())


def _tell_unmatched(
    record: Record, array: str, position: int, page: Page, tables: Sequence[Table], told: _Told
) -> None:
    """Once for each value of the field that tells the tables apart."""
    name = next((name for table in tables for name in table.where), "")
    found = text_of(record.get(name))
    if ("unmatched-record", found) not in told.fields:
        told.fields.add(("unmatched-record", found))
        wanted = ", ".join(dict.fromkeys(f"“{table.where[name]}”" for table in tables if name in table.where))
        cell = f"{array}/{position}{pointer(*name.split('.')) if name else ''}"
        expected = f"một trong: {wanted}" if wanted else ""
        told.problems.append(Problem("unmatched-record", array, cell, name, found, expected, page=page.name))


# ---------- records → columns


def _gather(
    found: _Gathered,
    page: Page,
    array: str,
    positions: list[int],
    records: list[Record],
    api: Api,
    told: _Told,
) -> None:
    """Add the records of one page; what is wrong with the fields themselves is told once each."""
    table = found.table
    _check_shapes(table, page, array, positions, records, api, told)
    positions, records = _without_repeated(table, page, array, positions, records, told)
    index = len(found.pages)
    found.pages.append(page)
    found.arrays.append(array)
    found.page_of += [index] * len(records)
    found.positions += positions
    for column in table.columns:
        name = str(column.field)
        values = found.fields[column.name]
        if name == FETCHED_AT:
            values += [page.received_at] * len(records)
        else:
            values += [record.get(name, Absent.ABSENT) for record in records]


def _check_shapes(
    table: Table,
    page: Page,
    array: str,
    positions: list[int],
    records: list[Record],
    api: Api,
    told: _Told,
) -> None:
    """Missing and unknown fields, and fields about persons. Records of one shape are looked at once."""
    read = {column.field: column for column in table.columns if column.field and not column.field.startswith("$")}
    expected = {*(name for name, column in read.items() if column.required), *table.where}
    known = {*read, *api.ignored_fields, *table.where}
    shapes: dict[tuple[str, ...], tuple[int, Record]] = {}
    for position, record in zip(positions, records, strict=True):
        shapes.setdefault(tuple(record), (position, record))
    others: dict[str, None] = {}
    for position, record in shapes.values():
        cell = f"{array}/{position}"
        for name in sorted(str(name) for name in expected.difference(record)):
            if ("missing-field", name) not in told.fields:
                told.fields.add(("missing-field", name))
                key = "|".join(text_of(record[part]) for part in _key_fields(table) if part in record)
                told.problems.append(Problem("missing-field", array, cell, name, page=page.name, record=key))
        for name in record:
            if name in read:
                continue
            others[name] = None
            if name in known or any(str(each).startswith(f"{name}.") for each in read):
                continue
            if ("unknown-field", name) not in told.fields:
                told.fields.add(("unknown-field", name))
                is_error = api.unknown_field == "returned"
                where = cell + pointer(*name.split("."))
                problem = Problem("unknown-field", array, where, name[:200], page=page.name)
                (told.problems if is_error else told.warnings).append(
                    problem if is_error else replace(problem, severity="warning")
                )
    for name in others:
        values = [(position, record.get(name)) for position, record in zip(positions, records, strict=True)]
        _tell_personal(name, values, lambda position: (page, array, position), told, by_name=True)


def _without_repeated(
    table: Table, page: Page, array: str, positions: list[int], records: list[Record], told: _Told
) -> tuple[list[int], list[Record]]:
    """One record per key: the same again in one page is no news, another content under one key is a contradiction."""
    names = _key_fields(table)
    if len(names) == 1:
        (name,) = names
        keys: list[Any] = [_hashable(record.get(name)) for record in records]
    else:
        keys = [tuple(_hashable(record.get(name)) for name in names) for record in records]
    if len(set(keys)) == len(keys):
        return positions, records
    first: dict[Any, int] = {}
    kept: list[int] = []
    for row, key in enumerate(keys):
        if key not in first:
            first[key] = row
            kept.append(row)
        elif records[row] != records[first[key]]:
            cell = f"{array}/{positions[row]}"
            same = f"trùng khóa với {array}/{positions[first[key]]}"
            shown = "|".join(text_of(records[row].get(name)) for name in names)
            problem = Problem("duplicate-record", array, cell, ", ".join(names), page=page.name, record=shown)
            told.problems.append(replace(problem, expected=f"mỗi khóa một bản ghi; {same}"))
    return [positions[row] for row in kept], [records[row] for row in kept]


def _key_fields(table: Table) -> list[str]:
    """Fields that tell the records of one page apart."""
    names = [str(_column(table, name).field) for name in table.record_key or [_unit_column(table)]]
    return [name for name in names if not name.startswith("$")]


def _hashable(value: Json) -> Any:
    return text_of(value) if isinstance(value, list | dict) else value


def _column(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


def _unit_column(table: Table) -> str:
    """The column that names a record in messages where the contract gives no key."""
    return next((column.name for column in table.columns if column.type == "org_unit"), table.columns[0].name)


# ---------- personal data


def _find_personal(found: _Gathered, told: _Told) -> None:
    """Identifiers in the columns of the contract; equal values are looked at once."""
    for column in found.table.columns:
        if column.type in ("timestamp", "date"):
            continue  # what does not read as a time is returned anyway
        first: dict[Any, int] = {}
        for row, value in enumerate(found.fields[column.name]):
            if type(value) is str or type(value) is Number:
                first.setdefault((type(value), value), row)

        values = [(row, value) for (_, value), row in first.items()]
        _tell_personal(str(column.field), values, found.where, told, by_name=False)


def _tell_personal(
    name: str,
    values: Sequence[tuple[int, Json]],
    where: Callable[[int], tuple[Page, str, int]],
    told: _Told,
    *,
    by_name: bool,
) -> None:
    words = name.replace(".", " ").replace("_", " ")
    found = kinds_in_column(words, [(row, _plain(value)) for row, value in values])
    if by_name and is_personal_field(name):
        filled = next((row for row, value in values if value not in (None, "", [], {})), None)
        if filled is not None and not found:
            found = {"thông tin của cá nhân": filled}
    for kind, row in found.items():
        page, array, position = where(row)
        told.personal.setdefault(
            (name, kind),
            Problem(
                "personal-data",
                array,
                f"{array}/{position}{pointer(*name.split('.'))}",
                name[:200],
                expected=f"trường không có {kind}",
                fix="Bỏ trường này khỏi câu trả lời của API; chỉ gửi dữ liệu không gắn với cá nhân",
                page=page.name,
            ),
        )


def _plain(value: Json) -> str | int | None:
    """As `kinds_in_column` takes it: texts of lists and objects in one, numbers that could be identifiers."""
    if isinstance(value, Number):
        return int(value) if value.isdecimal() and len(value) < 20 else None
    if isinstance(value, list | dict):
        return " ; ".join(_texts(value))
    return value if isinstance(value, str) else None


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, str):
        yield str(value)


# ---------- columns → typed tables


def _read_column(found: _Gathered, column: Column, source: Source, told: _Told) -> list[Parsed]:
    """One column; bad fields are told, and read as no value."""
    read = read_fields(found.fields[column.name], column, source)
    values: list[Parsed] = []
    room = PROBLEMS_OF_A_COLUMN
    for row, parsed in enumerate(read):
        if isinstance(parsed, BadCell):
            if room:
                room -= 1
                expected, fix = parsed.expected, parsed.fix
                told.problems.append(replace(found.place(row, column), code=parsed.code, expected=expected, fix=fix))
            values.append(_UNREAD)
        else:
            values.append(parsed)
    return values


_UNREAD = Parsed(None)


def _read_units(
    found: _Gathered, column: Column, names: list[Parsed], days: list[date], envelope: Envelope, told: _Told
) -> list[OrgUnit | None]:
    """The unit of each record on its day."""
    units: list[OrgUnit | None] = []
    known: dict[tuple[object, date], OrgUnit | None] = {}
    province_code = envelope.province_code if column.level in ("commune", "agency") else None
    room = PROBLEMS_OF_A_COLUMN
    for row, (name, day) in enumerate(zip(names, days, strict=True)):
        text = name.value
        key = (text, day)
        if key in known and (known[key] or text is None):
            units.append(known[key])
            continue
        unit: OrgUnit | None = None
        if text is not None:
            try:
                unit = envelope.org_units.find(str(text), on=day, level=column.level, province_code=province_code)
            except (UnknownUnit, AmbiguousUnit) as error:
                if room:
                    room -= 1
                    problem = unit_problem(error, str(text), column, envelope, day) or Problem("unknown-unit")
                    place = found.place(row, column)
                    told.problems.append(replace(place, code=problem.code, expected=problem.expected, fix=problem.fix))
        known[key] = unit
        units.append(unit)
    return units


def _read_records(found: _Gathered, source: Source, envelope: Envelope, told: _Told) -> RecordTable:
    table = found.table
    read = RecordTable(
        source, table, envelope.reporting_unit_code, found.pages, found.arrays, found.page_of, found.positions
    )
    columns = {column.name: _read_column(found, column, source, told) for column in table.columns}
    unit_column = next((column for column in table.columns if column.type == "org_unit"), None)
    if unit_column:
        names = columns.pop(unit_column.name)
        days = _days(table, columns, envelope.received_on, len(names))
        read.units = _read_units(found, unit_column, names, days, envelope, told)
    else:
        read.units = [None] * len(found.positions)
    read.values = {name: [_single(value) for value in values] for name, values in columns.items()}
    read.texts = dict(found.fields)
    keys = [read.values.get(name) or found.fields[name] for name in table.record_key]
    read.keys = [
        record_key("" if isinstance(part, Absent) else part for part in row) for row in zip(*keys, strict=True)
    ]
    _check_changed_at(found, read, source, told)
    _keep_newest(read, source)
    return read


def _single(parsed: Parsed) -> Single:
    return parsed.value


def _days(table: Table, columns: dict[str, list[Parsed]], otherwise: date, count: int) -> list[date]:
    """The day of each record, on which its unit bore its name: by the first date or time of the contract it has."""
    dated = [columns[column.name] for column in table.columns if column.type in ("timestamp", "date")]
    days = [otherwise] * count
    for values in reversed(dated):
        for row, parsed in enumerate(values):
            value = parsed.value
            if isinstance(value, datetime):
                days[row] = local_day(value)
            elif isinstance(value, date):
                days[row] = value
    return days


def _watermark_column(read: RecordTable, source: Source) -> Column | None:
    watermark = source.api.watermark if source.api else None
    return next((each for each in read.table.columns if watermark and each.field == watermark.field), None)


def _check_changed_at(found: _Gathered, read: RecordTable, source: Source, told: _Told) -> None:
    """A record changed in the future would move the watermark there, and what changes until then would be missed."""
    column = _watermark_column(read, source)
    if column is None:
        return
    latest = [latest_possible(page) for page in read.pages]
    room = PROBLEMS_OF_A_COLUMN
    for row, value in enumerate(read.values[column.name]):
        if isinstance(value, datetime) and value > latest[read.page_of[row]] and room:
            room -= 1
            told.problems.append(replace(found.place(row, column), code="future-time"))


def _keep_newest(read: RecordTable, source: Source) -> None:
    """One version of each record: pages overlap, and records move between them while they are asked for."""
    newest: dict[str, int] = {}
    column = _watermark_column(read, source)
    times: Sequence[Any] = read.values[column.name] if column else [None] * len(read.keys)
    for row, key in enumerate(read.keys):
        before = newest.get(key)
        if before is None or times[row] is None or times[before] is None or times[row] >= times[before]:
            newest[key] = row
    if len(newest) < len(read.keys):
        read.keep(sorted(newest.values()))


def _read_observations(found: _Gathered, source: Source, envelope: Envelope, told: _Told) -> ParsedTable:
    """A table of figures: one block of rows per page, each for the period that its page was asked for."""
    table = found.table
    bad_before = len(told.problems)
    unit_column = next((column for column in table.columns if column.type == "org_unit"), None)
    columns = {column.name: _read_column(found, column, source, told) for column in table.columns}
    periods = [_period_of(page) for page in found.pages]
    if unit_column:
        days = [periods[page].end for page in found.page_of]
        units = _read_units(found, unit_column, columns.pop(unit_column.name), days, envelope, told)
    else:
        code = envelope.province_code if table.org_unit == "province" else envelope.reporting_unit_code
        units = [envelope.org_units.get(code, periods[page].end) for page in found.page_of]
    rows_of: list[list[int]] = [[] for _ in found.pages]
    seen: dict[tuple[object, ...], tuple[object, ...]] = {}
    for row, page in enumerate(found.page_of):
        content = tuple(text_of(values[row]) for values in found.fields.values())
        unit = units[row]
        key = (unit.code if unit else None, periods[page], *(columns[name][row].value for name in table.record_key))
        if unit is None or seen.get(key) == content:
            continue  # told, or the same again in another page
        seen.setdefault(key, content)
        rows_of[page].append(row)
    counted: dict[Period, int] = {}
    for page, rows in enumerate(rows_of):
        counted[periods[page]] = counted.get(periods[page], 0) + len(rows)
    read = ParsedTable(source, table, envelope.reporting_unit_code, [])
    for index, chosen in enumerate(rows_of):
        among = Decimal(counted[periods[index]])
        block = Rows(found.arrays[index], source.maturity, found.pages[index].delivery_seq, found.pages[index].name)
        block.letters = {column.name: pointers(table).get(column.name, "") for column in table.columns}
        block.headers = {column.name: column.field or "" for column in table.columns}
        block.numbers = [found.positions[row] for row in chosen]
        block.units = [unit for row in chosen if (unit := units[row])]
        block.periods = [periods[index]] * len(chosen)
        for column in table.columns:
            block.texts[column.name] = [text_of(found.fields[column.name][row]) for row in chosen]
            if column.name in columns:
                values = [columns[column.name][row] for row in chosen]
                if column.type == "rank":
                    values = [
                        replace(each, of=among) if each.value is not None and each.of is None else each
                        for each in values
                    ]
                block.values[column.name] = values
        read.blocks.append(block)
    is_complete = len(told.problems) == bad_before
    told.problems += check_keys(read, envelope, are_all_named=is_complete)
    return read


def _period_of(page: Page) -> Period:
    if page.period is None:
        raise ValueError(f"{page.name}: a table of figures needs the period of its request")
    return page.period
