"""One command of `ioc`: its name, its help, and the function that it runs."""

import argparse
from collections.abc import Callable, Sequence
from typing import TypeAlias

from ioc_pipeline.settings import Settings

Run: TypeAlias = Callable[[Settings, argparse.Namespace], int]  # gives the exit code
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_command(
    commands: Commands, name: str, run: Run, help_text: str, aliases: Sequence[str] = ()
) -> argparse.ArgumentParser:
    """Add a command without arguments; the caller adds those to what is returned. `aliases`: what it was called."""
    command = commands.add_parser(name, aliases=aliases, help=help_text, description=help_text)
    command.set_defaults(command=run)
    return command
