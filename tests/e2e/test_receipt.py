"""What the department files: a receipt of each accepted report, and one register of all its answers."""

from contextlib import closing
from pathlib import Path

import pytest

from e2e.conftest import REPOSITORY, Installation
from ioc_pipeline.domain.local_time import local_day
from ioc_pipeline.domain.workbooks import Value, Workbook
from ioc_pipeline.flows.purging import purge
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.calendar import WorkingCalendar
from ioc_pipeline.sample.asked import Asked, published_period
from ioc_pipeline.sample.printing import print_form
from ioc_pipeline.sample.sending import with_unreadable_figure
from ioc_pipeline.sample.write import FILLS
from ioc_pipeline.settings import from_environment
from ioc_pipeline.warehouse.place import DuckDBFile
from shipped import PROFILE

FORM = "admin_procedures"


@pytest.fixture
def made(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "home", REPOSITORY)


class Sender:
    """The department that sends one form: good, changed or wrong."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self.settings = from_environment(made.environment)
        self.reference = Reference(self.settings)
        self.source = self.reference.contracts.ready[FORM].source
        self.period = published_period(self.source.period_type, self.source.clock)
        self.answers = made.home / "inbox" / self.source.department / "phan-hoi"

    def send(self, name: str, *, seed: int = 3, is_wrong: bool = False) -> None:
        self.made.drop(self.source.department, name, self.content(seed=seed, is_wrong=is_wrong))
        self.made.load()

    def content(self, *, seed: int = 3, is_wrong: bool = False) -> bytes:
        asked = Asked(PROFILE, seed, self.period, 0, self.reference.org_units)
        bodies = FILLS[FORM](asked)
        return print_form(FORM, asked, with_unreadable_figure(bodies) if is_wrong else bodies)[1]

    def rows(self, pattern: str) -> list[list[Value]]:
        (path,) = self.answers.rglob(pattern)
        (workbook,) = read_deliveries([ReadRequest(path, path.name, None)])
        assert isinstance(workbook, Workbook)
        return [list(row) for row in workbook.sheets[0].rows]

    def register(self) -> list[tuple[Value, Value]]:
        """Name and outcome of each line."""
        rows = self.rows("so-nhan.xlsx")
        return [(row[2], row[5]) for row in rows[3:]]


def test_a_receipt_says_what_was_read_when_it_was_due_and_what_it_replaces(made: Installation) -> None:
    sender = Sender(made)
    sender.send("biểu 01.xlsx")
    sender.send("biểu 01 sửa.xlsx", seed=4)
    first, second = sender.rows("000001_bien-nhan_*"), sender.rows("000002_bien-nhan_*")
    said = {row[0]: row[1] for row in first}
    assert said["Biểu mẫu"] == sender.source.title
    received = local_day(open_store(sender.settings).ledger.delivery(1).received_at)
    calendar = WorkingCalendar.from_csv(sender.settings.seeds / "calendar.csv")
    due = calendar.due_date(sender.period.end, sender.source.due_working_days)
    assert said["Hạn nộp"] == f"{due:%d/%m/%Y}"
    days = calendar.working_days_between(due, received)
    assert said["Đúng hạn"] == ("Có" if received <= due else f"Không: chậm {days} ngày làm việc")
    row = next(row for row in first if row[0] == "Số hồ sơ tiếp nhận Tổng số")
    assert row[2:4] == ["75", f"{figure(made, RECEIVED):,}".replace(",", ".")]
    assert "Thay thế" not in said
    changed = figure(made, CHANGED)
    assert changed > 0
    assert {row[0]: row[1] for row in second}["Thay thế"] == f"Biên nhận số 1; {changed} giá trị khác bản trước"


RECEIVED = """
select sum(measured_value)::bigint from raw.observation where element_code = 'tthc_received' and delivery_seq = 1
"""
CHANGED = """
select count(*) from raw.observation as one inner join raw.observation as two
    on one.delivery_seq = 1 and two.delivery_seq = 2
    and one.sheet_name = two.sheet_name and one.cell_address = two.cell_address
where one.measured_value != two.measured_value
"""


def figure(made: Installation, sql: str) -> int:
    """What the warehouse holds, which a receipt must say too."""
    with closing(DuckDBFile(from_environment(made.environment).warehouse).connect_to_read()) as connection:
        ((found,),) = connection.execute(sql).fetchall()
    return int(found)


def test_the_register_has_a_line_for_each_answer_and_is_never_lost(made: Installation) -> None:
    sender = Sender(made)
    sender.send("=lần 1.xlsx", is_wrong=True)
    sender.send("lần 2.xlsx")
    lines = [("“=lần 1.xlsx”", "Trả lại"), ("lần 2.xlsx", "Đã tiếp nhận")]
    assert sender.register() == lines
    (sender.answers / "so-nhan.xlsx").unlink()
    sender.send("lần 3.xlsx", seed=4)
    assert sender.register() == [*lines, ("lần 3.xlsx", "Đã tiếp nhận")]


def test_a_register_that_cannot_be_written_is_written_by_the_next_pass(made: Installation) -> None:
    sender = Sender(made)
    sender.send("lần 1.xlsx")
    names = ["so-nhan.xlsx", "so-nhan (2).xlsx", "so-nhan (3).xlsx"]
    (sender.answers / "so-nhan.xlsx").unlink()
    for name in names:
        (sender.answers / name).mkdir()
    sender.send("lần 2.xlsx", seed=4)
    assert open_store(sender.settings).ledger.to_answer() == [2]
    for name in names:
        (sender.answers / name).rmdir()
    made.load()
    assert open_store(sender.settings).ledger.to_answer() == []
    assert [name for name, _ in sender.register()] == ["lần 1.xlsx", "lần 2.xlsx"]


def test_answers_of_a_form_and_period_are_put_away_but_the_newest_and_what_counts(made: Installation) -> None:
    sender = Sender(made)
    sender.send("lần 1.xlsx", is_wrong=True)
    sender.send("lần 2.xlsx")
    sender.send("lần 3.xlsx", is_wrong=True)
    (sender.answers / "000001_của đơn vị.txt").write_text("x")
    sender.send("lần 4.xlsx", is_wrong=True, seed=4)
    year = str(local_day(open_store(sender.settings).ledger.delivery(1).received_at).year)
    shelved = sorted(path.name for path in (sender.answers / "luu" / year).iterdir())
    assert shelved == [
        "000001_da-danh-dau_lần 1.xlsx",
        "000001_tra-lai_lần 1.xlsx.txt",
        "000003_da-danh-dau_lần 3.xlsx",
        "000003_tra-lai_lần 3.xlsx.txt",
    ]
    assert sorted(path.name for path in sender.answers.iterdir()) == [
        "000001_của đơn vị.txt",
        "000002_bien-nhan_lần 2.xlsx",
        "000002_tiep-nhan_lần 2.xlsx.txt",
        "000004_da-danh-dau_lần 4.xlsx",
        "000004_tra-lai_lần 4.xlsx.txt",
        "luu",
        "so-nhan.xlsx",
    ]


def test_a_link_where_answers_are_put_away_is_not_followed(made: Installation, tmp_path: Path) -> None:
    sender = Sender(made)
    sender.send("lần 1.xlsx", is_wrong=True)
    outside = tmp_path / "outside"
    outside.mkdir()
    (sender.answers / "luu").symlink_to(outside)
    sender.send("lần 2.xlsx")
    assert list(outside.iterdir()) == []
    assert open_store(sender.settings).ledger.to_answer() == []


def test_what_is_answered_in_one_pass_stays_at_hand_all_of_it(made: Installation) -> None:
    sender = Sender(made)
    made.drop(sender.source.department, "lần 1.xlsx", sender.content(is_wrong=True))
    made.drop(sender.source.department, "lần 2.xlsx", sender.content(is_wrong=True, seed=4))
    made.load()
    assert len(list(sender.answers.glob("00000[12]_da-danh-dau_*"))) == 2, "nobody has seen the first yet"
    sender.send("lần 3.xlsx", is_wrong=True, seed=5)
    assert [path.name[:6] for path in sender.answers.glob("*_da-danh-dau_*")] == ["000003"]


def test_a_register_whose_name_is_taken_is_written_beside_it(made: Installation) -> None:
    sender = Sender(made)
    (sender.answers / "so-nhan.xlsx").mkdir(parents=True)
    sender.send("lần 1.xlsx")
    assert [row[2] for row in sender.rows("so-nhan (2).xlsx")[3:]] == ["lần 1.xlsx"]
    assert open_store(sender.settings).ledger.to_answer() == []


def test_what_was_purged_is_answered_again_after_a_restore_without_an_alarm(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    sender = Sender(made)
    sender.send("lần 1.xlsx", is_wrong=True)
    purge(sender.settings, 1, reason="gửi nhầm", by="lan")
    for path in made.home.glob("ledger.db*"):
        path.unlink()
    made.ioc("ledger", "restore")
    made.load()
    assert open_store(sender.settings).ledger.to_answer() == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
