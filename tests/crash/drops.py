"""What departments send in these tests: two forms that are loaded, the same bytes again, a form of nobody, a CSV."""

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter

from crash.harness import REPOSITORY, Home
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.write import sample_files, write_samples
from shipped import PROFILE, SEEDS, copy_flat

FORMS = ("signed_documents", "tax_online")


def small_project(folder: Path, forms: Sequence[str] = FORMS) -> Path:
    """A project of a few forms: what is read and checked in every pass stays little."""
    copy_flat(folder)
    shutil.copytree(REPOSITORY / "dbt_project", folder / "dbt_project", ignore=shutil.ignore_patterns("target", "logs"))
    for contract in (folder / "include" / "sources").glob("*.yml"):
        if contract.stem not in forms:
            contract.unlink()
    return folder


def filled_forms(project: Path, folder: Path, seed: int) -> list[tuple[str, str, bytes]]:
    """(department, name, bytes) of each form of the newest month; another seed gives other figures under one name."""
    contracts = read_contracts(project / "include" / "sources", project / "expectations", SEEDS)
    files = sample_files(
        seed=seed, months=1, contracts=contracts, org_units=OrgUnits.from_seeds(SEEDS), profile=PROFILE, seeds=SEEDS
    )
    paths = write_samples(folder, files)
    return [(path.parent.name, path.name, path.read_bytes()) for path in paths]


def nobodys_form(text: str = "Không phải biểu nào") -> bytes:
    """A workbook that is read, is no form, and goes back; equal texts give equal bytes."""
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.set_properties({"created": datetime(2025, 9, 1, tzinfo=UTC)})
        book.add_worksheet("Bieu").write(0, 0, text)
    return content.getvalue()


def drop_everything(home: Home, forms: Sequence[tuple[str, str, bytes]]) -> None:
    """Two forms that are loaded, one of them twice, a form of nobody, a CSV with somebody's number in its name."""
    for department, name, content in forms:
        home.drop(department, name, content)
    department, name, content = forms[0]
    home.drop(department, f"y {name}", content)
    home.drop(department, "z khong-ro.xlsx", nobodys_form())
    home.drop(forms[1][0], "z CMND 050000126.csv", "đơn vị;số\n".encode())
