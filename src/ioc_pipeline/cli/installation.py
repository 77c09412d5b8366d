"""Commands on this installation: where everything is, and whether it can be rebuilt from what landed."""

import argparse

from ioc_pipeline.cli.command import Commands, add_command
from ioc_pipeline.cli.output import complain
from ioc_pipeline.flows import inbox
from ioc_pipeline.flows.rebuild import rebuild
from ioc_pipeline.settings import FEEDBACK_FOLDER, Settings


def add_commands(commands: Commands) -> None:
    add_command(commands, "where", _where, "where everything is, as key=value lines")
    add_command(
        commands,
        "rebuild",
        _rebuild,
        "rebuild an empty warehouse from landing and compare the marts by ordered-row hash",
    )


def _where(settings: Settings, _: argparse.Namespace) -> int:
    inbox.make_inbox(settings)
    for key in (
        "home",
        "inbox",
        "landing",
        "prepared",
        "warehouse",
        "published",
        "project",
        "sources",
        "seeds",
        "expectations",
    ):
        print(f"{key}={getattr(settings, key)}")
    print(f"marts={settings.published / 'current.duckdb'}")
    print(f"feedback={settings.inbox / '<department>' / FEEDBACK_FOLDER}")
    if settings.ledger_url.startswith("sqlite:///"):
        print(f"ledger={settings.ledger_url.removeprefix('sqlite:///')}")
    return 0


def _rebuild(settings: Settings, _: argparse.Namespace) -> int:
    comparison = rebuild(settings)
    for mart, (live, rebuilt) in sorted(comparison.hashes.items()):
        print(f"{'equal    ' if live == rebuilt else 'DIFFERENT'} {mart} {rebuilt}")
    if comparison.differing:
        complain(f"differing marts: {', '.join(comparison.differing)}; the rebuilt ones are in {comparison.folder}")
        return 2
    return 0
