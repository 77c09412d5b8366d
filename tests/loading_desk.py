"""A warehouse and prepared verdicts for the tests of loading."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ioc_pipeline.domain.deliveries import Delivery, Scope, Verdict
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.load import transaction
from ioc_pipeline.load.outcome import Loaded
from ioc_pipeline.settings import from_environment
from ioc_pipeline.warehouse.observations import OBSERVATION_SCHEMA
from ioc_pipeline.warehouse.place import place_of

ELEMENTS = {"tthc_received", "tthc_received_online"}


LOADED_AT = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)


SEPTEMBER = Period("month", date(2025, 8, 15), date(2025, 9, 14))


OCTOBER = Period("month", date(2025, 9, 15), date(2025, 10, 14))


def scope(period: Period = SEPTEMBER, table: str = "settlements") -> Scope:
    return Scope(table, "vp-ubnd", period)


class Desk:
    """A warehouse, a file or the DuckLake of `url`, with the folder of prepared deliveries beside it."""

    def __init__(self, home: Path, url: str = "") -> None:
        self.environment = {"IOC_HOME": str(home), "IOC_WAREHOUSE_URL": url}
        settings = from_environment(self.environment)
        self.warehouse, self.prepared, self.place = settings.warehouse, settings.prepared, place_of(settings)

    def verdict(
        self,
        delivery_seq: int,
        content: str = "v1",
        *,
        outcome: str = "loaded",
        scopes: Sequence[Scope] = (scope(),),
        scan_seq: int | None = None,
        contract_hash: str = "c1",
        values: Sequence[tuple[str, str, str]] = (("03646", "tthc_received", "10"), ("03649", "tthc_received", "5.5")),
        **more: Any,
    ) -> Verdict:
        """Prepare a delivery; `values` are (org_unit_code, element_code, value) for each of its scopes."""
        rows = [
            observation(delivery_seq, place, unit, element, value)
            for place in scopes
            for unit, element, value in values
        ]
        if outcome == "loaded":
            write_observations(self.prepared / str(delivery_seq) / "observation.parquet", rows)
        return Verdict(
            delivery=Delivery(
                delivery_seq=delivery_seq,
                kind="file",
                department_code="vp-ubnd",
                file_name=f"Biểu 01 ({delivery_seq}).xlsx",
                sha256=content,
                size_bytes=4096,
                received_at=datetime(2025, 9, 16, 1, 0, tzinfo=UTC),
                scan_seq=scan_seq or delivery_seq,
                is_sealed=True,
            ),
            source_name="admin_procedures",
            contract_hash=contract_hash,
            outcome=outcome,
            scopes=tuple(scopes),
            observation_count=len(rows) if outcome == "loaded" else 0,
            replaces={"settlements": "scope", "dossiers": "record"},
            **more,
        )

    def withdrawal(self, delivery_seq: int, decides: int) -> Verdict:
        verdict = self.verdict(delivery_seq, f"withdraws {decides}", outcome="withdrawal", scopes=(), contract_hash="")
        delivery = replace(verdict.delivery, kind="withdrawal", decides_delivery_seq=decides)
        return replace(verdict, delivery=delivery, source_name="")

    def load(self, *verdicts: Verdict) -> list[Loaded]:
        with closing(self.place.connect()) as connection:
            return transaction.load_prepared(
                connection, self.prepared, verdicts, elements=ELEMENTS, loaded_at=LOADED_AT
            )

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with closing(self.place.connect_to_read()) as connection:
            return connection.execute(query).fetchall()


def observation(delivery_seq: int, place: Scope, unit: str, element: str, value: str) -> dict[str, Any]:
    return {
        "delivery_seq": delivery_seq,
        "source_name": "admin_procedures",
        "table_name": place.table_name,
        "reporting_unit_code": place.reporting_unit_code,
        "org_unit_code": unit,
        "clock": "management",
        "period_type": place.period.type,
        "period_start_date": place.period.start,
        "period_end_date": place.period.end,
        "element_code": element,
        "breakdown": "",
        "record_key": "",
        "replaces": "scope",
        "measured_value": Decimal(value),
        "value_text": value,
        "value_qualifier": "",
        "null_reason": "",
        "maturity": "official",
        "sheet_name": "Biểu 01",
        "cell_address": "C7",
    }


def write_observations(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=OBSERVATION_SCHEMA), path)


def outcomes(answers: list[Loaded]) -> list[tuple[int, str]]:
    return [(answer.delivery_seq, answer.outcome) for answer in answers]


def records(desk: Desk, delivery_seq: int, columns: dict[str, list[Any]], **more: Any) -> Verdict:
    """Prepare an extract of two records of an API that no other test knows; its page is the delivery before it."""
    verdict = desk.verdict(delivery_seq, scopes=(), values=(), **more)
    common = {
        "delivery_seq": [delivery_seq - 1] * 2,
        "source_name": ["visits"] * 2,
        "record_key": ["a", "b"],
        "org_unit_code": [""] * 2,
    }
    pq.write_table(pa.table({**common, **columns}), desk.prepared / str(delivery_seq) / "visit.parquet")
    delivery = replace(verdict.delivery, kind="extract", source_name="visits", extract_id="run-1")
    return replace(verdict, delivery=delivery, source_name="visits", record_counts={"visit": 2})
