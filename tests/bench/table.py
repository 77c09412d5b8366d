"""All benches: what each costs against its yardstick in the same run, as ratios, which hold on other machines too.

    make bench

takes hours and a quiet machine: benches that run beside something else tell of both.
"""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

_RATIO = r"ratio +([\d.]+)"
_TIMES = r"×([\d.]+)"


@dataclass(frozen=True, slots=True)
class Bench:
    """A script and its arguments, here and at the tiny size at which the tests run it; without one it needs Airflow.

    `ratios` say what is measured, and match what the bench prints of it; `figure` matches what else it must print.
    """

    script: str
    arguments: tuple[str, ...] = ()
    tiny: tuple[str, ...] = ()
    figure: str = ""
    ratios: dict[str, str] = field(default_factory=dict)


BENCHES = [
    Bench(
        "read_workbooks.py",
        (),
        ("2",),
        r"ratio +\d",
        {"guarded reading of workbooks against bare calamine": _RATIO},
    ),
    Bench("read_workbooks.py", ("--large",), ("--large", "500"), r"peak of reading child +\d"),
    Bench(
        "inbox_to_raw.py",
        (),
        ("3",),
        r"3 files, 8550 rows, 0 differ(.|\n)*ratio \d",
        {"200 files from the inbox to raw against a plain script": _RATIO},
    ),
    Bench(
        "returned_answers.py",
        ("20",),
        ("2",),
        r"2 returned: \d.*ratio \d",
        {"a returned workbook with its marked copy against text alone": _RATIO},
    ),
    Bench(
        "waiting.py",
        (),
        ("2",),
        r"2 waiting: \d(.|\n)*ratio \d.* in cost, \d",
        {"each of many waiting files against each of few": _RATIO, "its peak memory": r"in cost, ([\d.]+)"},
    ),
    Bench(
        "ledger_history.py",
        (),
        ("150",),
        r"150 finished: ioc status \d(.|\n)*ratio \d",
        {"ioc status over 100,000 finished deliveries against 100": _RATIO},
    ),
    Bench("large_workbook.py", (), ("200",), r"load: \d"),
    Bench(
        "normalising.py",
        ("100000",),
        ("100",),
        r"distinct: 100 texts, .*ratio \d",
        {"numbers written as text, each another, against DuckDB": rf"distinct: .*{_RATIO}"},
    ),
    Bench(
        "expectations.py",
        (),
        ("2000",),
        r"2000 rows, 13 expectations, 6 failures, peak \d",
        {"13 expectations over a million rows against DuckDB finding the same": _RATIO},
    ),
    Bench(
        "large_load.py",
        (),
        ("200",),
        r"plain insert +\d",
        {"loading prepared values against a plain insert": _RATIO},
    ),
    Bench("personal_false_alarms.py", ("20000",), ("1000",), r"0 of 1000 generated columns refused"),
    Bench("warm_drop.py", ("3", "15"), ("1",), r"publish +\d(.|\n)*nodes: 3\d of \d\d"),
    Bench("wall.py", (), ("1",), r"first page \d+ ms CPU(.|\n)*1 months: 50 walls \d"),
    Bench(
        "publish_history.py",
        ("20000",),
        ("200", "2"),
        r"2 years: everything \d.*versions \d",
        {"publishing a change of one year after ten against after one": _RATIO},
    ),
    Bench(
        "ten_years.py",
        (),
        ("2",),
        r"both, one month more +\d.*×1(.|\n)*kept versions MiB +\d",
        {"a month more at ten years against one: build": rf"build, one month more.*{_TIMES}",
         "the same: publish": rf"publish, one month more.*{_TIMES}",
         "the same: both": rf"both, one month more.*{_TIMES}",
         "the same: nothing new": rf"build, nothing new.*{_TIMES}"},
    ),
    Bench(
        "province_at_scale.py",
        (),
        ("1", "1500"),
        r"build after it .*×\d(.|\n)*raw\.dossier: [1-9]",
        {"three years of forms: land, against reading them plainly": rf"land the older months.*{_TIMES}",
         "the same: prepare": rf"prepare them.*{_TIMES}",
         "100,000 dossiers: fetch and prepare, against asking plainly": rf"fetch and prepare.*{_TIMES}",
         "a build after one month more, against one of everything": rf"build after it.*{_TIMES}"},
    ),
    Bench("killed_airflow.py", figure=r"worker: tried again after \d"),
    Bench(
        "drop_to_mart.py",
        ("5",),
        ratios={"a drop under Airflow against the same in a plain process": rf"Airflow and settling: {_TIMES}"},
    ),
]  # fmt: skip


def main() -> None:
    print("| what | ratio |\n| --- | --- |")
    failed = [bench for bench in BENCHES if bench.ratios and not _show(bench)]
    sys.exit(1 if failed else 0)


def run(bench: Bench, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    path = Path(__file__).with_name(bench.script)
    return subprocess.run([sys.executable, path, *arguments], capture_output=True, text=True, check=False)


def _show(bench: Bench) -> bool:
    """Print the rows of one bench; whether it ran to its end."""
    done = run(bench, bench.arguments)
    for what, pattern in bench.ratios.items():
        found = re.search(pattern, done.stdout)
        print(f"| {what} | {found[1] + '×' if found else 'failed'} |", flush=True)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    main()
