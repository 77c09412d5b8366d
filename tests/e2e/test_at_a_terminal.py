"""`ioc status` and `ioc trace` as a person sees them: in a real pseudo-terminal of a given width, and in a pipe."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata

import pytest

from e2e.conftest import REPOSITORY, Installation

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def at_terminal(installation: Installation, columns: int, *arguments: str) -> str:
    """What one command writes to a terminal of so many columns, escapes and all."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {**os.environ, **installation.environment, "TERM": "xterm-256color"}
    for name in ("COLUMNS", "LINES", "NO_COLOR"):
        environment.pop(name, None)
    running = subprocess.Popen([sys.executable, "-m", "ioc_pipeline.cli", *arguments], stdout=theirs, env=environment)
    os.close(theirs)
    written = bytearray()
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux's way to say that the other side has closed it
            break
        if not part:
            break
        written += part
    os.close(ours)
    assert running.wait(timeout=60) == 0
    return written.decode()


def width(line: str) -> int:
    return sum(unicodedata.category(character) not in ("Mn", "Cf") for character in line)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with the marts of one month of samples, and a file that waits for a broken contract."""
    made = Installation(tmp_path_factory.mktemp("published") / "home", REPOSITORY)
    made.ioc("sample", "--months", "1", "--until", "2025-09-15")
    made.ioc("run")
    return made


@pytest.mark.parametrize("columns", [80, 120])
def test_a_trace_begins_with_the_answer_and_fits_the_terminal(published: Installation, columns: int) -> None:
    shown = at_terminal(published, columns, "trace", "infra_population_4g_pct", "14", "2025-Q3")
    lines = _ESCAPE.sub("", shown).splitlines()
    assert max(map(width, lines)) <= columns
    assert "Sơn La" in lines[0]
    assert re.match(r"Giá trị · value +\d+,\d+ %", lines[1])
    text = "\n".join(lines)
    assert re.search(r"÷ [\d.]+ × 100 = \d", text)
    for name in ("Kỳ · period", "Số đơn vị · units", "Mức độ · maturity", "Kiểm tra · checks"):
        assert name in text
    assert text.index("Kiểm tra") < text.index(".xlsx"), "the answer stands before the cells"
    assert "\x1b[1m" in shown


@pytest.mark.parametrize("columns", [80, 120])
def test_the_status_shows_what_needs_a_person_then_the_newest(published: Installation, columns: int) -> None:
    shown = at_terminal(published, columns, "status")
    lines = _ESCAPE.sub("", shown).splitlines()
    assert max(map(width, lines)) <= columns
    text = "\n".join(lines)
    assert "Mới nhất · newest" in text
    newest = [int(line.split()[0]) for line in lines if re.match(r" *\d+ +\d\d/\d\d/\d\d", line)]
    assert newest == sorted(newest, reverse=True)
    assert len(newest) == 20
    assert "…" in text or columns > 80, "a long name ends where its column does"


def test_in_a_pipe_there_are_neither_colours_nor_frames(published: Installation) -> None:
    for arguments in (("status",), ("status", "--all"), ("trace", "infra_population_4g_pct", "14", "2025-Q3")):
        printed = published.ioc(*arguments)
        assert not re.search(r"\x1b|[─━│┃]", printed)
    every = published.ioc("status").splitlines()
    assert every[0] == "seq\tstate\toutcome\tdepartment\treceived_at\tfile\theld"
    assert [int(line.split("\t")[0]) for line in every[1:]] == list(range(1, len(every)))
    assert len(every) > 21, "a program gets more than a person looks at"
    assert published.ioc("status", "--all").splitlines() == every
    as_csv = published.ioc("status", "--csv").splitlines()
    assert (as_csv[0], len(as_csv)) == ("seq,state,outcome,department,received_at,file,held", len(every))
