"""docs/cli.md and docs/settings.md are what the parser and the settings say today."""

import re
from pathlib import Path

from ioc_pipeline.cli.references import COMMANDS_PAGE, SETTINGS_PAGE, render_commands, render_settings
from ioc_pipeline.settings import PROJECT, VARIABLES

STALE = "run: python -m ioc_pipeline.cli.references"


def test_the_page_of_the_commands_is_not_stale() -> None:
    assert COMMANDS_PAGE.read_text(encoding="utf-8") == render_commands(), STALE


def test_the_page_of_the_settings_is_not_stale() -> None:
    assert SETTINGS_PAGE.read_text(encoding="utf-8") == render_settings(), STALE


def test_every_argument_of_every_command_is_explained() -> None:
    assert re.findall(r"^\| `.+` \|  \|$", render_commands(), re.M) == []


def test_every_variable_that_anything_reads_is_declared() -> None:
    folders = ("src", "dags", "plugins")
    files = [path for folder in folders for path in (PROJECT / folder).rglob("*.py")]
    files += [Path(PROJECT, name) for name in ("Makefile", "docker-compose.yml", "Dockerfile")]
    read = {name for path in files for name in re.findall(r"\bIOC_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))}
    assert read <= VARIABLES.keys()
    assert len(read) > 5
