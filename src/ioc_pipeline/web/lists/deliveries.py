"""Everything that arrived, also what was returned: from the ledger, which knows it before the marts do."""

from collections.abc import Iterable, Mapping
from typing import Any

from ioc_pipeline.ledger.enquiries import StatusRow
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.serve.result import Result
from ioc_pipeline.web.lists.columns import Column, View

DELIVERIES = View(
    "Tệp và số liệu đã nhận",
    "Deliveries",
    "Mọi tệp và mọi lần lấy số liệu qua API, theo thứ tự nhận, mới nhất ở trên; lấy từ sổ nhận, không theo phiên bản.",
    "Every file and every run of an API in the order received, newest first; from the ledger, whatever the version.",
    (
        Column("delivery_seq", "Số", "No.", "count"),
        Column("received_at", "Nhận lúc", "Received", "moment"),
        Column("department_name", "Bên gửi", "Sent by"),
        Column("sender", "Người gửi", "Account"),
        Column("file_name", "Tệp", "File"),
        Column("source_title", "Biểu, API", "Form or API"),
        Column("outcome", "Kết quả", "Outcome", "outcome"),
        Column("held_reason", "Đang chờ vì", "Waits because"),
    ),
)
FILTERS = ("outcome", "department_code", "source_name")


def asked(query: Mapping[str, str]) -> dict[str, str]:
    """The filters of an address."""
    return {name: query.get(name, "") for name in FILTERS}


def named(
    rows: Iterable[StatusRow], unit_names: Mapping[str, str], source_titles: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Deliveries as a list shows them; names and titles by code."""
    return [
        {
            "delivery_seq": row.delivery_seq,
            "kind": row.kind,
            "received_at": row.received_at,
            "department_code": row.department_code,
            "department_name": unit_names.get(row.department_code, row.department_code),
            "sender": row.sender,
            "file_name": row.file_name,
            "source_name": row.source_name,
            "source_title": source_titles.get(row.source_name, row.source_name),
            "outcome": row.outcome or "waiting",
            "held_reason": row.held_reason,
        }
        for row in rows
    ]


def choices(ledger: Ledger, words: Mapping[str, Mapping[str, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What each filter can ask for: each code with its name; `words` has the names of some filters' codes."""
    offered = {
        name: {code: words.get(name, {}).get(code, code) for code in ledger.status_choices(name)} for name in FILTERS
    }
    return [(name, sorted(found.items(), key=lambda choice: choice[1])) for name, found in offered.items()]


def as_result(rows: Iterable[dict[str, Any]]) -> Result:
    """What the page shows, and the code of the form or API, which stays when its title changes."""
    names = [*(column.name for column in DELIVERIES.columns), "source_name"]
    return Result(names, [tuple(row[name] for name in names) for row in rows])
