"""`ioc` as a process: streams and exit codes, and what a pseudo-terminal of a given width shows."""

import csv
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from e2e.conftest import REPOSITORY, Installation
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.serve import overview
from ioc_pipeline.settings import from_environment
from shipped import SOURCES

_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def run(installation: Installation, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ioc_pipeline.cli", *arguments],
        env={
            **os.environ,
            "IOC_HOME": str(installation.home),
            "IOC_PROJECT": str(installation.project),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


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


def test_where_tells_every_path_as_key_and_value(installation: Installation) -> None:
    told = dict(line.split("=", 1) for line in run(installation, "where").stdout.splitlines())
    assert {"inbox", "landing", "ledger", "warehouse", "published"} <= told.keys()
    assert told["inbox"] == str(installation.home / "inbox")


def test_sources_are_listed_as_csv(installation: Installation) -> None:
    lines = run(installation, "sources", "--csv").stdout.splitlines()
    assert lines[0] == "source,department,inbox,title"
    contracts = SOURCES.glob("*.yml")
    assert [line.split(",")[0] for line in lines[1:]] == sorted(path.stem for path in contracts)
    assert next(line for line in lines if line.startswith("rain_gauges,")).split(",")[2] == "-"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("check", "khong-co.xlsx"), "no such file"),
        (("template", "no_such_form", "2025-09"), "expected one of"),
        (("template", "rain_gauges", "2025-09-14"), "ioc extract rain_gauges"),
        (("template", "admin_procedures", "2025"), "expected one month"),
        (("withdraw", "7", "--reason", "x"), "7"),
        (("sql", "select 1"), "ioc run"),
        (("trace", "x", "14", "hôm qua"), "2025-09"),
        (("trace", "x", "14", "2025-02-31"), "no such day"),
        (("withdraw", "1", "--reason", " "), "--reason"),
        (("sample", "--months", "0"), "--months"),
        (("no_such_command",), "usage"),
        (("withdraw", "one", "--reason", "x"), "usage"),
    ],
)
def test_the_users_fault_is_said_on_standard_error_with_exit_code_1(
    installation: Installation, arguments: tuple[str, ...], says: str
) -> None:
    code, printed, complained = installation.told(*arguments)
    assert (code, printed) == (1, "")
    assert says in complained
    assert "Traceback" not in complained


def test_a_setting_that_cannot_be_used_is_named(installation: Installation) -> None:
    done = run(installation, "where", IOC_SETTLE_SECONDS="soon")
    assert (done.returncode, "IOC_SETTLE_SECONDS" in done.stderr) == (1, True)


def test_our_fault_has_exit_code_2(new_installation: Callable[..., Installation]) -> None:
    installation = new_installation(own_project=True)
    seed: Path = installation.project / "include" / "seeds" / "elements.csv"
    seed.write_text("element_code\nx\n", encoding="utf-8")
    done = run(installation, "run")
    assert done.returncode == 2
    assert "elements.csv" in done.stderr


def test_a_template_never_overwrites_a_file(installation: Installation, tmp_path: Path) -> None:
    filled_in = tmp_path / "signed_documents.xlsx"
    filled_in.write_text("figures of a morning", encoding="utf-8")
    done = run(installation, "template", "signed_documents", "2025-09", "--output", str(filled_in))
    assert (done.returncode, "exists already" in done.stderr) == (1, True)
    assert filled_in.read_text(encoding="utf-8") == "figures of a morning"


def test_a_template_is_of_the_period_that_ended_last_and_keeps_its_former_name(
    installation: Installation, tmp_path: Path
) -> None:
    asked, former = tmp_path / "asked.xlsx", tmp_path / "former.xlsx"
    assert run(installation, "template", "signed_documents", "--output", str(asked)).returncode == 0
    assert run(installation, "form", "signed_documents", "--output", str(former)).returncode == 0
    assert asked.read_bytes() == former.read_bytes()


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with the marts of one month of samples."""
    made = Installation(tmp_path_factory.mktemp("published") / "home", REPOSITORY)
    made.ioc("sample", "--months", "1", "--until", "2025-09-15")
    made.ioc("run")
    return made


def test_the_trace_of_the_readme_finds_cells_by_code_and_by_name(published: Installation) -> None:
    (command,) = re.findall(r"`ioc (trace [a-z0-9_]+ \S+ \S+)`", (REPOSITORY / "README.md").read_text(encoding="utf-8"))
    trace, indicator, unit, period = command.split()
    traced = published.ioc(trace, indicator, unit, period, "--csv")
    assert len(traced.splitlines()) > 1
    assert published.ioc(trace, indicator, "tỉnh Sơn La", period, "--csv") == traced
    assert published.ioc(trace, "tỷ lệ dân số được phủ sóng 4G", unit, period, "--csv") == traced
    by_code, by_name = (published.ioc(trace, indicator, unit, period) for unit in ("03646", "Phường Tô Hiệu"))
    assert by_name == by_code
    # 03646 bore another name until 2025-06-30, and that ward is not this one
    assert run(published, trace, indicator, "Phường Chiềng Lề", period).returncode == 1


def test_the_tables_of_the_demo_name_the_cells_that_a_trace_finds(published: Installation) -> None:
    with connect_published(from_environment(published.environment)) as marts:
        newest, systems, press = (table for _, table in overview.tables(marts, "14"))
    cells = {row[0]: row[newest.header.index("Ô nguồn")] for row in newest.rows}
    name = "Tỷ lệ doanh nghiệp khai, nộp thuế điện tử"
    traced = csv.DictReader(published.ioc("trace", name, "14", "2025-09", "--csv").splitlines())
    places = {f"{row['file_name']} · {row['sheet_name']}!{row['cell']}" for row in traced}
    assert cells[name].removesuffix(" +1") in places
    assert len(places) == 2
    assert [row[0][:2] for row in systems.rows][:3] == ["01", "02", "03"]
    assert "Kết luận" in press.header
    assert {row[press.header.index("Nơi")] for row in press.rows} == {"Tỉnh Sơn La"}


def test_a_seed_that_is_no_table_stops_the_build_and_leaves_what_is_published(
    published: Installation, new_installation: Callable[..., Installation]
) -> None:
    installation = replace(published, project=new_installation(own_project=True).project)
    before = run(installation, "sql", "select version from _publication").stdout
    (installation.project / "include" / "seeds" / "targets.csv").write_text("too,few,columns\n", encoding="utf-8")
    done = run(installation, "run")
    assert done.returncode == 2
    assert "targets" in done.stderr
    assert "Traceback" not in done.stderr
    assert run(installation, "sql", "select version from _publication").stdout == before


def test_published_marts_cannot_be_written_or_used_to_reach_files(published: Installation) -> None:
    for query in (
        "drop table mart_lineage",
        "create table x (y int)",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/x.duckdb'",
        "copy (select 1) to '/tmp/x.csv'",
        "create temp table x as select 1",
        "select 1; select 2",
        "pragma database_list",
        "call pragma_version()",
        "checkpoint",
        "set memory_limit = '1GB'",
    ):
        code, printed, _ = published.told("sql", query)
        assert (code, printed) == (1, ""), query
    for query in ("", "-- show tables"):
        code, _, complained = published.told("sql", query)
        assert (code, "found no query" in complained) == (1, True)
    assert run(published, "sql", "select 1 as one").stdout == "one\n1\n"


def test_two_commands_at_once_are_told_to_take_turns(installation: Installation) -> None:
    warehouse = installation.home / "warehouse" / "warehouse.duckdb"
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse)):
        told = run(installation, "run")
    assert told.returncode == 1
    assert told.stderr.startswith("another program has the warehouse open; nothing is lost, try again")


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
