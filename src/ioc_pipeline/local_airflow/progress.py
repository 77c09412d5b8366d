"""What a run waits for: healthy components, a warm fork server, every delivery's verdict, published marts."""

import json
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.local_airflow.api import AirflowApi, RefusedError
from ioc_pipeline.publish.versions import read_pointer
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.settings import Settings

INGEST_DAG = "ingest_inbox"
EXTRACT_DAG = "extract_{source}"  # one for each contract of an API


class Progress:
    """How far one run has come. What is still missing is told in words, and "" is nothing.

    `sent` are the names of the files that this run dropped into the inbox.
    """

    def __init__(self, given: Settings, api: AirflowApi, ledger: Ledger, logs: Path) -> None:
        self._published = given.published
        self._api = api
        self._ledger = ledger
        self._logs = logs
        self._started_at = datetime.now(UTC)
        self._first_run = ""
        apis = read_contracts(given.sources, given.expectations, given.seeds).apis()
        self._unfetched = {EXTRACT_DAG.format(source=contract.source.name): "" for contract in apis}
        self.sent: Collection[str] = ()

    def cold(self) -> str:
        """Empty once one run has ended: it fills the fork server, so that the first drop is as quick as the others."""
        try:
            if not self._first_run:
                self._first_run = self._api.start_run(INGEST_DAG)
            state = self._api.run_state(INGEST_DAG, self._first_run)
        except RefusedError:
            return "dag-processor"  # has not read the DAG yet
        return "" if state in ("success", "failed") else ", ".join([INGEST_DAG, *_on_the_way(self._counts())])

    def unpublished(self) -> str:
        """Empty once every sample file has its verdict, every API is fetched, and the marts hold what was loaded."""
        count = self._counts()
        waiting = [*_on_the_way(count), *self._fetching()]
        if not waiting and self.version():
            return ""
        done = f"{count['published']} đã công bố · published, {count['returned']} trả lại · returned"
        return ", ".join([*waiting, done])

    def version(self) -> str:
        """The published version, "" before the first."""
        pointer = read_pointer(self._published)
        return pointer.version if pointer else ""

    def failures(self) -> list[str]:
        """DAG files that Airflow cannot read, and runs that failed for good since we started."""
        errors = self._api.ask("/api/v2/importErrors")["import_errors"]
        since = urlencode({"state": "failed", "start_date_gte": self._started_at.isoformat()})
        runs = self._api.ask(f"/api/v2/dags/~/dagRuns?{since}")["dag_runs"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in errors] + [
            self._failure(run["dag_id"], run["dag_run_id"]) for run in runs
        ]

    def _failure(self, dag_id: str, run_id: str) -> str:
        folder = self._logs / f"dag_id={dag_id}" / f"run_id={run_id}"
        lines = [line for log in sorted(folder.rglob("*.log")) for line in log.read_text("utf-8").splitlines()]
        errors = [json.loads(line) for line in lines if '"level":"error"' in line]
        causes = [f"{cause['exc_type']}: {cause['exc_value']}" for error in errors for cause in error["error_detail"]]
        return "\n".join([f"{dag_id} thất bại · failed ({folder})", *dict.fromkeys(causes)])

    def _fetching(self) -> list[str]:
        """Extracts that have not ended; one that never ran is started, whatever its schedule."""
        for dag_id in [dag_id for dag_id, run_id in self._unfetched.items() if not run_id]:
            with suppress(RefusedError):  # its DAG has not been read yet
                found = self._api.ask(f"/api/v2/dags/{dag_id}/dagRuns?limit=1&order_by=-run_after")["dag_runs"]
                goes_on = found and found[0]["state"] != "failed"
                self._unfetched[dag_id] = found[0]["dag_run_id"] if goes_on else self._api.start_run(dag_id)
        # One is asked about at a time: the API server shares the machine with what we wait for.
        for dag_id, run_id in list(self._unfetched.items())[:1]:
            if run_id and self._api.run_state(dag_id, run_id) == "success":
                del self._unfetched[dag_id]
        return sorted(self._unfetched)

    def _counts(self) -> Counter[str]:
        """Deliveries by state, and the sample files that have not been taken yet as `inbox`."""
        # Pages are not waited for: those of a run that died never come to anything.
        rows = [row for row in self._ledger.status_rows() if row.kind != "page"]
        count = Counter(row.state for row in rows if not row.held_reason)
        count["inbox"] = len(set(self.sent) - {row.file_name for row in rows})
        return count


def _on_the_way(count: Counter[str]) -> list[str]:
    steps = {
        "inbox": "trong hộp thư · in the inbox",
        "landed": "đã nhận · landed",
        "prepared": "đã đọc · prepared",
        "loaded": "đã nạp · loaded",
    }
    return [f"{count[state]} {text}" for state, text in steps.items() if count[state]]
