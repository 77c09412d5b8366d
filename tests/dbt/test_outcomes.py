"""Which outcomes count is said once in Python and once in SQL, and the two agree."""

import re
from pathlib import Path

from ioc_pipeline.domain.deliveries import ACCEPTED

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"


def test_sql_accepts_what_python_accepts() -> None:
    macro = (PROJECT / "macros" / "outcomes.sql").read_text("utf-8")
    assert set(re.findall(r"'(\w+)'", macro)) == set(ACCEPTED)


def test_no_model_lists_the_accepted_outcomes_itself() -> None:
    listing = re.compile(r"in\s*\([^)]*'nil_report'")
    models = [path for path in (PROJECT / "models").rglob("*.sql") if listing.search(path.read_text("utf-8"))]
    assert models == []
