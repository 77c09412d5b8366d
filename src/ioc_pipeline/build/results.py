"""What each node of a build did, kept on file for who asks where the time went."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from ioc_pipeline.build.nodes import NodeResult

_RESULTS_KEPT = 50


def keep_results(folder: Path, started_at: datetime, as_of: date, nodes: Sequence[NodeResult]) -> None:
    """Keep what each node did, newest folders only: one a drop would fill the disk with them."""
    path = folder / started_at.strftime("%Y%m%dT%H%M%S.%fZ") / "results.json"
    path.parent.mkdir(parents=True)
    content = {
        "as_of": as_of.isoformat(),
        "started_at": started_at.isoformat(),
        "nodes": [asdict(node) for node in nodes],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    for old in sorted(folder.glob("*/results.json"))[:-_RESULTS_KEPT]:
        old.unlink()
        old.parent.rmdir()
