"""docs/marts.md: its questions are asked of marts built from the samples, and the page holds the answers.

`PYTHONPATH=tests python -m e2e.marts_page` writes the answers of today into the page.
"""

import re
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb

from e2e.conftest import REPOSITORY, Installation
from ioc_pipeline.build.marts import build
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.flows import inbox, loads, prepare
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.api.one_stop import Dossiers
from ioc_pipeline.sample.api.task_tracking import Tasks
from ioc_pipeline.sample.api.world import World
from ioc_pipeline.sample.asked import Asked, published_period
from ioc_pipeline.sample.printing import print_form
from ioc_pipeline.sample.sending import with_unreadable_figure
from ioc_pipeline.sample.write import FILLS
from ioc_pipeline.settings import Settings, from_environment
from raw_rows import Cell, Warehouse
from record_rows import Dossier, Reading, Task, deliver_records
from shipped import PROFILE

PAGE = REPOSITORY / "docs" / "marts.md"
AS_OF = date(2025, 9, 20)  # the Saturday after the month with the published figures
NOW = datetime(2025, 9, 20, 8, 55)  # noqa: DTZ001  # 15:55 in the province; raw holds UTC without saying so
UNREADABLE = "tax_online"  # the form that is sent once more, with a cell that nobody can read
LATE = "signed_documents"  # the form that the sample departments send three working days late
QUESTION = re.compile(r"```sql\n(?P<sql>.+?)```\n\n```text\n(?P<answer>.*?)```", re.DOTALL)
PARTS = {
    "openness": ("17.2", "17.1"),
    "timeliness": ("18.9", "18.1"),
    "online_services": ("10.4", "10.6"),
    "online_payment": ("8.8", "8.9"),
    "satisfaction": ("17.9", "17.9"),
    "digitisation": ("16.2", "17.5"),
}


def build_marts(home: Path) -> Settings:
    """Sample forms of three months and the records of the last one, all of them received on days that stay the same."""
    installation = Installation(home, REPOSITORY)
    installation.ioc("sample", "--seed", "1", "--months", "3", "--until", "2025-09-15")
    environment = {"IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"}
    settings = from_environment({"IOC_HOME": str(home), "IOC_PROJECT": str(REPOSITORY), **environment})
    _drop_unreadable(settings)
    for batch in inbox.land_inbox(settings):
        prepare.prepare(settings, batch)
    loads.load_prepared(settings)
    with closing(duckdb.connect(str(settings.warehouse))) as connection:
        connection.execute("update raw.delivery set received_at = timestamp '2025-09-16 02:00:00'")
        connection.execute(
            "update raw.delivery set received_at = timestamp '2025-09-19 02:00:00' where source_name = ?", [LATE]
        )
        [(load_seq, delivery_seq)] = connection.execute(
            "select max(load_seq), max(delivery_seq) from raw.delivery"
        ).fetchall()
    warehouse = Warehouse(settings.warehouse, load_seq=load_seq)
    _deliver(warehouse, delivery_seq + 1, OrgUnits.from_seeds(settings.seeds))
    warehouse.write()
    with closing(duckdb.connect(str(settings.warehouse))) as connection:
        _correct(connection, warehouse.load_seq + 1, delivery_seq + 1_001)
    build(settings, as_of=AS_OF)
    return settings


def _drop_unreadable(settings: Settings) -> None:
    """One file more, with words where a figure belongs: it comes back."""
    reference = Reference(settings)
    source = reference.contracts.ready[UNREADABLE].source
    asked = Asked(PROFILE, 1, published_period(source.period_type, source.clock), 0, reference.org_units)
    name, content = print_form(UNREADABLE, asked, with_unreadable_figure(FILLS[UNREADABLE](asked)))
    (settings.inbox / source.department / name).write_bytes(content)


def _deliver(warehouse: Warehouse, seq: int, org_units: OrgUnits) -> None:
    """What the four systems answer at `NOW`."""
    world = World(org_units, PROFILE)
    items = Dossiers(world).page(today=world.today, since=None, page=1, size=1_000_000)["items"]
    dossiers = [
        Dossier(
            dossier_id=item["dossierId"],
            org_unit_code=item["communeCode"],
            received_at=_utc(item["receivedAt"]),
            due_at=_utc(item["dueAt"]),
            settled_at=_utc(item["settledAt"]) if item["settledAt"] else None,
            updated_at=_utc(item["updatedAt"]),
            channel=item["channel"],
            status=item["status"],
            agency_code=item["agencyCode"],
            is_fully_online=item["isFullyOnline"],
            is_digitised=item["isDigitised"],
            reuses_data=item["reusesData"],
            fee_vnd=item["feeVnd"],
            is_paid_online=item["isPaidOnline"],
        )
        for item in items
    ]
    deliver_records(warehouse, seq, dossiers, source="one_stop_dossiers", received_at=NOW)
    tasks = [
        Task(
            item["taskId"],
            item["agencyCode"],
            _utc(item["assignedAt"]),
            _utc(item["dueAt"]),
            _utc(item["doneAt"]) if item["doneAt"] else None,
            item["progress"],
            _utc(item["updatedAt"]),
        )
        for item in _all_tasks(world)
    ]
    deliver_records(warehouse, seq + 10, tasks, source="task_tracking", received_at=NOW)
    readings = _readings([commune.code for commune in world.communes(AS_OF)[:12]])
    deliver_records(warehouse, seq + 20, readings, source="rain_gauges", received_at=NOW, department="so-nnmt")
    for number, month in enumerate((Period("month", date(2025, 7, 1), date(2025, 7, 31)), _AUGUST)):
        scores = {part: Decimal(values[1 - number]) for part, values in PARTS.items()}
        cells = [Cell("14", f"index766_{part}", score) for part, score in scores.items()]
        cells.append(Cell("14", "index766_total", sum(scores.values(), Decimal(0))))
        cells += [Cell("14", "index766_rank", 17 + 2 * number), Cell("14", "index766_ranked_units", 34)]
        warehouse.deliver(seq + 30 + number, "portal_766", "provinces", month, cells, received_at=NOW)


def _readings(communes: list[str]) -> list[Reading]:
    """Every hour since 19:00: each station is wetter than the one before it, and sometimes silent."""
    begin = datetime(2025, 9, 19, 12, 55)  # noqa: DTZ001  # raw holds UTC without saying so
    return [
        Reading(
            f"tram-{number:02d}",
            commune,
            begin + timedelta(hours=hour),
            None if (number + hour) % 11 == 0 else Decimal((number - 1) * (hour + 1)) / 4,
        )
        for hour in range(21)
        for number, commune in enumerate(communes, start=1)
    ]


def _all_tasks(world: World) -> list[dict[str, str]]:
    tracked, items, after = Tasks(world), [], (datetime.min.replace(tzinfo=UTC), "")
    while True:
        page = tracked.page(today=world.today, since=None, after=after)
        items.extend(page["data"])
        if not page["nextCursor"]:
            return items
        after = (datetime.fromisoformat(items[-1]["updatedAt"]), items[-1]["taskId"])


def _correct(connection: duckdb.DuckDBPyConnection, load_seq: int, delivery_seq: int) -> None:
    """The police send their accounts again, with seven more in one commune."""
    [(old,)] = connection.execute(
        "select max(load_seq) from raw.delivery where source_name = 'vneid_accounts'"
    ).fetchall()
    for table in ("observation", "delivery", "delivery_scope"):
        connection.execute(
            f"insert into raw.{table} select * replace ({load_seq} as load_seq, {delivery_seq} as delivery_seq)"
            f" from raw.{table} where load_seq = {old}"
        )
    connection.execute(
        "update raw.observation set measured_value = measured_value + 7 where load_seq = ? and org_unit_code = '03646'"
        " and element_code = 'vneid_accounts' and breakdown = 'level=2'",
        [load_seq],
    )
    connection.execute(
        "update raw.delivery set received_at = timestamp '2025-09-18 02:00:00', file_name = 'Biểu 02 (sửa).xlsx'"
        " where load_seq = ?",
        [load_seq],
    )


def render(page: str, settings: Settings) -> str:
    """The page with the answer of today under each question: rows as `a | b`, numbers with at most two decimals."""
    with closing(duckdb.connect(str(settings.warehouse), read_only=True)) as connection:
        connection.execute("use marts")

        def answered(question: re.Match[str]) -> str:
            result = connection.execute(question["sql"])
            header = " | ".join(column[0] for column in result.description)
            rows = [" | ".join(_text(value) for value in row) for row in result.fetchall()]
            return "```sql\n" + question["sql"] + "```\n\n```text\n" + "\n".join([header, *rows, ""]) + "```"

        return QUESTION.sub(answered, page)


def _text(value: object) -> str:
    if isinstance(value, Decimal | float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


_AUGUST = Period("month", date(2025, 8, 1), date(2025, 8, 31))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), build_marts(Path(folder) / "home")), encoding="utf-8")
