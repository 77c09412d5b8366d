"""What `make` says before there is an environment to run anything else in."""

import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def test_a_python_that_was_named_but_cannot_be_used_is_not_replaced_by_another(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "--file", str(REPOSITORY / "Makefile"), "PYTHON=/bin/false", ".venv/.created"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "/bin/false" in done.stderr
    assert not (tmp_path / ".venv").exists()
