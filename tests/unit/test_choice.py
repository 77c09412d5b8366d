"""Which form a workbook is, and what is said when it is none."""

import pytest

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Sheet, Workbook
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.reference.contracts import Contract, Contracts, read_contracts
from shipped import EXPECTATIONS, SEEDS, SOURCES

CONTRACTS = read_contracts(SOURCES, EXPECTATIONS, SEEDS)


def form(title: str, *, is_hidden: bool = False) -> Workbook:
    return Workbook("xlsx", [Sheet("Biểu", [[title]], is_hidden)])


def code(workbook: Workbook, department: str, contracts: Contracts = CONTRACTS) -> str:
    with pytest.raises(SourceError) as caught:
        choose_contract(workbook, department, contracts)
    (problem,) = caught.value.problems
    return problem.code


def test_a_form_is_known_by_its_title_in_the_folder_of_its_department() -> None:
    chosen = choose_contract(form("TÌNH HÌNH KÝ SỐ VĂN BẢN ĐIỆN TỬ"), "so-khcn", CONTRACTS)
    assert isinstance(chosen, Contract)
    assert chosen.source.name == "signed_documents"


def test_a_form_of_another_department_is_told_as_such() -> None:
    assert code(form("TÌNH HÌNH KÝ SỐ VĂN BẢN ĐIỆN TỬ"), "vp-ubnd") == "wrong-department"


def test_a_form_that_stands_on_hidden_sheets_only_is_told_as_such() -> None:
    assert code(form("TÌNH HÌNH KÝ SỐ VĂN BẢN ĐIỆN TỬ", is_hidden=True), "so-khcn") == "table-on-hidden-sheet"


def test_any_other_title_is_an_unknown_form() -> None:
    assert code(form("DANH SÁCH CÁN BỘ"), "so-khcn") == "unknown-form"


def test_a_publisher_may_send_workbooks_without_the_table() -> None:
    assert choose_contract(form("CPI tháng 9"), "cuc-thong-ke", CONTRACTS) is None
