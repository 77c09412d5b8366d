"""`ioc`: the same steps for a person at a terminal. Exit code 1 is the sender's or the user's fault, 2 is ours."""

import argparse
import traceback
from collections.abc import Sequence

import duckdb

from ioc_pipeline.answer.wording import explain
from ioc_pipeline.build.marts import BuildError
from ioc_pipeline.cli import contracts, decisions, deliveries, installation, marts, samples
from ioc_pipeline.cli.output import complain
from ioc_pipeline.domain.errors import BrokenRecordError, ContractError, FetchError, SourceError, StoresError, UserError
from ioc_pipeline.settings import from_environment
from ioc_pipeline.warehouse.raw import is_lock

COMMANDS = (deliveries, contracts, decisions, marts, samples, installation)
"""Each module adds the commands of its group; help lists them in this order."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors go to standard error."""
    try:
        options = make_parser().parse_args(arguments)
    except SystemExit as stopped:  # argparse has said why; its own exit code for that is 2, which here means ours
        return 1 if stopped.code else 0
    try:
        return int(options.command(from_environment(), options))
    except SourceError as error:
        complain(*(explain(problem) for problem in error.problems))
        return 1
    except UserError as error:
        complain(str(error))
        return 1
    except ContractError as error:
        complain(f"contract or catalogue: {error}")
        return 2
    except BrokenRecordError as error:
        complain(f"the ledger's record was tampered with: {error}; docs/operations.md says what to do")
        return 2
    except StoresError as error:
        complain(f"the stores cannot be used as they are, nothing more was taken or answered: {error}")
        return 2
    except FetchError as error:
        complain(f"not fetched, nothing of this run counts: {error}")
        return 2
    except BuildError as error:
        complain(f"the marts could not be built, the last published version stays: {error}")
        return 2
    except BrokenPipeError:
        return 0
    except OSError as error:
        if error.filename is None:
            raise
        complain(
            f"{error.filename2 or error.filename}: {error.strerror}; what is not taken yet stays where it lies. Give us"
            " space and the right to write there, or move away what stands in the way, then try again"
        )
        return 2
    except Exception as error:
        if isinstance(error, duckdb.Error) and is_lock(error):
            complain(
                "another program has the warehouse open; nothing is lost, try again when it has ended. To read it, open"
                " the published marts: `ioc where` says where they are"
            )
            return 1
        traceback.print_exc()
        return 2


def make_parser() -> argparse.ArgumentParser:
    """Every command with its arguments; a parsed command line holds the function to run as `command`."""
    parser = argparse.ArgumentParser(prog="ioc", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in COMMANDS:
        group.add_commands(commands)
    return parser
