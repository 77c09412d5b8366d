"""Runs steps of the pipeline in processes that may be killed: forked from one that has imported everything once.

Reads one job per line from standard input, as JSON: `steps`, `environment`, `plan` (`shim.Plan`) and `source`, a copy
of the product to run instead; writes a line when it has begun (the pid) and one when it ended (the exit code, negative
for a signal). A job "continue" lets a stopped process go on.
"""

import gc
import importlib
import json
import os
import signal
import sys
from typing import Any

import dbt.adapters.duckdb
import dbt.cli.main
import great_expectations
import pyarrow.parquet

from crash import steps
from crash.shim import Plan, Shim

__all__ = ["dbt", "great_expectations", "pyarrow"]


def _run(job: dict[str, Any]) -> int:
    try:
        os.environ.update(job["environment"])
        known = _steps_of(job["source"]) if job["source"] else steps.STEPS
        Shim(Plan(**job["plan"])).install()
        for step in job["steps"]:
            known[step]()
    except BaseException as error:
        print(f"{type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
        return 1
    return 0


def _steps_of(source: str) -> dict[str, Any]:
    for name in [name for name in sys.modules if name.startswith("ioc_pipeline")]:
        del sys.modules[name]
    sys.path.insert(0, source)
    return dict(importlib.reload(steps).STEPS)


def _tell(**what: int) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    gc.freeze()  # what is imported is never looked through for garbage, nor copied for that into each fork
    for line in sys.stdin:
        job = json.loads(line)
        if "continue" in job:
            pid = job["continue"]
            os.kill(pid, signal.SIGCONT)
        else:
            pid = os.fork()
            if pid == 0:
                os.dup2(2, 1)
                os._exit(_run(job))
        _tell(pid=pid)
        _, status = os.waitpid(pid, os.WUNTRACED)
        _tell(code=-os.WSTOPSIG(status) if os.WIFSTOPPED(status) else os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
