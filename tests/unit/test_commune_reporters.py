"""Where every commune reports for itself, its folder says who it is, and it speaks for nobody else."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.flows.inbox_folders import make_inbox
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.reference.contracts import Contract, Contracts
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import FEEDBACK_FOLDER, from_environment
from settlements_form import HEADER, ORG_UNITS, TOP, book, source, values
from shipped import copy_seeds

CONTRACT = """
source: commune_radio
title: Biểu thử
system: "20"
department: so-khcn
reporters: communes
period_type: month
clock: management
due_working_days: 2
reporting_since: 2025-07-15
tables:
  - table: stations
    titles: [Đài truyền thanh]
    org_unit: reporter
    columns:
      - {name: households, headers: [Số hộ], type: count, element: households}
"""


def of_communes(**changes: Any) -> Source:
    return source(**changes).model_copy(update={"reporters": "communes", "department": "so-khcn"})


def read(rows: list[list[Any]], folder: str = "03646") -> ParsedDelivery:
    envelope = Envelope(folder, "14", "bieu.xlsx", date(2025, 9, 20), ORG_UNITS)
    return parse_workbook(book([*TOP, *HEADER, *rows]), of_communes(), envelope)


def test_a_commune_reports_for_itself_and_its_scope_is_its_folder() -> None:
    parsed = read([[1.0, "Phường Tô Hiệu", 10.0, "4", "40,5"]])
    assert ("03646", "received", Decimal(10), "C9") in values(parsed)
    assert [scope.reporting_unit_code for scope in parsed.scopes] == ["03646"]


@pytest.mark.parametrize("line", ["Đơn vị báo cáo: Sở Y tế", "Địa bàn: xã Vân Hồ", "UBND XÃ VÂN HỒ"])
def test_whoever_else_a_form_says_reports_is_told(line: str) -> None:
    envelope = Envelope("03646", "14", "bieu.xlsx", date(2025, 9, 20), ORG_UNITS)
    own: list[list[Any]] = [[1.0, "Phường Tô Hiệu", 10.0, "4", "40,5"]]
    rows = [["UBND PHƯỜNG TÔ HIỆU"], [line], *TOP[1:], *HEADER, *own]
    told = parse_workbook(book(rows), of_communes(), envelope).warnings
    assert [(problem.code, problem.cell) for problem in told] == [("other-reporter", "A2")]
    rows[1] = ["SỞ KHOA HỌC VÀ CÔNG NGHỆ"]  # whose form it is
    assert parse_workbook(book(rows), of_communes(), envelope).warnings == []


def test_a_row_of_another_commune_is_returned_with_its_place_and_the_folder_it_belongs_to() -> None:
    with pytest.raises(SourceError) as caught:
        read([[1.0, "Phường Tô Hiệu", 10.0, "4", "40,5"], [2.0, "Xã Vân Hồ", 7.0, 1.0, "1"]])
    (problem,) = caught.value.problems
    assert (problem.code, problem.sheet, problem.cell) == ("foreign-unit", "Biểu 1", "B10")
    assert "Phường Tô Hiệu (03646)" in problem.expected
    assert "inbox/04048/" in problem.fix


def test_a_form_of_communes_in_its_departments_folder_is_sent_to_the_communes_folders() -> None:
    contracts = Contracts({"dossiers": Contract(of_communes(), b"")}, {})
    with pytest.raises(SourceError) as caught:
        choose_contract(book([*TOP, *HEADER]), "so-khcn", contracts)
    (problem,) = caught.value.problems
    assert problem.code == "wrong-department"
    assert "inbox/<mã xã, phường>/" in problem.expected


def test_every_commune_of_today_gets_a_folder_once_communes_report(tmp_path: Path) -> None:
    project = tmp_path / "project"
    copy_seeds(project)
    settings = from_environment({"IOC_HOME": str(tmp_path / "home"), "IOC_PROJECT": str(project)})
    assert make_inbox(settings) == set()
    (project / "include" / "sources" / "commune_radio.yml").write_text(CONTRACT, encoding="utf-8")
    (project / "expectations" / "commune_radio__stations.yml").write_text(
        "name: commune_radio__stations\nexpectations: []\n", encoding="utf-8"
    )
    folders = make_inbox(settings)
    assert len(folders) == 76
    assert {"so-khcn", "03646", "04048"} < folders
    assert (settings.inbox / "03646" / FEEDBACK_FOLDER).is_dir()
