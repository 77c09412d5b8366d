"""Every problem has its words, and docs/errors.md is what the code says."""

import re
from pathlib import Path

from ioc_pipeline.answer.wording import explain
from ioc_pipeline.domain.errors import Problem
from ioc_pipeline.domain.messages.__main__ import as_markdown
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.domain.messages.cell import CELL
from ioc_pipeline.domain.messages.delimited import DELIMITED
from ioc_pipeline.domain.messages.delivery import DELIVERY
from ioc_pipeline.domain.messages.file import FILE
from ioc_pipeline.domain.messages.form import FORM
from ioc_pipeline.domain.messages.response import RESPONSE
from ioc_pipeline.domain.messages.workbook import WORKBOOK

REPOSITORY = Path(__file__).resolve().parents[2]
RAISED = re.compile(
    r"\b(?:Problem|BadCell|BadPeriod|Refused|_refuse|_problem|_warn)\(\s*(?:candidate, )?\"([a-z0-9-]+)\""
)


def raised_codes() -> set[str]:
    package = REPOSITORY / "src" / "ioc_pipeline"
    return {code for path in package.rglob("*.py") for code in RAISED.findall(path.read_text(encoding="utf-8"))}


def test_every_code_that_is_raised_has_a_message() -> None:
    codes = raised_codes()
    assert len(codes) > 40
    assert codes <= set(MESSAGES)


def test_a_code_has_one_message() -> None:
    tables = [FILE, WORKBOOK, DELIMITED, FORM, CELL, RESPONSE, DELIVERY]
    assert len(MESSAGES) == sum(len(table) for table in tables)


def test_every_message_says_what_is_wrong_and_what_to_do() -> None:
    for code, message in MESSAGES.items():
        assert message.says, code
        assert message.fix, code
        assert message.english, code


def test_an_explanation_has_place_finding_expectation_and_remedy() -> None:
    told = explain(Problem("blank-cell", "Biểu 02", "D17", "Số hồ sơ", found="x\u202ey"))
    assert told.startswith("[blank-cell] Trang “Biểu 02”, ô D17, cột “Số hồ sơ”: ")
    assert "Đọc được: “x�y”." in told
    assert "Cần: một số" in told
    assert "Cách sửa: " in told
    assert explain(Problem("wrong-department")).startswith("[wrong-department] Biểu này thuộc")


def test_the_error_page_is_what_the_code_says() -> None:
    assert (REPOSITORY / "docs" / "errors.md").read_text(encoding="utf-8") == as_markdown()
