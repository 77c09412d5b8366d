"""A returned workbook with its bad cells marked: of a delivery, and of a file that is only tried."""

from pathlib import Path

from ioc_pipeline.answer.marked.marks import without_marks
from ioc_pipeline.answer.marked.returned import marked_workbook
from ioc_pipeline.domain.deliveries import Verdict
from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.flows.reading import csv_of
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.contracts import Contracts


def marked(verdict: Verdict, title: str, path: Path, contracts: Contracts) -> bytes:
    """The workbook to hand back; `path` holds the bytes as they were sent, `title` is the form's, or ""."""
    delivery = verdict.delivery

    def read() -> Workbook:
        csv = csv_of(contracts, delivery.department_code)
        (workbook,) = read_deliveries([ReadRequest(path, delivery.file_name, csv)])
        if isinstance(workbook, SourceError):
            raise workbook
        return without_marks(workbook)

    return marked_workbook(verdict, title, path.read_bytes(), read)
