"""The way from the inbox to landing: what is admitted, what is refused, and that nothing leaves before it is safe."""

import hashlib
import json
import os
import socket
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from ioc_pipeline.domain.deliveries import Delivery, Extract, Waiver
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.domain.periods import Period
from ioc_pipeline.folders import Folder
from ioc_pipeline.land import decisions
from ioc_pipeline.land.admission import CUT_SECONDS, LEFT_SECONDS, MAX_BYTES, Candidate, Inbox, Refusal
from ioc_pipeline.land.contract_versions import store_contract
from ioc_pipeline.land.copying import land
from ioc_pipeline.land.fetched import ApiRun, land_extract, read_extract
from ioc_pipeline.land.fetched import land_page as land_page_of
from ioc_pipeline.land.identity import Identity
from ioc_pipeline.land.intake import Intake, land_inbox
from ioc_pipeline.land.store import Store, carry_on
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.reference.contracts import Contract
from ioc_pipeline.reference.sources import Source

DEPARTMENT = "so-khcn"
SETTLED, OVERDUE = 2.0, 61.0


@dataclass
class Home:
    """An inbox, a landing and a ledger, and what lies in them."""

    folder: Path
    ledger: Ledger
    departments: list[str] = field(default_factory=lambda: [DEPARTMENT, "thue-tinh"])

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    @property
    def landing(self) -> Path:
        return self.folder / "landing"

    @property
    def store(self) -> Store:
        return Store(self.landing, self.ledger)

    @property
    def sent(self) -> Inbox:
        return Inbox(self.inbox, self.departments, settle_seconds=1, unsealed_seconds=60)

    def drop(self, name: str, content: bytes = b"v1", department: str = DEPARTMENT) -> Path:
        path = self.inbox / department / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def scan(self, *, after: float = SETTLED) -> list[Candidate | Refusal]:
        return self.sent.scan(in_seconds(after))

    def land(self, *, after: float = SETTLED, at_step: Callable[[str], None] = carry_on) -> Intake:
        return land_inbox(self.sent, Store(self.landing, self.ledger, at_step), now=in_seconds(after))

    def left(self) -> list[str]:
        return sorted(path.name for path in self.inbox.rglob("*") if path.is_symlink() or not path.is_dir())

    def contents(self) -> list[bytes]:
        """Bytes of each delivery, in the one order."""
        return [self.store.read(one) for one in self.ledger.deliveries()]

    def refusals(self, *, after: float = SETTLED) -> dict[str, str]:
        return {one.file_name: one.problem.code for one in self.scan(after=after) if isinstance(one, Refusal)}


def in_seconds(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    ledger.migrate()
    (tmp_path / "inbox" / DEPARTMENT).mkdir(parents=True)
    return Home(tmp_path, ledger)


def at(step: str, action: Callable[[], object]) -> Callable[[str], None]:
    """Does something once, when the pass has come to a step: what a department may do at any moment."""
    todo = [action]

    def reached(done: str) -> None:
        if done == step and todo:
            todo.pop()()

    return reached


def replace(path: Path, content: bytes) -> None:
    """As Excel saves: another file, renamed over the first."""
    other = path.with_name(path.name + ".part")
    other.write_bytes(content)
    other.replace(path)


# ---------- admit


@pytest.mark.parametrize(
    "name",
    [
        *("~$Biểu.xlsx", ".~lock.a.xlsx#", ".hidden", "Thumbs.db", "desktop.ini", "._a.xlsx"),
        *("000012_tra-lai_a.xlsx.txt", "000012_tiep-nhan_b.csv.txt", "khong-nhan_damaged-fil_a.txt"),
    ],
)
def test_what_nobody_sends_is_passed_over_for_ever(home: Home, name: str) -> None:
    home.drop(name)
    assert home.scan(after=LEFT_SECONDS) == []


@pytest.mark.parametrize(
    "name",
    [
        *("a.part", "a.xlsx.tmp", "a.CRDOWNLOAD", "a.xlsx.filepart", "a.xlsx.partial", "a.!ut", "a.ods.!qB", "a.bc!"),
        *("5B2D4C00", "1a2b3c4d5e6f", "4913", "tmpab3d_x9k", "tmp.AbCd1234ef", "A1B2C3D4.tmp", "~WRL0001.tmp"),
        *("a.xlsx~", "#a.xlsx#", "a.bak", "a.xls.old", "a.xlsx.1", "a.xlsx.~1~", "Backup of a.xlk", "a.part.xlsx"),
        *("a.xlsx.sb-1a2b-Xy", "a.csv.Ab12Cd", "a.xlsx_tmp", "a.uploading", "a.xlsx:Zone.Identifier", "a.aria2"),
    ],
)
def test_a_temporary_name_is_left_alone_and_answered_when_it_stays_for_a_day(home: Home, name: str) -> None:
    home.drop(name)
    assert home.scan(after=OVERDUE) == []
    assert home.refusals(after=LEFT_SECONDS) == {name: "temporary-name"}


@pytest.mark.parametrize(
    "name",
    [
        *(
            "a.XLSX",
            "a.xslx",
            "a.pdf",
            "a.dat",
            "Bieu 02.2025",
            "bao cao thang 9",
            "20250915",
            "092025",
            "luong",
            "sed",
        ),
        *("5B2D4C00.xlsx", "a (1).xlsx", "a.xlsx (1)", "old.xlsx", "temp-tinh", "tmp bao cao.xlsx", "a.xlsx.zip"),
    ],
)
def test_what_a_person_may_have_named_so_is_taken_whatever_its_ending(home: Home, name: str) -> None:
    home.drop(name)
    assert [one.file_name for one in home.scan() if isinstance(one, Candidate)] == [name]


def test_a_blank_a_dot_or_something_invisible_after_the_ending_does_not_hide_a_file(home: Home) -> None:
    for name in ("a.xlsx ", "b.xlsx.", "c.xlsx\u200b", "d.xlsx\u00a0"):
        home.drop(name)
    assert len(home.scan()) == 4


def test_a_file_is_admitted_only_when_it_lies_still(home: Home) -> None:
    home.drop("a.xlsx")
    assert home.scan(after=0) == []
    assert [one.file_name for one in home.scan()] == ["a.xlsx"]


def test_an_old_modification_date_does_not_make_a_copy_in_progress_still(home: Home) -> None:
    os.utime(home.drop("a.xlsx"), (1, 1))
    assert home.scan(after=0.5) == []


def test_a_modification_date_in_the_future_does_not_keep_a_file_waiting(home: Home) -> None:
    ahead = time.time() + 86400
    os.utime(home.drop("a.xlsx"), (ahead, ahead))
    assert len(home.scan()) == 1


def test_with_a_clock_set_back_stillness_is_seen_by_looking_twice(home: Home) -> None:
    home.drop("a.xlsx")
    assert len(home.scan(after=-86400)) == 1
    growing = home.drop("b.csv")
    assert home.land(after=-86400).delivery_seqs == [1], "an unsealed file cannot be old by a clock like this"
    assert growing.exists()


def test_our_feedback_is_never_scanned(home: Home) -> None:
    for folder in (home.inbox / DEPARTMENT / "phan-hoi", home.inbox / "phan-hoi"):
        folder.mkdir()
        (folder / "a.xlsx").write_bytes(b"v1")
    assert home.scan() == []


def test_a_sub_folder_is_answered_once_however_much_lies_in_it_and_again_when_more_comes(home: Home) -> None:
    folder = home.inbox / DEPARTMENT / "2025"
    for name in ("a.xlsx", "b.xls", "c/d/e.csv", "c/.hidden.xlsx", "f.xlsx.part"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"v1")
    (found,) = home.land().refusals
    assert (found.department_code, found.file_name, found.problem.code) == (DEPARTMENT, "2025/", "in-a-subfolder")
    assert found.problem.found == "a.xlsx, b.xls, c/d/e.csv"
    assert home.land().refusals == [found]
    (folder / "g.xlsx").write_bytes(b"v1")
    assert home.scan(after=0.5) == [], "it is still being filled"
    assert [one.key == found.key for one in home.land().refusals] == [False]
    assert home.ledger.deliveries() == []


def test_a_link_in_a_department_leads_nowhere(home: Home) -> None:
    outside = home.folder / "outside"
    outside.mkdir()
    (outside / "a.xlsx").write_bytes(b"v1")
    (home.inbox / DEPARTMENT / "2025").symlink_to(outside)
    (home.inbox / DEPARTMENT / "phan-hoi").symlink_to(outside)
    (home.inbox / "thue-tinh").symlink_to(outside)
    assert home.refusals() == {"2025": "not-a-regular-file", "thue-tinh": "unknown-department"}
    assert home.land().delivery_seqs == []


def test_a_department_without_a_folder_is_no_fault(home: Home) -> None:
    assert home.land().delivery_seqs == []


@pytest.mark.parametrize(
    "name",
    [
        "two\nlines.xlsx",
        "bell\a.xlsx",
        "trái\u202egnp.xlsx",
        "zero\u200bwidth.xlsx",
        "trailing.xlsx ",
        " leading.xlsx",
        "separator\u2028.xlsx",
        os.fsdecode(b"latin1-\xe9.xlsx"),
    ],
)
def test_names_that_cannot_be_read_aloud_are_refused(home: Home, name: str) -> None:
    home.drop(name)
    found = home.scan()
    assert [one.problem.code for one in found if isinstance(one, Refusal)] == ["bad-file-name"]
    shown = found[0].file_name
    shown.encode()
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in shown)
    assert home.land().delivery_seqs == []
    assert home.left() == [name]


def test_names_are_kept_in_nfc(home: Home) -> None:
    home.drop(unicodedata.normalize("NFD", "Biểu số 02 – tháng 9.xlsx"))
    home.land()
    assert home.ledger.delivery(1).file_name == unicodedata.normalize("NFC", "Biểu số 02 – tháng 9.xlsx")
    assert home.left() == []


def test_what_is_no_regular_file_is_refused_and_never_opened(home: Home) -> None:
    folder = home.inbox / DEPARTMENT
    secret = home.folder / "secret"
    secret.write_bytes(b"secret")
    (folder / "link.xlsx").symlink_to(secret)
    (folder / "dangling.xlsx").symlink_to("nowhere")
    (folder / "folder-link").symlink_to(home.folder)
    os.mkfifo(folder / "fifo.xlsx")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "s.xlsx"))
    names = {"link.xlsx", "dangling.xlsx", "folder-link", "fifo.xlsx", "s.xlsx"}
    assert home.refusals() == dict.fromkeys(names, "not-a-regular-file")
    assert home.land().delivery_seqs == []
    assert home.left() == sorted(names)


def test_a_file_swapped_for_a_link_after_the_scan_is_not_followed(home: Home) -> None:
    path = home.drop("a.xlsx")
    candidate = home.scan()[0]
    assert isinstance(candidate, Candidate)
    path.unlink()
    path.symlink_to(home.folder / "ledger.db")
    (home.landing / "incoming").mkdir(parents=True)
    with Folder.at(home.inbox, DEPARTMENT) as folder:
        assert land(candidate, folder, home.store) is None


def test_a_file_over_the_limit_is_refused_before_it_is_read(home: Home) -> None:
    with home.drop("big.xlsx").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with home.drop("just.xlsx").open("wb") as stream:
        stream.truncate(MAX_BYTES - 1)
        stream.seek(0, os.SEEK_END)
        stream.write(b"x")
    assert home.refusals() == {"big.xlsx": "file-too-large"}
    assert len(home.land().delivery_seqs) == 1
    assert home.left() == ["big.xlsx"]


def test_files_outside_the_departments_folders_are_refused(home: Home) -> None:
    home.drop("stray.xlsx", department=".")
    home.drop("other.xlsx", department="so-khong-co")
    found = {(one.department_code, one.file_name, one.problem.code) for one in home.scan() if isinstance(one, Refusal)}
    assert found == {
        ("", "stray.xlsx", "unknown-department"),
        ("so-khong-co", "other.xlsx", "unknown-department"),
    }


def test_a_refusal_keeps_its_key_until_the_thing_changes(home: Home) -> None:
    path = home.drop("bad .xlsx\t")
    first, again = (home.land().refusals[0].key for _ in range(2))
    assert first == again
    time.sleep(0.02)
    path.write_bytes(b"v2")
    assert home.land().refusals[0].key != first


def test_every_refusal_has_its_words() -> None:
    codes = {
        "unknown-department",
        "not-a-regular-file",
        "bad-file-name",
        "file-too-large",
        "unreadable-file",
        "checksum-mismatch",
        "in-a-subfolder",
        "temporary-name",
    }
    assert codes <= MESSAGES.keys()


@pytest.fixture
def without_privileges() -> Iterator[None]:
    """Root may read everything: while this lasts, we are nobody."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield
    os.seteuid(user)


def test_a_file_we_may_not_read_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    home.drop("a.xlsx").chmod(0)
    home.folder.chmod(0o755)
    monkeypatch.chdir(home.folder)  # the folders above may be root's alone
    candidate = Home(Path(), home.ledger).scan()[0]
    assert isinstance(candidate, Candidate)
    with Folder.at(home.inbox, DEPARTMENT) as folder:
        request.getfixturevalue("without_privileges")
        refused = land(candidate, folder, home.store)
    assert isinstance(refused, Refusal)
    assert refused.problem.code == "unreadable-file"


def test_a_file_whose_reading_fails_is_refused_and_stops_no_other(home: Home) -> None:
    path = Path("/proc/self/mem")  # a regular file whose first page cannot be read
    candidate = Candidate(DEPARTMENT, path.name, "a.xlsx", Identity.of(path.stat()), is_overdue=True)
    incoming = home.landing / "incoming"
    incoming.mkdir(parents=True)
    with Folder.at(path.parent) as folder:
        refused = land(candidate, folder, home.store)
    assert isinstance(refused, Refusal)
    assert refused.problem.code == "unreadable-file"
    assert list(incoming.iterdir()) == []


# ---------- sealed or not


def test_an_unsealed_csv_waits_and_is_marked(home: Home) -> None:
    home.drop("a.csv", b"don vi;so luong\n")
    assert home.land().delivery_seqs == []
    assert home.land(after=OVERDUE).delivery_seqs == [1]
    assert not home.ledger.delivery(1).is_sealed
    assert home.left() == []


@pytest.mark.parametrize("form", ["{sha256}", "{sha256}  a.csv\n", "{sha256} *a.csv\r\n"])
def test_a_csv_whose_checksum_lies_beside_it_is_sealed_and_does_not_wait(home: Home, form: str) -> None:
    content = b"don vi;so luong\n"
    home.drop("a.csv", content)
    home.drop("a.csv.sha256", form.format(sha256=hashlib.sha256(content).hexdigest().upper()).encode())
    assert home.land().delivery_seqs == [1]
    assert home.ledger.delivery(1).is_sealed
    assert home.left() == []


def test_a_csv_that_is_not_what_its_checksum_says_is_refused_after_its_wait(home: Home) -> None:
    home.drop("a.csv", b"don vi;so lu")
    home.drop("a.csv.sha256", hashlib.sha256(b"don vi;so luong\n").hexdigest().encode())
    assert home.land() == Intake([], [])
    assert [one.problem.code for one in home.land(after=OVERDUE).refusals] == ["checksum-mismatch"]
    assert home.left() == ["a.csv", "a.csv.sha256"]
    assert list((home.landing / "incoming").iterdir()) == []
    home.drop("a.csv", b"don vi;so luong\n")
    assert home.land().delivery_seqs == [1]


def test_a_checksum_for_the_next_version_stays_with_it(home: Home) -> None:
    path = home.drop("a.csv", b"v1")
    seal = home.drop("a.csv.sha256", hashlib.sha256(b"v1").hexdigest().encode())

    def next_version() -> None:
        replace(path, b"v2")
        replace(seal, hashlib.sha256(b"v2").hexdigest().encode())

    home.land(at_step=at("recorded", next_version))
    assert home.left() == ["a.csv", "a.csv.sha256"]
    home.land()
    assert home.contents() == [b"v1", b"v2"]
    assert [one.is_sealed for one in home.ledger.deliveries()] == [True, True]


# ---------- land, record, release


def test_a_landed_file_lies_under_its_hash_and_the_inbox_is_empty(home: Home) -> None:
    home.drop("a.xlsx", b"v1")
    intake = home.land()
    sha256 = hashlib.sha256(b"v1").hexdigest()
    assert intake == Intake([1], [])
    assert (home.landing / sha256[:2] / sha256).read_bytes() == b"v1"
    assert home.left() == []
    assert list((home.landing / "incoming").iterdir()) == []
    assert home.land() == Intake([], [])


def test_the_sidecar_holds_the_whole_envelope(home: Home) -> None:
    home.drop("Biểu 02.xlsx")
    home.land()
    delivery = home.ledger.delivery(1)
    sidecar = home.store.blob_path(delivery.sha256).with_name(f"{delivery.sha256}.1.json")
    content = json.loads(sidecar.read_text())
    assert content.pop("origin").endswith(f":{delivery.sha256}:{DEPARTMENT}/Biểu 02.xlsx")
    assert datetime.fromisoformat(content.pop("received_at")) == delivery.received_at
    assert content == {
        "delivery_seq": 1,
        "kind": "file",
        "department_code": DEPARTMENT,
        "file_name": "Biểu 02.xlsx",
        "sha256": delivery.sha256,
        "size_bytes": 2,
        "scan_seq": 1,
        "is_sealed": True,
        "decides_delivery_seq": None,
        "source_name": "",
        "extract_id": "",
        "request": "",
    }


def test_the_same_bytes_under_two_names_are_two_deliveries_over_one_blob(home: Home) -> None:
    home.drop("a.xlsx")
    home.drop("b.xlsx")
    home.drop("a.xlsx", department="thue-tinh")
    assert home.land().delivery_seqs == [1, 2, 3]
    deliveries = home.ledger.deliveries()
    assert [(one.department_code, one.file_name) for one in deliveries] == [
        (DEPARTMENT, "a.xlsx"),
        (DEPARTMENT, "b.xlsx"),
        ("thue-tinh", "a.xlsx"),
    ]
    assert len({one.sha256 for one in deliveries}) == 1
    assert {one.scan_seq for one in deliveries} == {1}


def test_v1_v2_v1_are_three_deliveries_even_with_the_dates_of_the_first(home: Home) -> None:
    for content in (b"v1", b"v2", b"v1"):
        os.utime(home.drop("a.xlsx", content), (1_700_000_000, 1_700_000_000))
        home.land()
    assert home.contents() == [b"v1", b"v2", b"v1"]


def test_more_files_than_are_kept_open_are_landed_in_one_scan(home: Home) -> None:
    for number in range(210):
        home.drop(f"{number:03}.xlsx")
    assert home.land().delivery_seqs == list(range(1, 211))
    assert {one.scan_seq for one in home.ledger.deliveries()} == {1}
    assert home.left() == []


def test_a_blob_that_went_bad_is_replaced_by_good_bytes(home: Home) -> None:
    home.drop("a.xlsx", b"v1")
    home.land()
    blob = home.store.blob_path(home.ledger.delivery(1).sha256)
    blob.chmod(0o644)
    blob.write_bytes(b"v?")
    home.drop("a.xlsx", b"v1")
    home.land()
    assert blob.read_bytes() == b"v1"


def test_a_file_that_grows_while_it_is_copied_waits(home: Home) -> None:
    path = home.drop("a.xlsx", b"half")

    def grow() -> None:
        with path.open("ab") as stream:
            stream.write(b" and half")

    assert home.land(at_step=at("copied", grow)).delivery_seqs == []
    assert list((home.landing / "incoming").iterdir()) == []
    home.land()
    assert home.contents() == [b"half and half"]


@pytest.mark.parametrize("step", ["copied", "renamed", "synced", "recorded", "described", "confirmed"])
@pytest.mark.parametrize("size_matters", [True, False])
def test_a_version_renamed_over_the_file_meanwhile_is_kept_and_comes_next(
    home: Home, step: str, size_matters: bool
) -> None:
    path = home.drop("a.xlsx", b"v1")
    newer = b"version 2" if size_matters else b"v2"
    home.land(at_step=at(step, lambda: replace(path, newer)))
    assert home.left() == ["a.xlsx"]
    home.land()
    assert home.contents()[-1] == newer
    assert home.left() == []


@pytest.mark.parametrize("step", ["copied", "renamed", "synced", "recorded", "described", "confirmed", "taken"])
def test_an_overwrite_in_place_is_never_lost(home: Home, step: str) -> None:
    path = home.drop("a.xlsx", b"v1")
    descriptor = os.open(path, os.O_WRONLY)
    home.land(at_step=at(step, lambda: os.pwrite(descriptor, b"v2", 0)))
    os.close(descriptor)
    assert home.left() == ["a.xlsx"]
    home.land()
    assert home.contents()[-1] == b"v2"
    assert home.left() == []


def test_a_version_dropped_while_the_old_one_is_put_back_wins(home: Home) -> None:
    path = home.drop("a.xlsx", b"v1")
    descriptor = os.open(path, os.O_WRONLY)

    def overwrite_and_drop() -> None:
        os.pwrite(descriptor, b"v2", 0)
        path.write_bytes(b"v3")

    home.land(at_step=at("taken", overwrite_and_drop))
    os.close(descriptor)
    assert (home.left(), path.read_bytes()) == (["a.xlsx"], b"v3")


def test_a_file_its_sender_takes_back_before_it_is_landed_is_no_fault(home: Home) -> None:
    path = home.drop("a.xlsx", b"v1")
    second = home.drop("b.xlsx", b"v1")
    assert home.land(at_step=at("copied", second.unlink)).delivery_seqs == [1]
    assert not path.exists()


def test_a_file_its_sender_takes_back_after_it_was_recorded_stays_a_delivery(home: Home) -> None:
    path = home.drop("a.xlsx", b"v1")
    assert home.land(at_step=at("recorded", path.unlink)).delivery_seqs == [1]
    assert home.contents() == [b"v1"]


def test_when_landing_cannot_be_written_the_file_stays_in_the_inbox(home: Home) -> None:
    home.drop("a.xlsx", b"v1")
    home.landing.mkdir()
    in_the_way = home.landing / hashlib.sha256(b"v1").hexdigest()[:2]
    in_the_way.write_bytes(b"")
    with pytest.raises(OSError, match="exists"):
        home.land()
    assert home.left() == ["a.xlsx"]
    assert home.ledger.deliveries() == []
    in_the_way.unlink()
    assert home.land().delivery_seqs == [1]


def test_a_department_cannot_have_its_file_removed_by_naming_it_as_ours(home: Home) -> None:
    home.drop("a.xlsx")
    home.land()
    foreign = home.drop(".taken-1-0123abcd", b"theirs", department="thue-tinh")
    unknown = home.drop(".taken-99-0123abcd", b"theirs")
    own = home.drop(".taken-1-89abcdef", b"theirs")
    (home.inbox / DEPARTMENT / ".taken-1-00000000").mkdir()
    home.land()
    assert foreign.exists()
    assert unknown.exists()
    assert not own.exists()
    assert home.contents() == [b"v1", b"theirs"], "put back under the name it claimed, and landed as any file"


# ---------- decisions, contracts, replay


def test_a_decision_is_landed_like_any_delivery(home: Home) -> None:
    home.drop("a.xlsx")
    home.land()
    at = in_seconds(0)
    decision = decisions.land_withdrawal(home.store, 1, reason="gửi nhầm kỳ", by="an", at=at)
    assert (decision.delivery_seq, decision.kind, decision.decides_delivery_seq) == (2, "withdrawal", 1)
    blob = home.store.blob_path(decision.sha256)
    assert json.loads(blob.read_text()) == {
        "withdraws_delivery_seq": 1,
        "reason": "gửi nhầm kỳ",
        "by": "an",
        "at": at.isoformat(),
    }
    assert blob.stat().st_size == decision.size_bytes
    assert blob.with_name(f"{decision.sha256}.2.json").is_file()
    again = decisions.land_withdrawal(home.store, 1, reason="gửi nhầm kỳ", by="an", at=at)
    assert again == decision


def test_a_decision_on_nothing_is_the_users_mistake(home: Home) -> None:
    with pytest.raises(UserError):
        decisions.land_withdrawal(home.store, 1, reason="", by="an", at=in_seconds(0))
    assert home.ledger.deliveries() == []


NINE = datetime(2025, 9, 15, 2, 0, tzinfo=UTC)
SEPTEMBER = Period("month", date(2025, 8, 15), date(2025, 9, 14))


def land_page(home: Home, content: bytes, *, number: int = 1, extract_id: str = "run-1") -> Delivery:
    run = ApiRun("one_stop", "vp-ubnd", extract_id)
    return land_page_of(home.store, run, content, number=number, request='{"path": "/dossiers"}', received_at=NINE)


def test_a_page_is_landed_as_it_came_and_its_sidecar_says_what_it_answers(home: Home) -> None:
    page = land_page(home, b'{"a":  1}\n', number=12)
    blob = home.store.blob_path(page.sha256)
    sidecar = json.loads(blob.with_name(f"{page.sha256}.1.json").read_text())
    assert blob.read_bytes() == b'{"a":  1}\n'
    assert (sidecar["kind"], sidecar["file_name"]) == ("page", "one_stop/run-1/0012.json")
    assert (sidecar["source_name"], sidecar["extract_id"]) == ("one_stop", "run-1")
    assert sidecar["request"] == '{"path": "/dossiers"}'
    assert (page.department_code, page.received_at) == ("vp-ubnd", NINE)


def test_two_polls_with_the_same_answer_are_two_deliveries_over_one_blob(home: Home) -> None:
    first, second = land_page(home, b"[]"), land_page(home, b"[]", extract_id="run-2")
    assert (first.delivery_seq, second.delivery_seq) == (1, 2)
    assert first.sha256 == second.sha256
    assert land_page(home, b"[]", extract_id="run-2") == second, "the same page of the same run again"


def test_the_pages_of_an_extract_are_read_back_in_their_order(home: Home) -> None:
    pages = tuple(land_page(home, b"[%d]" % number, number=number).delivery_seq for number in (1, 2))
    extract = Extract("one_stop", "run-1", NINE, NINE + timedelta(seconds=3), pages, "2025-09-15T08:59:00+07:00", "")
    landed = land_extract(home.store, extract, department_code="vp-ubnd")
    assert (landed.kind, landed.file_name, landed.delivery_seq) == ("extract", "one_stop/run-1", 3)
    assert read_extract(home.store, landed) == extract


@pytest.mark.parametrize("due_date", [None, date(2025, 9, 30)])
def test_a_waiver_is_a_delivery_of_the_unit_it_is_for(home: Home, due_date: date | None) -> None:
    waiver = Waiver("telecom", "so-khcn", SEPTEMBER, due_date, "bão số 9", "an")
    landed = decisions.land_waiver(home.store, waiver, at=NINE)
    assert (landed.kind, landed.department_code, landed.source_name) == ("waiver", "so-khcn", "telecom")
    assert decisions.read_waiver(home.store, landed) == waiver
    assert decisions.land_waiver(home.store, waiver, at=NINE) == landed
    assert decisions.land_waiver(home.store, waiver, at=NINE + timedelta(days=1)).delivery_seq == 2


def test_a_blob_that_lies_there_with_other_bytes_is_mended_when_its_page_comes_again(home: Home) -> None:
    blob = home.store.blob_path(land_page(home, b"[1]").sha256)
    blob.write_bytes(b"[")
    land_page(home, b"[1]", extract_id="run-2")
    assert blob.read_bytes() == b"[1]"


def test_an_extract_and_a_waiver_can_be_withdrawn_a_page_and_a_withdrawal_cannot(home: Home) -> None:
    page = land_page(home, b"[]")
    extract = land_extract(home.store, Extract("one_stop", "run-1", NINE, NINE, (1,)), department_code="vp-ubnd")
    waiver = decisions.land_waiver(home.store, Waiver("t", "u", SEPTEMBER, None, "r", "an"), at=NINE)
    for one in (extract, waiver):
        decision = decisions.land_withdrawal(home.store, one.delivery_seq, reason="nhầm", by="an", at=NINE)
        assert decision.decides_delivery_seq == one.delivery_seq
    for delivery_seq in (page.delivery_seq, decision.delivery_seq):
        with pytest.raises(UserError):
            decisions.land_withdrawal(home.store, delivery_seq, reason="nhầm", by="an", at=NINE)


def test_contracts_are_kept_under_their_hash_and_mended(home: Home) -> None:
    contract = Contract(Source.model_construct(), b"source: telecom\n", {"telecom__coverage": b"name: x\n"})
    folder = store_contract(home.landing, contract)
    assert folder.name == contract.contract_hash
    (folder / "contract.yml").write_bytes(b"")
    written = (folder / "telecom__coverage.yml").stat().st_mtime_ns
    assert store_contract(home.landing, contract) == folder
    assert (folder / "contract.yml").read_bytes() == contract.content
    assert (folder / "telecom__coverage.yml").read_bytes() == b"name: x\n"
    assert (folder / "telecom__coverage.yml").stat().st_mtime_ns == written


def _ledger(path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{path}")
    ledger.migrate()
    return ledger


def _all(ledger: Ledger) -> list[Delivery]:
    return ledger.deliveries()


def test_a_lost_ledger_is_rebuilt_from_landing_under_the_same_numbers(home: Home) -> None:
    for name, content in (("a.xlsx", b"v1"), ("b.xlsx", b"v1"), ("a.xlsx", b"v2"), ("c.csv", b"x")):
        home.drop(name, content)
        home.land(after=OVERDUE)
    store_contract(home.landing, Contract(Source.model_construct(), b"{}", {}))
    decisions.land_withdrawal(home.store, 2, reason="", by="an", at=in_seconds(0))
    land_page(home, b"[]")
    land_extract(home.store, Extract("one_stop", "run-1", NINE, NINE, (6,)), department_code="vp-ubnd")
    decisions.land_waiver(home.store, Waiver("t", "u", SEPTEMBER, None, "r", "an"), at=NINE)
    rebuilt = _ledger(home.folder / "rebuilt.db")
    assert Store(home.landing, rebuilt).restore_ledger(at=in_seconds(0)) == []
    assert _all(rebuilt) == _all(home.ledger)
    assert rebuilt.waiting(at=in_seconds(0)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_sidecar_from_before_there_were_apis_is_still_read(home: Home) -> None:
    home.drop("a.xlsx")
    home.land()
    (sidecar,) = home.landing.glob("??/*.1.json")
    content = json.loads(sidecar.read_text())
    kept = {name: value for name, value in content.items() if name not in ("source_name", "extract_id", "request")}
    sidecar.write_text(json.dumps(kept))
    rebuilt = _ledger(home.folder / "rebuilt.db")
    assert Store(home.landing, rebuilt).restore_ledger(at=in_seconds(0)) == []
    assert _all(rebuilt) == _all(home.ledger)


def test_restoring_names_the_deliveries_whose_sidecar_is_lost(home: Home) -> None:
    for name in ("a.xlsx", "b.xlsx", "c.xlsx"):
        home.drop(name)
    home.land()
    next(home.landing.glob("??/*.2.json")).unlink()
    assert Store(home.landing, _ledger(home.folder / "rebuilt.db")).restore_ledger(at=in_seconds(0)) == [2]


def test_a_sidecar_that_could_not_be_written_is_written_by_the_next_pass(home: Home) -> None:
    path = home.drop("a.xlsx")

    def fail() -> None:
        path.unlink()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        home.land(at_step=at("recorded", fail))
    assert list(home.landing.glob("??/*.json")) == []
    home.land()
    assert len(list(home.landing.glob("??/*.1.json"))) == 1


# ---------- whole or cut short


@pytest.fixture(params=["xlsx", "xls", "pdf"])
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, bytes]:
    """A file whose format tells where it ends."""
    if request.param == "xlsx":
        with xlsxwriter.Workbook(tmp_path / "whole.xlsx") as workbook:
            workbook.add_worksheet("Bieu").write(0, 0, "Biểu")
        content = (tmp_path / "whole.xlsx").read_bytes()
    elif request.param == "xls":
        book = xlwt.Workbook()
        book.add_sheet("Bieu").write(0, 0, "Biểu")
        book.save(str(tmp_path / "whole.xls"))
        content = (tmp_path / "whole.xls").read_bytes()
    else:
        content = b"%PDF-1.7\n" + b"1 0 obj << >> endobj\n" * 9 + b"startxref\n9\n%%EOF\n"
    return f"a.{request.param}", content


def test_half_an_upload_waits_is_answered_and_then_taken_whole(home: Home, whole: tuple[str, bytes]) -> None:
    name, content = whole
    with (home.inbox / DEPARTMENT / name).open("wb", buffering=0) as stream:
        stream.write(content[: len(content) // 2])
        assert home.land() == Intake([], [])
        assert home.land(after=OVERDUE).delivery_seqs == [1], "its sender hears of it"
        assert home.land(after=OVERDUE).delivery_seqs == [1], "and once only"
        assert home.left() == [name]
        stream.write(content[len(content) // 2 :])
    assert home.land().delivery_seqs == [2]
    assert home.contents() == [content[: len(content) // 2], content]
    assert home.left() == []


def test_a_whole_file_is_taken_at_once_however_few_bytes_are_missing_elsewhere(
    home: Home, whole: tuple[str, bytes]
) -> None:
    name, content = whole
    home.drop(name, content)
    home.drop(f"cut-{name}", content[: len(content) * 2 // 3])
    assert home.land().delivery_seqs == [1]
    assert home.contents() == [content]


def test_what_stays_cut_short_leaves_the_folder_in_the_end(home: Home, whole: tuple[str, bytes]) -> None:
    name, content = whole
    home.drop(name, content[: len(content) // 2])
    home.land(after=OVERDUE)
    assert home.land(after=CUT_SECONDS).delivery_seqs == [1]
    assert home.left() == []


@pytest.mark.parametrize("made", [b"", bytes(200), b"don vi;so luong\r\n" + bytes(100)])
def test_a_file_that_was_made_and_not_written_yet_waits_for_its_content(home: Home, made: bytes) -> None:
    path = home.drop("a.csv", made)
    home.land(after=OVERDUE)
    assert home.left() == ["a.csv"]
    path.write_bytes(b"don vi;so luong\r\nX;1\r\n")
    home.land(after=OVERDUE)
    assert home.contents()[-1] == b"don vi;so luong\r\nX;1\r\n"
    assert home.left() == []


def test_a_seal_speaks_for_a_file_that_looks_cut_short(home: Home) -> None:
    content = b"PK\3\4 and so on"
    home.drop("a.zip", content)
    home.drop("a.zip.sha256", hashlib.sha256(content).hexdigest().encode())
    assert home.land().delivery_seqs == [1]
    assert home.left() == []
