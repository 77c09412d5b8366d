"""Sample files written and read back, for tests of what they say."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ioc_pipeline.check.validate import Check, validate
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import parse_workbook
from ioc_pipeline.parse.tables import ParsedTable
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.contracts import Contract, Contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.write import sample_files, write_samples
from shipped import PROFILE, SEEDS


@dataclass(frozen=True)
class Read:
    """One table of one sample file, as the pipeline reads it."""

    contract: Contract
    file: str
    table: ParsedTable

    def check(self, frame: pd.DataFrame) -> dict[int, list[Check]]:
        return validate({self.table.suite_name: frame}, self.contract.suites)

    def frame(self, delivery_seq: int = 1) -> pd.DataFrame:
        frame = pd.DataFrame(self.table.wide(delivery_seq))
        frame["row_id"] = range(len(frame))
        return frame


def read_samples(inbox: Path, contracts: Contracts, *, seed: int, months: int, sources: Collection[str]) -> list[Read]:
    """Write these forms and read them back; a file that is returned or brings a warning is an error."""
    units = OrgUnits.from_seeds(SEEDS)
    ready = {name: contracts.ready[name] for name in sources}
    paths = write_samples(
        inbox,
        sample_files(
            seed=seed, months=months, contracts=Contracts(ready, {}), org_units=units, profile=PROFILE, seeds=SEEDS
        ),
    )
    read: list[Read] = []
    for path, workbook in zip(
        paths, read_deliveries([ReadRequest(path, path.name, None) for path in paths]), strict=True
    ):
        folder = path.parent.name
        assert not isinstance(workbook, SourceError), workbook.problems
        contract = choose_contract(workbook, folder, contracts)
        assert isinstance(contract, Contract)
        delivery = parse_workbook(
            workbook, contract.source, Envelope(folder, "14", path.name, date(2025, 10, 5), units)
        )
        assert delivery.warnings == [], path.name
        read += [Read(contract, f"{folder}/{path.name}", table) for table in delivery.tables]
    return read


def observations(samples: list[Read]) -> pd.DataFrame:
    rows = [batch.to_pandas() for read in samples for batch in read.table.observations(1)]
    return pd.concat(rows, ignore_index=True)


def complaints(samples: list[Read]) -> tuple[int, list[tuple[str, str]]]:
    """How many suites have run over the samples, and the checks that did not pass: (file, description)."""
    by_suite: dict[str, list[Read]] = {}
    for read in samples:
        by_suite.setdefault(read.table.suite_name, []).append(read)
    found = []
    for reads in by_suite.values():
        frame = pd.concat([read.frame(seq) for seq, read in enumerate(reads)], ignore_index=True)
        frame["row_id"] = range(len(frame))
        for seq, checks in reads[0].check(frame).items():
            found += [(reads[seq].file, check.description) for check in checks if check.outcome != "passed"]
    return len(by_suite), found


def total(frame: pd.DataFrame, element: str, last_day: str) -> Decimal:
    """Sum over all units of one element at the end of one period."""
    chosen = frame[(frame["element_code"] == element) & (frame["period_end_date"] == date.fromisoformat(last_day))]
    assert len(chosen) > 0, element
    values: list[Decimal] = list(chosen["measured_value"])
    return sum(values, Decimal(0))
