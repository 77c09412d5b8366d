"""Templates of every form: what Excel lets a person type is read, and what is wrong is refused by it or by us."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from excel_rules import MAIN, Check, checks_of
from filled_templates import filled, forms, reference
from ioc_pipeline.answer.marked.package import Package
from ioc_pipeline.answer.template.identity import FormIdentity, identity_of
from ioc_pipeline.answer.template.workbook import NIL
from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.errors import SourceError, UserError
from ioc_pipeline.domain.periods import Period, period_containing
from ioc_pipeline.domain.workbooks import Sheet, Value, Workbook
from ioc_pipeline.flows.preview import try_file
from ioc_pipeline.flows.templates import template_of
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.layout import Block, find_blocks
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.reference.tables import ADDITIVE, Column
from xlsx_cells import put as put_cells
from xlsx_cells import read_content

DAYS = (date(2025, 6, 1), date(2026, 6, 1))  # before and after the merger of the communes
MARKS = ("-", "…", "...", "x")
VALID: dict[str, tuple[Value, ...]] = {
    "count": (0.0, 7.0, 123456.0),
    "number": (0.5, 0.25, 1.0),
    "money": (12345.0, 20000.5),
    "percent": (97.25, 5.0),
    "rank": ("27/63", "1/34"),
    "ratio": ("6/8", "0/8"),
    "date": (45914.0,),
    "code": ("…",),
    "text": ("Đã rà soát",),
}
INVALID: dict[str, tuple[Value, ...]] = {
    "count": (-1.0, 2.5, "mười hai", "12a", "1.2.3", "7,5", "27/63", "=1+1", True, "--5", "1e5"),
    "number": ("mười hai", "12a", "1.2.3", "27/63", True, "=A1", "96.26"),
    "money": ("mười hai", "1.2.3", "27/63", True),
    "percent": ("mười hai", "97,25.1", True, "27/63"),
    "rank": ("hạng nhất", "63/27", "27-63", "27/", "a/b", "1,5/8", True),
    "ratio": ("sáu", "9/8", "6:8", "/8", True),
    "date": ("31/02/2025", "hôm qua", 12.0, "2025"),
}


@dataclass(frozen=True)
class Form:
    """A template as a clerk gets it, and as it is read."""

    source: Source
    period: Period
    unit_code: str
    content: bytes
    workbook: Workbook
    checks: dict[str, list[Check]]

    def blocks(self, workbook: Workbook) -> list[Block]:
        return find_blocks(workbook, self.source.on(self.period.end))

    def inputs(self, block: Block) -> Iterator[tuple[Column, Check, int]]:
        """Columns that are checked, with the check and the position."""
        for column in block.table.columns:
            position = block.columns[column.name]
            for check in self.checks[block.sheet.name]:
                if check.columns == (position, position):
                    yield column, check, position

    def parse(self, workbook: Workbook) -> ParsedDelivery:
        envelope = Envelope(
            self.unit_code, "14", "form.xlsx", self.period.end + timedelta(days=9), reference().org_units
        )
        return parse_workbook(workbook, self.source, envelope)


def all_forms() -> list[tuple[str, date]]:
    """Every form of today, and those that once had another layout as it was then."""
    then = {
        name
        for name in forms()
        if reference().contracts.ready[name].source.on(DAYS[0]) != reference().contracts.ready[name].source.on(DAYS[1])
    }
    return [*((name, DAYS[1]) for name in forms()), *((name, DAYS[0]) for name in then)]


@cache
def make(name: str, day: date) -> Form:
    source = reference().contracts.ready[name].source
    period = period_containing(day, source.period_type, source.clock)
    unit_code = "03646" if source.reporters == "communes" else source.department
    content = template_of(reference(), name, period, unit_code)
    return Form(source, period, unit_code, content, read_content(content), checks_of(content))


def put(sheet: Sheet, row: int, column: int, value: Value) -> None:
    sheet.rows[row][column] = value
    sheet.marks.pop((row, column), None)


def lines(form: Form, block: Block) -> range:
    """The lines to fill in: all that are checked."""
    first, last = next(check.rows for _, check, _ in form.inputs(block))
    return range(first, last + 1)


def fill(form: Form, values: dict[str, tuple[Value, ...]]) -> Workbook:
    """Fill in every line that has its unit, or the first where they are chosen, and add up as Excel does."""
    workbook = deepcopy(form.workbook)
    for block in form.blocks(workbook):
        rows = lines(form, block)
        printed = [row for row in rows if block.sheet.rows[row][0] is not None] or rows[:1]
        for column, check, position in form.inputs(block):
            offered = check.choices or values[column.type]
            if column.type in ("org_unit", "period"):
                offered = tuple(each for each in offered if each in block.sheet.rows[rows[0]]) or offered
            for number, row in enumerate(printed):
                value = offered[number % len(offered)]
                assert check.allows(value), (column.name, value)
                put(block.sheet, row, position, value)
        total = rows.stop
        for column in block.table.columns:
            if column.type in ADDITIVE and total < len(block.sheet.rows) and "Tổng cộng" in block.sheet.rows[total]:
                cells = [block.sheet.rows[row][block.columns[column.name]] for row in rows]
                put(
                    block.sheet,
                    total,
                    block.columns[column.name],
                    sum(cell for cell in cells if isinstance(cell, float)),
                )
    return workbook


@pytest.mark.parametrize(("name", "day"), all_forms())
def test_what_excel_lets_a_person_type_is_read_without_a_word(name: str, day: date) -> None:
    form = make(name, day)
    for marks in (False, True):
        values = {
            kind: (*some, *MARKS) if marks and kind not in ("code", "text") else some for kind, some in VALID.items()
        }
        delivery = form.parse(fill(form, values))
        assert delivery.warnings == []
        assert {scope.period for scope in delivery.scopes} == {form.period}
        assert [table.table.name for table in delivery.tables] == [
            table.name for table in form.source.on(form.period.end).tables
        ]
        for table in delivery.tables:
            assert all(
                name in rows.values
                for rows in table.blocks
                for name in rows.letters
                if name not in ("org_unit", "period")
            )


@pytest.mark.parametrize(("name", "day"), all_forms())
def test_what_is_wrong_is_refused_by_excel_or_returned_with_its_cell(name: str, day: date) -> None:
    form = make(name, day)
    good = fill(form, VALID)
    asked = 0
    for number, block in enumerate(form.blocks(good)):
        for column, check, position in form.inputs(block):
            wrong = INVALID.get(column.type, ("không có trong danh sách",) if check.choices else ())
            if check.choices:
                wrong = (*wrong, "không có trong danh sách", 2.0)
            let_through = [value for value in wrong if not check.allows(value)]
            asked += len(wrong)
            assert all(check.prompt and check.error for _ in wrong)
            for value in (value for value in wrong if value not in let_through):
                workbook = deepcopy(good)
                again = form.blocks(workbook)[number]
                put(again.sheet, check.rows[0], position, value)
                with pytest.raises(SourceError) as returned:
                    form.parse(workbook)
                place = (again.sheet.name, cell_address(check.rows[0], position))
                assert place in {(each.sheet, each.cell) for each in returned.value.problems}, (column.name, value)
            if column.type == "count":
                assert not any(map(check.allows, (-1.0, 2.5, "12a"))), column.name
    assert asked


def test_limits_and_closed_lists_of_the_suite_are_excels_own() -> None:
    form = make("yearly_assessment", DAYS[1])
    block = form.blocks(form.workbook)[0]
    checks = {column.name: check for column, check, _ in form.inputs(block)}
    for name, right, wrong in (
        ("score", (0.0, 100.0, 79.5, "-"), (-0.5, 100.5, "cao")),
        ("grade", ("Tốt", "Yếu"), ("Giỏi", 1.0)),
        ("assessed", (0.0, 1.0, "-"), (2.0, "có")),
        ("rank", ("1/20", "-"), ("0/20", "21/20", "1-20")),
    ):
        assert [checks[name].allows(value) for value in right] == [True] * len(right), name
        assert [checks[name].allows(value) for value in wrong] == [False] * len(wrong), name
    assert "từ 0, đến 100" in checks["score"].prompt


@pytest.mark.parametrize("name", forms())
def test_filled_in_with_figures_that_are_right_it_is_accepted_without_a_word(tmp_path: Path, name: str) -> None:
    form = filled(name)
    path = tmp_path / f"{name}_{form.period.end:%Y-%m}.xlsx"
    path.write_bytes(form.content)
    verdict = try_file(reference().settings, path, path.name, form.unit_code).verdict
    assert (verdict.outcome, verdict.problems) == ("loaded", ())
    assert form.period in {scope.period for scope in verdict.scopes}


def test_printed_units_with_no_figure_and_the_word_for_it_are_a_nil_report() -> None:
    form = make("admin_procedures", DAYS[1])
    workbook = deepcopy(form.workbook)
    for block in form.blocks(workbook):
        put(block.sheet, lines(form, block).start - 1, 0, NIL)
    delivery = form.parse(workbook)
    assert (delivery.warnings, len(delivery.nil)) == ([], 2)
    assert {scope.period for scope in delivery.nil} == {form.period}
    (first, _) = form.blocks(workbook)
    put(first.sheet, lines(form, first).start, first.columns["received_count"], 3.0)
    with pytest.raises(SourceError):  # a figure, and the word that there is none: the other cells are asked for
        form.parse(workbook)


def test_headers_and_printed_units_are_locked_and_cells_to_fill_in_are_not() -> None:
    form = make("admin_procedures", DAYS[1])
    package = Package.read(form.content)
    formats = [
        next((each.get("locked") for each in xf.iter(f"{MAIN}protection")), "1")
        for xf in next(package.tree("xl/styles.xml").iter(f"{MAIN}cellXfs"))
    ]
    root = package.tree("xl/worksheets/sheet1.xml")
    protection = next(root.iter(f"{MAIN}sheetProtection"))
    assert (protection.get("sheet"), protection.get("password")) == ("1", None)
    locked = {str(cell.get("r")): formats[int(cell.get("s", "0"))] == "1" for cell in root.iter(f"{MAIN}c")}
    block = form.blocks(form.workbook)[0]
    rows = lines(form, block)
    for column in block.table.columns:
        position = block.columns[column.name]
        assert locked[cell_address(block.body_start - 1, position)]
        assert locked[cell_address(rows.start, position)] == (column.name == "org_unit")
        assert locked[cell_address(rows.stop, position)]  # the total
    assert next(root.iter(f"{MAIN}f")).text.startswith("SUM(")


def test_an_older_version_of_the_form_is_told_kindly_and_read_all_the_same(tmp_path: Path) -> None:
    form = make("smart_communes", DAYS[1])
    workbook = fill(form, VALID)
    block = form.blocks(workbook)[0]
    cells = {
        (block.sheet.name, cell_address(lines(form, block).start, position)): 1
        for position in (block.columns["is_smart"], block.columns["has_portal"])
    } | {(block.sheet.name, cell_address(lines(form, block).start, block.columns["has_no_portal"])): 0}
    now = identity_of(reference().contracts.ready["smart_communes"], form.period.end)
    for version, codes in ((now.version, []), ("abcdefghijkl", ["older-template"])):
        path = tmp_path / f"{version}.xlsx"
        path.write_bytes(put_cells(form.content, {**cells, ("IOC", "A3"): version}))
        verdict = try_file(reference().settings, path, path.name, form.unit_code).verdict
        assert [problem.code for problem in verdict.problems] == codes
        assert verdict.outcome == "loaded"


def test_a_template_of_another_layout_has_another_version_and_the_same_one_none() -> None:
    contract = reference().contracts.ready["telecom_coverage"]
    before, after, later = (identity_of(contract, day) for day in (DAYS[0], date(2025, 9, 14), DAYS[1]))
    assert before != after == later
    assert FormIdentity(*after.cells[1:]) == after


@pytest.mark.parametrize(
    ("name", "day", "unit_code", "told"),
    [
        ("one_stop_dossiers", DAYS[1], "", "an API"),
        ("no_such_form", DAYS[1], "", "expected one of"),
        ("admin_procedures", DAYS[1], "so-khcn", "expected vp-ubnd"),
        ("smart_communes", DAYS[1], "99999", "expected a commune's code"),
    ],
)
def test_what_nobody_fills_in_is_refused_with_what_is_expected(name: str, day: date, unit_code: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        template_of(reference(), name, period_containing(day, "month", "management"), unit_code)
