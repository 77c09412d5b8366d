"""Two APIs of records, their contracts and their answers, for the tests of reading records."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from ioc_pipeline.domain.errors import Problem, SourceError
from ioc_pipeline.domain.pages import Page
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.parse.records import RecordTable
from ioc_pipeline.read.json_page import read_json
from ioc_pipeline.warehouse.observations import record_schema

ANSWERED = datetime(2025, 9, 20, 1, 0, tzinfo=UTC)


AUGUST = Period("month", date(2025, 8, 1), date(2025, 8, 31))


CITIZEN = "014085001234"


DOSSIERS = {
    "source": "dossiers_api",
    "title": "Hồ sơ",
    "system": "02",
    "department": "vp-ubnd",
    "period_type": "month",
    "clock": "management",
    "due_working_days": 2,
    "reporting_since": "2025-07-15",
    "api": {
        "connection": "one_stop",
        "schedule": "0 5 * * *",
        "path": "/dossiers",
        "paging": {"kind": "page_number", "parameter": "page", "size": 100, "total_field": "meta.total"},
        "watermark": {"field": "updatedAt", "parameter": "since"},
        "records": ["items"],
        "ignored_fields": ["colour"],
    },
    "tables": [
        {
            "table": "dossiers",
            "record": "dossier",
            "replaces": "record",
            "record_key": ["dossier_id"],
            "columns": [
                {"name": "dossier_id", "field": "id", "type": "code"},
                {"name": "org_unit", "field": "place.commune", "type": "org_unit", "level": "commune"},
                {"name": "received_at", "field": "receivedAt", "type": "timestamp"},
                {"name": "settled_on", "field": "settledOn", "type": "date", "blank": "no_data"},
                {"name": "is_online", "field": "isOnline", "type": "count"},
                {"name": "fee_vnd", "field": "fee", "type": "money"},
                {"name": "note", "field": "note", "type": "text", "required": False, "blank": "no_data"},
                {"name": "updated_at", "field": "updatedAt", "type": "timestamp"},
                {"name": "seen_at", "field": "$fetched_at", "type": "timestamp"},
            ],
        }
    ],
}


SCORES = {
    **{key: DOSSIERS[key] for key in ("title", "department", "period_type", "due_working_days", "reporting_since")},
    "source": "scores_api",
    "system": "03",
    "clock": "calendar",
    "locale": "en",
    "api": {
        "connection": "national_portal",
        "schedule": "0 7 * * *",
        "path": "/rest",
        "period": {"year": "p_nam", "month": "p_thang"},
        "records": ["", "data"],
        "numbers": "text",
    },
    "tables": [
        {
            "table": table,
            "where": {"KIND": kind},
            "columns": [
                {"name": "org_unit", "field": "TEN", "type": "org_unit", "level": level},
                {"name": "total", "field": "SCORE", "type": "number", "element": "index766_total"},
                {
                    "name": "rank",
                    "field": "STT",
                    "type": "rank",
                    "element": "index766_rank",
                    "of_element": "index766_ranked_units",
                },
            ],
        }
        for table, kind, level in [("provinces", "0", "province"), ("communes", "2", "commune")]
    ],
}


def dossier(number: int = 1, **changed: Any) -> dict[str, Any]:
    record = {
        "id": f"H{number:03}",
        "place": {"commune": "03646"},
        "receivedAt": "2025-09-01T08:30:00+07:00",
        "settledOn": None,
        "isOnline": True,
        "fee": 15000,
        "updatedAt": "2025-09-02T08:30:00+07:00",
    }
    record.update(changed)
    return {name: value for name, value in record.items() if value is not ...}


def page(content: Any, number: int = 1, **more: Any) -> Page:
    given: dict[str, Any] = {"server_time": None, "period": None, "received_at": ANSWERED, **more}
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return Page(delivery_seq=number, name=f"{number:04}.json", content=read_json(text.encode()), **given)


def answer(*records: Any, total: Any = None, number: int = 1, **more: Any) -> Page:
    count = len(records) if total is None else total
    return page({"meta": {"total": count}, "items": list(records)}, number, **more)


def problems_of(read: Any, *pages: Page, **more: Any) -> Sequence[Problem]:
    with pytest.raises(SourceError) as raised:
        read(*pages, **more)
    return raised.value.problems


def rows_of(records: RecordTable) -> list[dict[str, Any]]:
    return pa.Table.from_batches(records.rows(), schema=record_schema(records.table)).to_pylist()


MAI_SON, TO_HIEU = "Xã Mai Sơn", "Phường Tô Hiệu"  # 04105 and 03646
