"""There and back: workbooks of every form, of a publisher and of strangers, marked at what is wrong and nowhere else.

`PYTHONPATH=tests python -m round_trips 100` does the first for a hundred mixes of errors a form.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from filled_templates import forms
from ioc_pipeline.answer.marked.returned import marked_workbook
from ioc_pipeline.domain.deliveries import Delivery, Verdict
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from round_trips import cells_of, go_round, marked_cells, mixes, parts_touched, some_places

MIXES = 2
PLACES = 12
STRANGERS = 20
ONLY_CELLS = (".xls", ".ods")  # of these an .xlsx with the same cells comes back


def test_mended_at_the_marked_cells_the_workbook_of_every_form_is_accepted() -> None:
    some = list(mixes(MIXES))
    assert len(some) == MIXES * len(forms()) > 50
    assert go_round(some) == []


def read(path: Path) -> Workbook | None:
    (workbook,) = read_deliveries([ReadRequest(path, path.name, None)])
    return workbook if isinstance(workbook, Workbook) else None


def strangers(shared: Path | None) -> Iterator[tuple[Path, Workbook]]:
    """Real workbooks of the statistics office, and of the hostile ones the first that are read and hold something."""
    found = 0
    for path in sorted((shared / "real_sheets").glob("gso_20*.xls*")) if shared else []:
        workbook = read(path)
        assert workbook is not None, path.name
        yield path, workbook
    for path in sorted((shared / "hostile").iterdir()) if shared else []:
        if path.suffix in (".xlsx", *ONLY_CELLS) and (workbook := read(path)):
            found += bool(some_places(workbook, random.Random(0), 1))
            yield path, workbook
            if found == STRANGERS:
                return


def test_a_strangers_workbook_comes_back_with_marks_where_they_belong_and_nothing_else_of_it_changes(
    shared: Path | None, tmp_path: Path
) -> None:
    for path, workbook in strangers(shared):
        places = some_places(workbook, random.Random(path.name), PLACES)
        problems = tuple(
            Problem("bad-cell", sheet, cell, severity="warning" if number % 3 == 2 else "critical")
            for number, (sheet, cell) in enumerate(places)
        )
        delivery = Delivery(1, "file", "so-khcn", path.name, "", 0, datetime(2026, 1, 20, tzinfo=UTC), 0, True)
        verdict = Verdict(delivery, "", "", "returned", problems)
        content = path.read_bytes()
        back = marked_workbook(verdict, "", content, lambda workbook=workbook: workbook)  # type: ignore[misc]
        returned = tmp_path / f"{path.stem}.xlsx"
        returned.write_bytes(back)
        again = read(returned)
        assert again is not None, path.name
        assert list(cells_of(again).values()) == list(cells_of(workbook).values()), path.name
        assert len(marked_cells(again)) == len(places), path.name
        if path.suffix == ".xlsx":
            assert marked_cells(again) == set(places), path.name
            assert parts_touched(content, back) == [], path.name


@pytest.mark.parametrize("seed", range(3))
def test_marked_once_more_it_is_as_if_it_had_been_marked_once(seed: int) -> None:
    form = next(mix for mix in mixes(1) if mix.form.source.name == "admin_procedures").form
    places = [*form.cells][seed * 7 : seed * 7 + 5]
    delivery = Delivery(1, "file", form.unit_code, "x.xlsx", "", 0, datetime(2026, 1, 20, tzinfo=UTC), 0, True)

    def mark(content: bytes, some: list[tuple[str, str]]) -> bytes:
        verdict = Verdict(delivery, "", "", "returned", tuple(Problem("bad-cell", *place) for place in some))
        return marked_workbook(verdict, "", content, lambda: Workbook("xlsx", []))

    once, twice = mark(form.content, places[:2]), mark(mark(form.content, places), places[:2])
    assert parts_touched(once, twice) == []
