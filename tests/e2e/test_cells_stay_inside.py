"""What stands in a department's files stays with it: no log, ledger, list or prepared file repeats it."""

import logging
import random
import re
import zipfile
from io import BytesIO
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from e2e.conftest import Installation
from ioc_pipeline.flows.alerts import alerts
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.sample.write import sample_files
from ioc_pipeline.settings import from_environment
from shipped import PROFILE

MARKER = "Zwqxmarker"
FORMS = 4  # as .xlsx, of those that the sample data have: reading all takes long and shows no more


def put_into_figures(content: bytes, seed: int) -> bytes:
    """A workbook with the marker in some of its cells of numbers."""
    chance, made = random.Random(seed), BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            text = old.read(part)
            if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", part):
                text = re.sub(
                    rb'<c r="([A-Z]+\d+)"((?: s="\d+")?)><v>\d+</v></c>',
                    lambda cell: (
                        b'<c r="%s"%s t="inlineStr"><is><t>%s %s</t></is></c>'
                        % (*cell.groups(), MARKER.encode(), cell[1])
                        if chance.random() < 0.2
                        else cell[0]
                    ),
                    text,
                )
            new.writestr(part, text)
    return made.getvalue()


def book_of_the_marker() -> bytes:
    """No form; the marker wherever a workbook has room for words."""
    made = BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.set_properties({"title": MARKER, "author": MARKER})
        book.define_name(MARKER, "='A'!$A$1")
        sheet = book.add_worksheet("A")
        book.add_worksheet(MARKER).write(0, 0, MARKER)
        sheet.write_column(0, 0, ["Đơn vị", MARKER, f"{MARKER} 014085000105"])
        sheet.write_comment(0, 0, MARKER)
        sheet.data_validation("B1", {"validate": "list", "source": [MARKER]})
    return made.getvalue()


def test_no_text_of_a_cell_is_found_outside_landing_and_the_answers(
    installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    settings = from_environment(installation.environment)
    reference = Reference(settings)
    files = sample_files(
        seed=1,
        months=1,
        contracts=reference.contracts,
        org_units=reference.org_units,
        profile=PROFILE,
        seeds=settings.seeds,
    )
    forms = {file.path.name[:12]: file for file in files if file.path.suffix == ".xlsx"}
    for number, file in enumerate(list(forms.values())[:FORMS]):
        installation.drop(file.path.parent.name, file.path.name, put_into_figures(file.content, number))
    whole = book_of_the_marker()
    installation.drop("so-khcn", "a.xlsx", whole)
    installation.drop("so-khcn", "b.xlsx", whole[: len(whole) // 2])
    installation.drop("so-khcn", "c.csv", f"đơn vị;{MARKER}\n{MARKER};1\n".encode())
    caplog.set_level(logging.DEBUG)
    installation.load()
    said = [installation.ioc("status"), installation.ioc("verify"), *(str(one) for one in alerts(settings))]
    assert len(re.findall("TRẢ LẠI", "".join(installation.answers("so-khcn").values()))) >= 3
    assert MARKER in "".join("".join(installation.answers(path.name).values()) for path in settings.inbox.iterdir())
    assert [line for line in (*said, caplog.text) if MARKER in line] == []
    assert [path for path in kept(settings.home) if MARKER in path.name or MARKER.encode() in path.read_bytes()] == []
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:  # which packs its texts
        texts = warehouse.execute(
            "select table_name, column_name from duckdb_columns() where schema_name = 'raw' and data_type = 'VARCHAR'"
        ).fetchall()
        found = {
            (table, column)
            for table, column in texts
            if warehouse.execute(f'select 1 from raw."{table}" where contains("{column}", ?)', [MARKER]).fetchone()
        }
    assert found <= {("delivery_error", "sheet_name")}, "the name of a place"


def kept(home: Path) -> list[Path]:
    """Every file but the landed bytes, what lies in the departments' folders, and the warehouse, which is asked."""
    elsewhere = (path for path in home.rglob("*") if path.is_file() and path.relative_to(home).parts[0] != "inbox")
    return [path for path in elsewhere if not re.fullmatch(r"[0-9a-f]{64}|warehouse\.duckdb", path.name)]
