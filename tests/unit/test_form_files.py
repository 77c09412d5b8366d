"""The same form says the same in .xlsx, .xls, .ods and CSV, in Unicode and in the letters of the old fonts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from form_files import FORMATS, in_tcvn3, in_vni, write
from form_variations import HARMLESS, Form, varied
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Sheet
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.sources import Csv
from settlements_form import ORG_UNITS
from telling_variations import TELLING, another_month_in_a_name, another_scale_on_the_screen
from unit.test_variations import EXPECTED, FORM, values

FONTS = {"Unicode": str, "TCVN3": in_tcvn3, "VNI": in_vni}
SEVERAL = settings(max_examples=4, suppress_health_check=list(HealthCheck))  # each of many files, read at once
IN_CELLS = [each for each in TELLING if each not in (another_month_in_a_name, another_scale_on_the_screen)]


def in_letters(sheet: Sheet, font: str) -> Sheet:
    written = FONTS[font]
    sheet.rows = [[written(value) if isinstance(value, str) else value for value in row] for row in sheet.rows]
    return sheet


def files(folder: Path, forms: list[tuple[Form, str]]) -> Iterator[tuple[Form, str, Path]]:
    """Each form as every kind of file that can hold what it has: xlwt writes no comments, a CSV hides nothing."""
    for number, (form, font) in enumerate(forms):
        for ending in FORMATS:
            if (form.notes and ending in ("xls", "csv")) or (form.hidden_rows and ending == "csv"):
                continue
            path = folder / f"{number}.{ending}"
            write(in_letters(form.workbook().sheets[0], font), path)
            yield form, font, path


def read(folder: Path, forms: list[tuple[Form, str]]) -> Iterator[tuple[str, ParsedDelivery | None, list[str]]]:
    """What each file is, what was read of it, None if it comes back; and the codes of what is told."""
    written = list(files(folder, forms))
    requests = [ReadRequest(path, path.name, Csv() if path.suffix == ".csv" else None) for _, _, path in written]
    for (form, font, path), workbook in zip(written, read_deliveries(requests), strict=True):
        what = f"{path.suffix} in {font}: {form}"
        assert not isinstance(workbook, SourceError), (what, workbook.problems)
        name = f"{Path(form.file_name).stem}{path.suffix}"
        try:
            parsed = parse_workbook(workbook, FORM, Envelope("vp-ubnd", "14", name, date(2025, 10, 20), ORG_UNITS))
        except SourceError as error:
            yield what, None, [problem.code for problem in error.problems]
        else:
            yield what, parsed, [problem.code for problem in parsed.warnings]


@SEVERAL
@given(data=st.data())
def test_what_changes_nothing_is_read_in_every_kind_of_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    forms = []
    for variation in data.draw(st.lists(st.sampled_from(HARMLESS), min_size=6, max_size=6, unique=True)):
        forms.append((varied([variation], data.draw), data.draw(st.sampled_from([*FONTS]))))
    for what, parsed, told in read(tmp_path_factory.mktemp("forms"), forms):
        assert parsed, (what, told)
        assert values(parsed) == EXPECTED, what


@SEVERAL
@given(data=st.data())
def test_what_says_something_else_is_heard_in_every_kind_of_file(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    forms = []
    for variation in data.draw(st.lists(st.sampled_from(IN_CELLS), min_size=6, max_size=6, unique=True)):
        forms.append((varied([variation], data.draw), data.draw(st.sampled_from([*FONTS]))))
    for what, parsed, told in read(tmp_path_factory.mktemp("forms"), forms):
        assert told, what
        assert parsed is None or values(parsed) == EXPECTED, what
