"""Each bench runs to its figures at a tiny size, so that none breaks unseen; what it measures then means nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

BENCHES = Path(__file__).resolve().parents[1] / "bench"


@pytest.mark.parametrize(
    ("command", "figure"),
    [
        (["read_workbooks.py", "2"], r"ratio +\d"),
        (["read_workbooks.py", "--large", "500"], r"peak of reading child +\d"),
        (["inbox_to_raw.py", "3"], r"3 files, 8550 rows, 0 differ(.|\n)*ratio \d"),
        (["returned_answers.py", "2"], r"2 returned: \d.*ratio \d"),
        (["waiting.py", "2"], r"2 waiting: \d(.|\n)*ratio \d.* in cost, \d"),
        (["ledger_history.py", "150"], r"150 finished: ioc status \d(.|\n)*ratio \d"),
        (["large_workbook.py", "200"], r"load: \d"),
        (["normalising.py", "100"], r"distinct: 100 texts, .*ratio \d"),
        (["large_load.py", "200"], r"plain insert +\d"),
        (["personal_false_alarms.py", "1000"], r"0 of 1000 generated columns refused"),
        (["warm_drop.py", "1"], r"publish +\d(.|\n)*nodes: 3\d of \d\d"),
        (["wall.py", "1"], r"first page \d+ ms CPU(.|\n)*1 months: 50 walls \d"),
        (["province_at_scale.py", "1", "1500"], r"build after it .*×\d(.|\n)*raw\.dossier: [1-9]"),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, list) else "",
)
def test_a_bench_runs_to_its_figures(command: list[str], figure: str) -> None:
    done = subprocess.run(
        [sys.executable, BENCHES / command[0], *command[1:]], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert re.search(figure, done.stdout), done.stdout
