"""The workbook that goes back: marked where it is wrong and nowhere else; mended by hand and dropped, accepted."""

import random
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

import pytest

from e2e.conftest import REPOSITORY, Installation
from ioc_pipeline.answer.marked.marks import SUMMARY_TITLE
from ioc_pipeline.domain.addresses import cell_address, cell_position
from ioc_pipeline.domain.workbooks import Value, Workbook
from ioc_pipeline.flows.preview import explain_file
from ioc_pipeline.flows.reading import csv_of
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.sample.asked import Asked, published_period
from ioc_pipeline.sample.printing import print_form
from ioc_pipeline.sample.sending import UNREADABLE, with_unreadable_figure
from ioc_pipeline.sample.write import FILLS, SampleFile, sample_files
from ioc_pipeline.settings import Settings, from_environment
from round_trips import marked_cells, parts_touched
from shipped import PROFILE
from xlsx_cells import put

BROKEN_CELLS = 4
Cells = dict[tuple[str, str], Value]  # by sheet and A1


@dataclass(frozen=True)
class Broken:
    """A sample file in which somebody typed words where figures belong, and the figures that belong there."""

    file: SampleFile
    content: bytes
    figures: Cells


def read(path: Path, settings: Settings) -> Workbook:
    csv = csv_of(Reference(settings).contracts, path.parent.name)
    (workbook,) = read_deliveries([ReadRequest(path, path.name, csv)])
    assert isinstance(workbook, Workbook)
    return workbook


def value_at(workbook: Workbook, sheet: str, cell: str) -> Value:
    row, column = cell_position(cell)
    (found,) = [each for each in workbook.sheets if each.name == sheet]
    return found.rows[row][column]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("marked") / "home", REPOSITORY)


@pytest.fixture(scope="module")
def broken(made: Installation, tmp_path_factory: pytest.TempPathFactory) -> list[Broken]:
    """Each form that is sent as .xlsx, with some figures replaced."""
    settings, chance = from_environment(made.environment), random.Random(11)
    reference = Reference(settings)
    files = sample_files(
        seed=1,
        months=1,
        contracts=reference.contracts,
        org_units=reference.org_units,
        profile=PROFILE,
        seeds=settings.seeds,
    )
    found, seen = [], set()
    for file in files:
        form = file.path.name[:12]
        if file.path.suffix != ".xlsx" or form in seen:
            continue
        seen.add(form)
        path = file.write(tmp_path_factory.mktemp("good"))
        roles = explain_file(settings, path, path.parent.name).roles
        figures = sorted({(role.sheet, role.cell) for role in roles if role.role == "figure"})
        chosen = chance.sample(figures, min(BROKEN_CELLS, len(figures)))
        good = read(path, settings)
        values = {place: value_at(good, *place) for place in chosen}
        filled = {place: value for place, value in values.items() if value is not None}
        found.append(Broken(file, put(file.content, dict.fromkeys(filled, UNREADABLE)), filled))
    return found


@pytest.fixture(scope="module")
def returned(made: Installation, broken: list[Broken], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The marked workbooks by the names of the files that were sent, taken home."""
    for each in broken:
        path = made.home / "inbox" / each.file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each.content)
    made.load()
    found = {path.name.partition("_da-danh-dau_")[2]: path for path in (made.home / "inbox").rglob("*_da-danh-dau_*")}
    assert set(found) == {each.file.path.name for each in broken}
    home = tmp_path_factory.mktemp("returned")
    return {name: Path(copyfile(path, home / path.name)) for name, path in found.items()}


def test_the_broken_cells_are_marked_and_no_other(
    made: Installation, broken: list[Broken], returned: dict[str, Path]
) -> None:
    assert len(broken) >= 12
    for each in broken:
        workbook = read(returned[each.file.path.name], from_environment(made.environment))
        assert marked_cells(workbook) == set(each.figures), each.file.path.name
        front = workbook.sheets[0]
        assert front.rows[0][0] == SUMMARY_TITLE
        assert sum(row[1] == "Phải sửa" for row in front.rows) == len(each.figures)


def test_every_other_part_is_as_it_was_sent(broken: list[Broken], returned: dict[str, Path]) -> None:
    for each in broken:
        assert parts_touched(each.content, returned[each.file.path.name].read_bytes()) == [], each.file.path.name


@pytest.mark.parametrize("form", ["vneid_accounts", "tax_online", "chip_id_health"])  # .xls, .ods, .csv
def test_another_format_comes_back_as_xlsx_with_the_same_cells_and_is_accepted_as_such(
    made: Installation, form: str, tmp_path: Path
) -> None:
    settings = from_environment(made.environment)
    reference = Reference(settings)
    source = reference.contracts.ready[form].source
    asked = Asked(PROFILE, 3, published_period(source.period_type, source.clock), 0, reference.org_units)
    bodies = FILLS[form](asked)
    for name, some in (("good", bodies), ("wrong", with_unreadable_figure(bodies))):
        file_name, content = print_form(form, asked, some)
        path = tmp_path / name / source.department / file_name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    good, wrong = (read(tmp_path / name / source.department / file_name, settings) for name in ("good", "wrong"))
    ((sheet, place),) = [
        (sheet.name, cell_address(row, column))
        for sheet in wrong.sheets
        for row, values in enumerate(sheet.rows)
        for column, value in enumerate(values)
        if value == UNREADABLE
    ]
    folder = made.home / "inbox" / source.department
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file_name).write_bytes(content)
    made.load()
    (path,) = folder.glob(f"phan-hoi/*_da-danh-dau_{Path(file_name).stem}.xlsx")
    back = read(path, settings)
    ((shown, cell),) = marked_cells(back)
    assert (shown, cell) == (sheet or "Dữ liệu", place)
    assert [each.rows for each in back.sheets[1:]] == [each.rows for each in wrong.sheets]
    mended = put(path.read_bytes(), {(shown, cell): value_at(good, sheet, place)})
    (folder / f"sửa xong {path.name}").write_bytes(mended)
    made.load()
    assert list(folder.glob(f"phan-hoi/*_tiep-nhan_sửa xong {path.name}*"))


def test_sent_back_unmended_it_gets_the_same_answer_and_one_summary(
    made: Installation, broken: list[Broken], returned: dict[str, Path]
) -> None:
    some = broken[:4]
    for each in some:
        again = made.home / "inbox" / each.file.path.with_name(f"lần hai {each.file.path.name}")
        again.write_bytes(returned[each.file.path.name].read_bytes())
    made.load()
    for each in some:
        (path,) = (made.home / "inbox" / each.file.path.parts[0]).glob(
            f"phan-hoi/*_da-danh-dau_lần hai {each.file.path.name}"
        )
        workbook = read(path, from_environment(made.environment))
        assert marked_cells(workbook) == set(each.figures)
        assert [sheet.rows[0][0] == SUMMARY_TITLE for sheet in workbook.sheets].count(True) == 1


def test_mended_in_its_cells_and_dropped_as_it_is_it_is_accepted(
    made: Installation, broken: list[Broken], returned: dict[str, Path]
) -> None:
    for each in broken:
        mended = made.home / "inbox" / each.file.path.with_name(f"đã sửa {each.file.path.name}")
        mended.write_bytes(put(returned[each.file.path.name].read_bytes(), each.figures))
    made.load()
    rows = [line.split("\t") for line in made.ioc("status", "--all").splitlines()[1:]]
    outcomes = {row[5]: row[2] for row in rows if row[5].startswith("đã sửa")}
    assert outcomes == {f"đã sửa {each.file.path.name}": "loaded" for each in broken}
    texts = [text for path in (made.home / "inbox").rglob("*_tiep-nhan_*") for text in [path.read_text("utf-8-sig")]]
    assert not any("Lưu ý" in text for text in texts)
