"""A standalone cluster of Spark: a master and two workers as processes of this machine, on 127.0.0.1 alone."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import urlopen

_WORKERS = 2
_WITHIN_SECONDS = 60


@contextmanager
def standalone_cluster(python: Path) -> Iterator[str]:
    """Start it from the environment of this interpreter; gives the master's address and ends all of it."""
    package = subprocess.run(
        [python, "-c", "import pyspark; print(pyspark.__path__[0])"], check=True, capture_output=True, text=True
    )
    program = Path(package.stdout.strip()) / "bin" / "spark-class"
    port, page = _free_port(), _free_port()
    master = f"spark://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as started:
        for arguments in (
            ("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)),
            *(("worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", master),) * _WORKERS,
        ):
            process = subprocess.Popen(
                [program, f"org.apache.spark.deploy.{arguments[0]}", *arguments[1:]],
                cwd=folder,
                env={**os.environ, "SPARK_WORKER_DIR": folder, "SPARK_LOCAL_IP": "127.0.0.1"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            started.callback(_end, process)
            if arguments[0] == "master.Master":
                _wait(page, workers=0)
        _wait(page, workers=_WORKERS)
        yield master


def _wait(page: int, *, workers: int) -> None:
    """Until the master's page counts so many workers."""
    for _ in range(_WITHIN_SECONDS * 4):
        try:
            with urlopen(f"http://127.0.0.1:{page}/json/") as said:
                if said.read().count(b'"ALIVE"') >= workers:
                    return
        except OSError:
            pass
        time.sleep(0.25)
    raise TimeoutError(f"no {workers} workers within {_WITHIN_SECONDS} s")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
