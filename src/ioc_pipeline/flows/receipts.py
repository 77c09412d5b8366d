"""An accepted file → its receipt: what was read of it, when it was due, what it replaces."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from ioc_pipeline.answer.receipt import Receipt, Total
from ioc_pipeline.answer.wording import explain, printable, sent_by
from ioc_pipeline.domain.deliveries import ACCEPTED, Verdict, Waiver
from ioc_pipeline.domain.figures import number
from ioc_pipeline.domain.identifiers import without_identifiers
from ioc_pipeline.domain.local_time import as_local, local_day
from ioc_pipeline.domain.periods import Period, labels
from ioc_pipeline.flows.prepared import read_observations
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.land.decisions import read_waiver
from ioc_pipeline.land.store import Store
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.reference.catalogue.elements import Element, read_elements
from ioc_pipeline.reference.catalogue.faults import Faults
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import Settings

_ROW = ["table_name", "org_unit_code", "period_start_date", "period_end_date", "record_key"]
_COLUMN = ["table_name", "element_code", "breakdown"]


def has_receipt(verdict: Verdict) -> bool:
    """A file that was taken in; what an API answered is nobody's paper."""
    return verdict.delivery.kind == "file" and verdict.outcome in ACCEPTED


@dataclass(frozen=True)
class Receipts:
    """What receipts need to know; one for all of a pass."""

    settings: Settings
    store: Store
    reference: Reference
    _waivers: dict[str, list[Waiver]] = field(default_factory=dict)  # by source

    @cached_property
    def _calendar(self) -> WorkingCalendar:
        return WorkingCalendar.from_csv(self.settings.seeds / "calendar.csv")

    @cached_property
    def _elements(self) -> dict[str, Element]:
        return read_elements(self.settings.seeds, Faults())

    def receipt_of(self, verdict: Verdict, source: Source) -> Receipt:
        """The receipt of an accepted file, while its prepared values are still there."""
        values = read_observations(
            self.settings, verdict.delivery.delivery_seq, [*_ROW, *_COLUMN[1:], "measured_value"]
        )
        rows = values.group_by(_ROW, use_threads=False).aggregate([])
        warnings = [explain(problem) for problem in verdict.problems]
        lines = list(self._lines(verdict, source, rows.num_rows, values.num_rows))
        return Receipt(lines, list(self._totals(source, values, rows)), warnings)

    def _lines(self, verdict: Verdict, source: Source, row_count: int, value_count: int) -> Iterator[tuple[str, str]]:
        delivery = verdict.delivery
        periods = {scope.period for scope in verdict.scopes}
        yield "Biểu mẫu", source.title
        yield "Kỳ số liệu", labels(periods)
        yield "Đơn vị báo cáo", self._reporting_unit(verdict)
        yield "Tệp đã gửi", printable(without_identifiers(delivery.file_name))
        if delivery.sender:
            yield "Người gửi", sent_by(delivery)
        yield "Nhận lúc", f"{as_local(delivery.received_at):%d/%m/%Y %H:%M} (giờ Việt Nam)"
        owed = [period for period in periods if _is_owed(period, source)]
        if len(owed) == 1:
            yield from self._punctuality(verdict, source, owed[0])
        if verdict.replaced_delivery_seqs:
            replaced = ", ".join(map(str, verdict.replaced_delivery_seqs))
            changed = number(verdict.changed_count, 0, "vi")
            yield "Thay thế", f"Biên nhận số {replaced}; {changed} giá trị khác bản trước"
        if verdict.outcome == "nil_report":
            yield "Đã đọc", "Báo cáo không phát sinh số liệu"
        else:
            yield "Đã đọc", f"{number(row_count, 0, 'vi')} dòng, {number(value_count, 0, 'vi')} giá trị"
        if verdict.checks:
            passed = sum(check.outcome == "passed" for check in verdict.checks)
            yield "Kiểm tra", f"{passed}/{len(verdict.checks)} quy tắc đạt"
        yield "Số biên nhận", str(delivery.delivery_seq)
        yield "Mã SHA-256 của tệp", delivery.sha256

    def _reporting_unit(self, verdict: Verdict) -> str:
        code = verdict.delivery.department_code
        unit = self.reference.org_units.get(code, local_day(verdict.delivery.received_at))
        return unit.full_name if unit else code

    def _punctuality(self, verdict: Verdict, source: Source, period: Period) -> Iterator[tuple[str, str]]:
        """When it was due, and whether it is late: of a report that takes the place of another, the first one was."""
        due = self._calendar.due_date(period.end, source.due_working_days)
        unit_codes = {scope.reporting_unit_code for scope in verdict.scopes}
        for waiver in self._waivers_of(source.name):
            if waiver.period == period and waiver.reporting_unit_code in unit_codes:
                if waiver.due_date is None:
                    yield "Hạn nộp", "Được miễn báo cáo kỳ này"
                    return
                due = waiver.due_date
        received = local_day(verdict.delivery.received_at)
        yield "Hạn nộp", f"{due:%d/%m/%Y}"
        if verdict.replaced_delivery_seqs:
            yield "Đúng hạn", "Tính theo bản gửi lần đầu"
        elif received <= due:
            yield "Đúng hạn", "Có"
        else:
            days = self._calendar.working_days_between(due, received)
            yield "Đúng hạn", f"Không: chậm {days} ngày làm việc" if days else "Không: chậm, nhận vào ngày nghỉ sau hạn"

    def _waivers_of(self, source_name: str) -> list[Waiver]:
        if source_name not in self._waivers:
            decisions = self.store.ledger.waivers(source_name)
            self._waivers[source_name] = [read_waiver(self.store, decision) for decision in decisions]
        return self._waivers[source_name]

    def _totals(self, source: Source, values: pa.Table, rows: pa.Table) -> Iterator[Total]:
        """Each column of figures in the order of the contract; its sum where it is one figure or adds up over units.

        In a table that speaks of several periods or of units within units a sum over all rows would say nothing.
        """
        by_column = values.group_by(_COLUMN, use_threads=False)
        counted = by_column.aggregate([("measured_value", "sum"), ("measured_value", "count")]).to_pylist()
        found = {tuple(row[name] for name in _COLUMN): row for row in counted}
        is_summable = {name: self._is_one_set(rows, name) for name in {row["table_name"] for row in counted}}
        several = len(is_summable) > 1
        for table in source.tables:
            for column in table.columns:
                row = found.pop((table.name, column.element or "", column.breakdown), None)
                if row is None:
                    continue
                element = self._elements.get(column.element or "")
                adds_up = is_summable[table.name] and element is not None and element.space_aggregation == "sum"
                adds_up |= row["measured_value_count"] == 1
                yield Total(
                    table=table.titles[0] if several else "",
                    column=column.headers[0],
                    value_count=number(row["measured_value_count"], 0, "vi"),
                    sum=number(row["measured_value_sum"], None, "vi") if adds_up else "",
                )

    def _is_one_set(self, rows: pa.Table, table_name: str) -> bool:
        """Whether the rows of a table are of one period, and of units of one level."""
        rows = rows.filter(pc.equal(rows["table_name"], table_name))
        ends = set(rows["period_end_date"].to_pylist())
        if len(ends) != 1:
            return False
        (end,) = ends
        units = {self.reference.org_units.get(code, end) for code in set(rows["org_unit_code"].to_pylist())}
        return len({unit.level for unit in units if unit}) == 1


def _is_owed(period: Period, source: Source) -> bool:
    return period.type == source.period_type and period.start >= source.reporting_since
