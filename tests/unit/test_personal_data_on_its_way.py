"""A file with personal data from the inbox to its answer and its end. Every identifier here is invented."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from ioc_pipeline.flows import inbox, loads, prepare
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.settings import Settings, from_environment

CITIZEN, OLD = "014085000105", "050000126"
Drop = Callable[..., None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(tmp_path), "IOC_SETTLE_SECONDS": "0"})
    (given.inbox / "so-khcn").mkdir(parents=True)
    return given


def drop(settings: Settings, name: str, *cells: str) -> None:
    with xlsxwriter.Workbook(settings.inbox / "so-khcn" / name) as workbook:
        workbook.add_worksheet("Bieu").write_column(0, 0, ["Không phải biểu nào", *cells])


def run(settings: Settings) -> None:
    for batch in inbox.land_inbox(settings):
        prepare.prepare(settings, batch)
    loads.load_prepared(settings)


def outcomes(settings: Settings) -> list[str]:
    return [row.outcome for row in open_ledger(settings).status_rows()]


def answers(settings: Settings) -> list[tuple[str, str]]:
    folder = settings.inbox / "so-khcn" / "phan-hoi"
    return [(path.name, path.read_text("utf-8-sig")) for path in sorted(folder.glob("*.txt"))]


def test_a_list_of_people_that_is_no_form_at_all_is_returned_too(settings: Settings) -> None:
    drop(settings, "ds.xlsx", CITIZEN)
    run(settings)
    ((_, text),) = answers(settings)
    assert outcomes(settings) == ["returned"]
    assert "personal-data" in text
    assert CITIZEN not in text


def test_a_number_in_the_name_of_a_file_comes_back_in_no_answer_and_no_table(settings: Settings) -> None:
    drop(settings, f"CMND {OLD}.xlsx")
    run(settings)
    ((name, text),) = answers(settings)
    assert outcomes(settings) == ["returned"]
    assert OLD not in name + text
    assert OLD.encode() not in settings.warehouse.read_bytes()
