"""docs/add_a_form.md and docs/add_an_api.md, followed literally: what they say to write is written, to run is run."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.conftest import REPOSITORY, Installation

BLOCK = re.compile(r"^```(?P<language>\w+)(?: (?P<what>\w+)(?:=(?P<path>\S+))?)?\n(?P<text>.*?)^```$", re.M | re.S)


@pytest.mark.parametrize("page", ["add_a_form.md", "add_an_api.md"])
def test_the_tutorial_works_as_it_is_written(
    page: str, new_installation: Callable[..., Installation], tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    installation = new_installation(own_project=True)
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "ioc").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ioc_pipeline.cli "$@"\n')
    (tools / "ioc").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "IOC_HOME": str(installation.home),
        "IOC_PROJECT": str(installation.project),
    }
    printed, outputs = "", 0
    for block in BLOCK.finditer((REPOSITORY / "docs" / page).read_text(encoding="utf-8")):
        text = block["text"].replace("8123", port)
        if block["what"] == "file":
            (installation.project / block["path"]).write_text(text, encoding="utf-8")
        elif block["what"] == "append":
            with (installation.project / block["path"]).open("a", encoding="utf-8") as seed:
                seed.write(text)
        elif block["what"] == "output":
            assert printed.strip() == text.strip()
            outputs += 1
        elif block["language"] == "sh":
            done = subprocess.run(
                ["sh", "-euc", text],
                cwd=installation.project,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
            printed = done.stdout
    assert outputs == 1
    if page == "add_a_form.md":
        assert "to-cong-nghe-so_2025-09.csv" in printed
