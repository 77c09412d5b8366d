"""The tests that the documents name for their promises are there."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r"`(?:tests/)?((?:unit|e2e|dags|hostile|crash|dbt|web)/\w+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("page", ["reliability.md", "security.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    named = _NAMED.findall((REPOSITORY / "docs" / page).read_text("utf-8"))
    assert len(named) > 5
    missing = []
    for file, test in named:
        path = REPOSITORY / "tests" / file
        if not path.is_file() or (test and f"def {test}(" not in path.read_text("utf-8")):
            missing.append(f"{file}::{test}")
    assert missing == []
