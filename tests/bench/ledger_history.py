"""What a ledger that knows many finished deliveries costs: `ioc status` and a pass that finds nothing to do.

    python tests/bench/ledger_history.py [DELIVERIES]        # 100,000 unless said otherwise

CPU seconds of their own work, imports paid before, against the same with 100 finished deliveries. The ledger is
written as passes would: received, prepared, loaded, answered and published.
"""

import contextlib
import io
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta

from inbox_to_raw import measure

from ioc_pipeline.cli.main import main as ioc
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.land.stamp import Stamp, write_stamp
from ioc_pipeline.ledger.arrivals import Arrival
from ioc_pipeline.ledger.progress import PreparedLoad
from ioc_pipeline.settings import Settings, from_environment

FEW, MANY, AT_ONCE = 100, 100_000, 5000


def write_history(settings: Settings, count: int) -> None:
    store = open_store(settings)
    ledger = store.ledger
    at = datetime.now(UTC) - timedelta(days=300)
    for start in range(0, count, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, count))
        arrivals = [
            Arrival(f"don-vi-{n % 80:02}", f"bieu {n}.xlsx", f"{n:064x}", 1000, True, f"1-{n}-0-0-1000:{n:064x}")
            for n in numbers
        ]
        seqs = [one.delivery_seq for one in ledger.record_files(arrivals, received_at=at, scan_seq=start + 1)]
        leases = ledger.lease(seqs, owner="bench", seconds=900, at=at)
        ledger.prepared([PreparedLoad(lease, "loaded", "c" * 64, "bench") for lease in leases], at=at)
        ledger.loaded([(seq, "loaded", seq) for seq in seqs], at=at)
        ledger.answered(seqs, at=at)
    head = ledger.head()
    assert head.installation
    write_stamp(store.folder, Stamp(head.installation.installation_id, head.installation.epoch, count, head.sha256))
    ledger.note_sidecars(count)
    ledger.published(count, "000001_bench", at=at)
    ledger.verify_new_events()


class Terminal(io.StringIO):
    """Somebody looks: a program would be given every delivery."""

    def isatty(self) -> bool:
        return True


def status() -> None:
    with contextlib.redirect_stdout(Terminal()), contextlib.redirect_stderr(io.StringIO()):
        ioc(["status"])


def look() -> None:
    """What a pass asks before it finds that nothing waits."""
    ledger = open_store(from_environment()).ledger
    open_work = [ledger.waiting(at=datetime.now(UTC)), ledger.to_load(), ledger.to_answer()]
    assert open_work == [[], [], []]
    assert not ledger.has_unpublished()


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    found = {}
    for count in (min(FEW, many), many):
        with tempfile.TemporaryDirectory() as name:
            os.environ |= {"IOC_HOME": name, "IOC_LEDGER_URL": "", "IOC_SETTLE_SECONDS": "0"}
            write_history(from_environment(), count)
            status()
            found[count] = [min(measure(work) for _ in range(3)) for work in (status, look)]
        of_status, of_look = found[count]
        print(f"{count} finished: ioc status {of_status:.3f} CPU s, an idle look {of_look:.3f} CPU s")
    few = found[min(FEW, many)]
    print(f"ratio {found[many][0] / few[0]:.2f} of status, {found[many][1] / few[1]:.2f} of the look")


if __name__ == "__main__":
    main()
