"""Each bench runs to its figures at a tiny size, so that none breaks unseen; what it measures then means nothing."""

import re

import pytest

from bench.table import BENCHES, Bench, run


@pytest.mark.parametrize(
    "bench", [bench for bench in BENCHES if bench.tiny], ids=lambda bench: "_".join((bench.script, *bench.tiny))
)
def test_a_bench_runs_to_its_figures(bench: Bench) -> None:
    done = run(bench, bench.tiny)
    assert done.returncode == 0, done.stderr
    assert re.search(bench.figure, done.stdout), done.stdout
    for pattern in bench.ratios.values():
        assert re.search(pattern, done.stdout), (pattern, done.stdout)
