"""Locks on files: one holder at a time, and what it wrote can be read by who comes too late."""

from pathlib import Path

import pytest

from ioc_pipeline.locks import LockedError, locked, locked_now


def test_a_lock_that_is_held_is_refused_and_keeps_what_its_holder_wrote(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "run.lock"
    with locked(path) as file:
        file.write("held")
        file.flush()
        with pytest.raises(LockedError, match="run"), locked_now(path):
            pytest.fail("two holders")
        assert path.read_text() == "held"
    with locked_now(path):
        assert path.read_text() == "held"
