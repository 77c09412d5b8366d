"""What is installed in production is written down: by name, version and hash, and under which licence."""

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

from ioc_pipeline.settings import PROJECT


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    made = subprocess.run(
        ["make", "sbom", f"DIST={folder}", "INSTALLED_DEV="], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return folder


def locked() -> dict[str, str]:
    lock = (PROJECT / "requirements.txt").read_text("utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==([^ ;\\]+)", lock, re.MULTILINE))


def test_the_bill_of_materials_holds_all_that_is_locked_with_its_hashes(dist: Path) -> None:
    bill = json.loads((dist / "sbom.cdx.json").read_bytes())
    assert bill["bomFormat"] == "CycloneDX"
    assert {one["name"]: one["version"] for one in bill["components"]} == locked()
    for one in bill["components"]:
        assert any(reference.get("hashes") for reference in one["externalReferences"]), one["name"]


def test_every_package_has_a_licence_that_lets_us_run_it(dist: Path) -> None:
    with (dist / "licences.csv").open(encoding="utf-8") as file:
        licences = {row["Name"]: row["License"] for row in csv.DictReader(file)}
    assert len(licences) > 0.9 * len(locked()), "some are for another system"
    assert [name for name, licence in licences.items() if licence in ("", "UNKNOWN")] == []
    assert [
        name for name, licence in licences.items() if re.search("AGPL|Affero|Commercial|Proprietary", licence)
    ] == []
