"""`python -m ioc_pipeline.local_airflow run | demo | clean`."""

import os
import sys
from collections.abc import Sequence

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.local_airflow.run import clean, demo, run
from ioc_pipeline.settings import from_environment


def main(arguments: Sequence[str]) -> int:
    """Returns 0, 1 (the user has to do something else) or 2 (we failed)."""
    try:
        match arguments:
            case ["run"]:
                return run(from_environment(), os.environ)
            case ["demo"]:
                return demo(from_environment(), os.environ)
            case ["clean"]:
                return clean(from_environment())
            case _:
                raise UserError("python -m ioc_pipeline.local_airflow run | demo | clean")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1


sys.exit(main(sys.argv[1:]))
