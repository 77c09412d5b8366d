"""Errors put into workbooks, marked, mended at exactly the marked cells, and read again: in bulk.

`PYTHONPATH=tests python -m round_trips 100` takes a hundred mixes of errors a form; the tests take a few.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from filled_templates import Cells, Filled, filled, forms, reference
from ioc_pipeline.answer.marked.marks import NOTE_BEGINS, without_marks
from ioc_pipeline.answer.marked.package import Package, parse
from ioc_pipeline.answer.marked.returned import goes_back_marked, marked_workbook
from ioc_pipeline.answer.template.identity import without_identity
from ioc_pipeline.domain.addresses import cell_address
from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.workbooks import Value, Workbook, number_text
from ioc_pipeline.flows.checks import check_readings
from ioc_pipeline.flows.reading import Reading, read_file
from ioc_pipeline.flows.verdicts import verdict_on
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from xlsx_cells import MAIN, put

OURS = ("xl/comments", "xl/drawings/vmlDrawing", "xl/worksheets/iocSheet", "xl/worksheets/_rels/")
CHANGED = ("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml")
WRONG: tuple[Value, ...] = (
    "chờ số liệu", "1.2.3", "12a", "=1+1", "@SUM(A1)", "\tkhoảng mười", "#DIV/0!", "7 con bò", "27/63/1", "9.2.1",
)  # fmt: skip
WRONG_COUNTS: tuple[Value, ...] = (*WRONG, -7.0, 2.5)  # elsewhere these are figures, and a check's to judge
WRONG_NAMES: tuple[Value, ...] = ("Xã Không Có Thật", "+Phường Lạ", "???", "Sở Bưu chính cũ")
MOST_ERRORS = 6
IN_ONE_GO = 120


@dataclass(frozen=True)
class Mix:
    """One workbook with errors in it: `wrong` is what was typed where, `right` what belongs there."""

    form: Filled
    seed: int
    wrong: Cells

    @property
    def right(self) -> Cells:
        known = {**self.form.names, **self.form.cells}
        return {place: known[place] for place in self.wrong}

    @property
    def content(self) -> bytes:
        return put(self.form.content, self.wrong)


def mixes(count: int) -> Iterator[Mix]:
    """`count` seeded mixes of errors for every form, in figures and in names of units."""
    for name in forms():
        form = filled(name)
        figures = sorted(place for place, value in form.cells.items() if isinstance(value, int | float))
        for seed in range(count):
            chance = random.Random(f"{name}:{seed}")
            places = chance.sample(figures, min(chance.randint(1, MOST_ERRORS), len(figures)))
            wrong: Cells = {place: chance.choice(WRONG_COUNTS if place in form.counts else WRONG) for place in places}
            if form.names and chance.random() < 0.3:
                wrong[chance.choice(sorted(form.names))] = chance.choice(WRONG_NAMES)
            yield Mix(form, seed, wrong)


def judge(contents: Sequence[tuple[Filled, bytes]]) -> list[tuple[Verdict, Workbook]]:
    """What each file comes to if its unit drops it, and the workbook that was read, with our marks in it."""
    with tempfile.TemporaryDirectory() as folder:
        requests = []
        for number, (form, content) in enumerate(contents):
            path = Path(folder) / f"{number}"
            path.write_bytes(content)
            requests.append(ReadRequest(path, f"{form.source.name}.xlsx", None))
        read = list(read_deliveries(requests))
    readings = []
    for seq, ((form, content), workbook) in enumerate(zip(contents, read, strict=True), 1):
        delivery = Delivery(
            delivery_seq=seq, kind="file", department_code=form.unit_code, file_name=f"{form.source.name}.xlsx",
            sha256="", size_bytes=len(content), received_at=datetime(2026, 1, 20, tzinfo=UTC), scan_seq=0,
            is_sealed=True,
        )  # fmt: skip
        readings.append(Reading(delivery))
        read_file(readings[-1], workbook, reference())
    check_readings(readings)
    return [
        (verdict_on(reading, 1), workbook)
        for reading, workbook in zip(readings, read, strict=True)
        if isinstance(workbook, Workbook)
    ]


def go_round(some: Sequence[Mix]) -> list[str]:
    """Take mixes there and back; give what is not as it should be."""
    found = []
    sent = [(mix.form, mix.content) for mix in some]
    marked = []
    for mix, (_, content), (verdict, workbook) in zip(some, sent, judge(sent), strict=True):
        title = mix.form.source.title
        if not goes_back_marked(verdict):
            return [f"{title} {mix.seed}: {verdict.outcome} with {mix.wrong}: {verdict.problems}"]
        marked.append((mix.form, marked_workbook(verdict, title, content, lambda workbook=workbook: workbook)))
    again = judge(marked)
    mended = []
    for mix, (_, content), (form, back), (_, workbook) in zip(some, sent, marked, again, strict=True):
        cells = marked_cells(workbook)
        name = f"{form.source.name} {mix.seed}"
        if cells != set(mix.wrong):
            found.append(f"{name}: marked {sorted(cells)}, wrong were {sorted(mix.wrong.items())}")
        found += [f"{name}: {part} is not as it was sent" for part in parts_touched(content, back)]
        mended.append((form, put(back, {place: value for place, value in mix.right.items() if place in cells})))
    for mix, (verdict, _) in zip(some, judge(mended), strict=True):
        if verdict.outcome != "loaded" or verdict.problems:
            found.append(f"{mix.form.source.name} {mix.seed}: mended {verdict.outcome}, {verdict.problems[:2]}")
    return found


def marked_cells(workbook: Workbook) -> set[tuple[str, str]]:
    """Cells with a comment of ours, by sheet and A1."""
    return {
        (sheet.name, cell) for sheet in workbook.sheets for cell, text in sheet.notes if NOTE_BEGINS.strip() in text
    }


def parts_touched(sent: bytes, back: bytes) -> list[str]:
    """Parts that are gone, new and not ours, or otherwise than they were, but for formats of cells and our comments."""
    before, after = Package.read(sent).parts, Package.read(back).parts
    found = [name for name in before if name not in after]
    found += [name for name in after if name not in before and not name.startswith(OURS)]
    for name, content in before.items():
        if name in CHANGED or name.startswith(OURS) or name not in after or content == after[name]:
            continue
        if not name.startswith("xl/worksheets/") or without_formats(content) != without_formats(after[name]):
            found.append(name)
    return found


def without_formats(content: bytes) -> bytes:
    """A worksheet less what marks change: formats of cells, rows and cells for marks where nothing was, the selected
    tab, the drawing of the comments.
    """
    root = parse(content)
    namespace = str(root.tag)[1:].partition("}")[0] or MAIN
    for element in list(root.iter()):
        for name in ("s", "tabSelected"):
            element.attrib.pop(name, "")
        if element.tag == f"{{{namespace}}}legacyDrawing":
            element.getparent().remove(element)
    for tag in ("c", "row"):
        for element in list(root.iter(f"{{{namespace}}}{tag}")):
            if not len(element) and not (element.text or "").strip():
                element.getparent().remove(element)
    return bytes(etree.tostring(root, method="c14n"))


def cells_of(workbook: Workbook) -> dict[str, list[list[Value]]]:
    """Everything in a workbook less what is ours, by sheet; blank ends of rows and sheets do not count, nor
    the digits of a number that no program shows.
    """
    theirs, _ = without_identity(without_marks(workbook))
    return {sheet.name: _trimmed(sheet.rows) for sheet in theirs.sheets}


def _trimmed(rows: Sequence[Sequence[Value]]) -> list[list[Value]]:
    trimmed = [[_shown(value) for value in row] for row in rows]
    for row in trimmed:
        while row and row[-1] is None:
            row.pop()
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def _shown(value: Value) -> Value:
    return number_text(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def some_places(workbook: Workbook, chance: random.Random, count: int) -> list[tuple[str, str]]:
    """Cells that hold something, in sheets that are seen."""
    places = [
        (sheet.name, (row, column))
        for sheet in workbook.sheets
        if not sheet.is_hidden
        for row, values in enumerate(sheet.rows)
        for column, value in enumerate(values)
        if value is not None
    ]
    chosen = chance.sample(places, min(count, len(places)))
    return [(name, cell_address(*place)) for name, place in chosen]


def take(count: int) -> list[str]:
    """All mixes, some at a time: what was not as it should be."""
    every = list(mixes(count))
    return [told for start in range(0, len(every), IN_ONE_GO) for told in go_round(every[start : start + IN_ONE_GO])]


if __name__ == "__main__":
    told = take(int(sys.argv[1]))
    print("\n".join(told) or f"{int(sys.argv[1]) * len(forms())} workbooks went there and back")
    sys.exit(bool(told))
