"""A model reads its own floor or a lower one, and a mart no other mart."""

from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
FLOORS = ("staging", "reports", "records", "measures", "indicators", "dimensions", "marts")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    folder = str(tmp_path_factory.mktemp("parsed"))
    quiet = ["--quiet", "--no-write-json", "--log-level", "none", "--log-level-file", "none", "--log-path", folder]
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", folder]
    parsed = dbtRunner().invoke([*quiet, "parse", *where]).result
    assert isinstance(parsed, Manifest)
    return parsed


def test_a_model_reads_its_own_floor_or_a_lower_one_and_a_mart_no_other_mart(manifest: Manifest) -> None:
    models = {key: node for key, node in manifest.nodes.items() if isinstance(node, ModelNode)}
    height = {key: FLOORS.index(Path(node.original_file_path).parts[1]) for key, node in models.items()}
    marts = FLOORS.index("marts")
    upward = {
        f"{node.name} reads {models[read].name}"
        for key, node in models.items()
        for read in node.depends_on.nodes
        if read in models and (height[read] > height[key] or height[read] == marts)
    }
    assert upward == set()
    assert {*height.values()} == {*range(len(FLOORS))}
