"""What ships with the repository, as the usual province sees it."""

import shutil
from pathlib import Path

from ioc_pipeline.layers import Layers
from ioc_pipeline.sample.profile import read_profile

PROJECT = Path(__file__).resolve().parents[1]
PROVINCES = PROJECT / "include" / "provinces"
PROVINCE = PROVINCES / (PROVINCES / "usual").read_text(encoding="utf-8").strip()
SEEDS = Layers(PROVINCE / "seeds", PROJECT / "include" / "seeds")
SOURCES = Layers(PROVINCE / "sources", PROJECT / "include" / "sources")
EXPECTATIONS = Layers(PROVINCE / "expectations", PROJECT / "expectations")
PROFILE = read_profile(PROVINCE)


def copy_seeds(project: Path) -> None:
    """Copy the seeds into another project, all into one folder, and leave room for contracts and suites there."""
    for folder in ("include/seeds", "include/sources", "expectations"):
        (project / folder).mkdir(parents=True)
    shutil.copytree(
        PROVINCES, project / "include" / "provinces", ignore=shutil.ignore_patterns("seeds", "sources", "expectations")
    )
    for path in SEEDS.glob("*.csv"):
        shutil.copy(path, project / "include" / "seeds")


def copy_flat(project: Path) -> None:
    """Copy seeds, contracts and suites into another project where nothing of them is a province's own."""
    copy_seeds(project)
    for path in SOURCES.glob("*.yml"):
        shutil.copy(path, project / "include" / "sources")
    for path in EXPECTATIONS.glob("*.yml"):
        shutil.copy(path, project / "expectations")
