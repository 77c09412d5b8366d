"""A publication is told to a receiver of OpenLineage: marts with columns and version, deliveries by number, no text."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from empty_marts import empty_marts
from ioc_pipeline.flows.marts import tell_openlineage
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.publish.marts import read_marts
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.settings import Settings
from ledger_entries import in_warehouse

NOON = datetime(2025, 10, 20, 12, tzinfo=UTC)


@contextmanager
def receiving(status: int = 201) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """A receiver's address, and what it was sent: path and body."""
    heard: list[tuple[str, Any]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing into the output of the tests."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()
        thread.join()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Two deliveries are in the published version."""
    settings = empty_marts(tmp_path / "home")
    ledger = open_ledger(settings)
    in_warehouse(ledger, "Tên riêng.xlsx", "b.xlsx")
    published = publish(settings, published_at=NOON)
    ledger.published(published.load_seq, published.version, at=NOON)
    return settings


def test_a_receiver_hears_of_the_marts_and_of_the_deliveries_that_are_new_in_them(settings: Settings) -> None:
    with receiving() as (url, heard):
        for _ in range(2):
            tell_openlineage(replace(settings, openlineage_url=url))
    (path, event), again = heard
    assert path == "/api/v1/lineage"
    assert again[1]["run"] == event["run"]  # one run a version, however often it is told
    assert (event["eventType"], event["job"]["name"]) == ("COMPLETE", "publish_marts")
    [source] = event["inputs"]
    assert source["name"] == "raw.telecom"
    deliveries = source["facets"]["ioc_deliveries"]["deliveries"]
    assert [one["deliverySeq"] for one in deliveries] == [1, 2]
    assert all(set(one) == {"deliverySeq", "departmentCode", "sha256", "receivedAt"} for one in deliveries)
    outputs = {one["name"]: one["facets"] for one in event["outputs"]}
    marts = read_marts(settings.dbt_project)
    assert set(outputs) == {f"marts.{mart.name}" for mart in marts}
    for mart in marts:
        facets = outputs[f"marts.{mart.name}"]
        assert facets["version"]["datasetVersion"].startswith("000001_")
        fields = [(field["name"], field["type"]) for field in facets["schema"]["fields"]]
        assert fields == [(column.name, column.data_type) for column in mart.columns]
    assert "Tên riêng" not in json.dumps(heard, ensure_ascii=False)


def test_a_receiver_that_is_away_or_refuses_stops_nothing(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with receiving(500) as (url, heard):
        tell_openlineage(replace(settings, openlineage_url=url))
    assert heard
    for away in (url, "nowhere"):
        tell_openlineage(replace(settings, openlineage_url=away))
    warnings = [record.message.partition(":")[0] for record in caplog.records if record.name.startswith("ioc_pipeline")]
    assert warnings == ["OpenLineage was not told of this version"] * 3


def test_nobody_is_told_without_a_receiver(settings: Settings) -> None:
    assert settings.openlineage_url == ""
    with receiving() as (_, heard):
        tell_openlineage(settings)
    assert heard == []
