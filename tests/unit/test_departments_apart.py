"""Whatever a department does to its own folder, the others are taken, loaded and answered as if it had not."""

import os
import shutil
import socket
import unicodedata
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import xlsxwriter

from bound_by_rights import bound_by_rights
from ioc_pipeline.flows import inbox, inbox_folders, loads, prepare, stores
from ioc_pipeline.flows.maintenance import maintain
from ioc_pipeline.land.folder_faults import folder_faults
from ioc_pipeline.settings import Settings, from_environment
from ioc_pipeline.warehouse.place import place_of
from spoilt_files import good_and_spoilt

GOOD, OTHER = "so-khcn", "vp-tinh-uy"


def workbook(path: Path) -> None:
    """A workbook of no form: read, judged and answered, and quickly."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bieu").write(0, 0, "Không phải biểu nào")


def feedback_is_a_file(box: Path) -> None:
    (box / "phan-hoi").write_bytes(b"x")


def feedback_is_a_pipe(box: Path) -> None:
    os.mkfifo(box / "phan-hoi")


def feedback_is_a_socket(box: Path) -> None:
    here = Path.cwd()
    os.chdir(box)  # an address of a socket has at most 108 bytes
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("phan-hoi")
    os.chdir(here)


def feedback_leads_outside(box: Path) -> None:
    (box / "phan-hoi").symlink_to(box.parents[1] / "outside")


def feedback_leads_back(box: Path) -> None:
    (box / "phan-hoi").symlink_to(".")


def feedback_leads_to_another_department(box: Path) -> None:
    (box / "phan-hoi").symlink_to(box.parent / GOOD / "phan-hoi")


def feedback_leads_nowhere(box: Path) -> None:
    (box / "phan-hoi").symlink_to("phan-hoi")


def the_names_of_answers_are_taken(box: Path) -> None:
    for number in range(40):
        for slug in ("tiep-nhan", "tra-lai", "khong-co-bieu"):
            (box / "phan-hoi" / f"{number:06d}_{slug}_a.xlsx.txt" / "x").mkdir(parents=True)


def the_register_is_a_folder(box: Path) -> None:
    (box / "phan-hoi" / "so-nhan.xlsx" / "x").mkdir(parents=True)
    (box / "so-nhan.xlsx" / "x").mkdir(parents=True)


def the_shelf_is_a_file(box: Path) -> None:
    (box / "phan-hoi").mkdir()
    (box / "phan-hoi" / "luu").write_bytes(b"x")


def it_is_full_of_names_and_of_bytes(box: Path) -> None:
    for number in range(2000):
        (box / f"{number}.xlsx.part").write_bytes(b"")
    with (box / "sparse.xlsx").open("wb") as file:
        file.truncate(1 << 36)


def an_answer_is_a_link(box: Path) -> None:
    (box / "phan-hoi").mkdir()
    for number in range(40):
        (box / "phan-hoi" / f"{number:06d}_tra-lai_a.xlsx.txt").symlink_to(box.parents[1] / "outside" / "stolen")


def the_seal_is_a_folder(box: Path) -> None:
    (box / "a.xlsx.sha256").mkdir()


def the_seal_is_a_pipe(box: Path) -> None:
    os.mkfifo(box / "a.xlsx.sha256")


def it_holds_what_we_take_files_under(box: Path) -> None:
    (box / ".taken-1-0123abcd").mkdir()
    os.mkfifo(box / ".taken-2-0123abcd")
    (box / ".taken-3-0123abcd").write_bytes(b"x")
    (box / ".taken-999999999999999999-0123abcd").write_bytes(b"x")


def it_holds_everything_odd(box: Path) -> None:
    os.mkfifo(box / "fifo.xlsx")
    (box / "loop.xlsx").symlink_to("loop.xlsx")
    (box / "passwd.xlsx").symlink_to("/etc/passwd")
    (box / os.fsdecode(b"latin1-\xe9.xlsx")).write_bytes(b"x")
    (box / ("n" * 250 + ".xlsx")).write_bytes(b"x")
    (box / "two\nlines.xlsx").write_bytes(b"x")
    deepest = box / "deep"
    for _ in range(60):
        deepest /= "deep"
    deepest.mkdir(parents=True)
    (box / "deep" / "up").symlink_to("..")
    (box / "deep" / "b.xlsx").write_bytes(b"x")


def it_may_not_be_looked_into(box: Path) -> None:
    box.chmod(0)


def nothing_may_be_taken_out(box: Path) -> None:
    (box / "phan-hoi").mkdir()
    box.chmod(0o555)


def nothing_may_be_read(box: Path) -> None:
    (box / "a.xlsx").chmod(0)


def feedback_may_not_be_written(box: Path) -> None:
    (box / "phan-hoi").mkdir(mode=0o555)


def it_is_a_file(box: Path) -> None:
    shutil.rmtree(box)
    box.write_bytes(b"x")


def it_is_a_link(box: Path) -> None:
    shutil.rmtree(box)
    box.symlink_to(GOOD)


def its_files_are_of_another_age(box: Path) -> None:
    for number in range(1, 40):
        shutil.copy(box / "a.xlsx", box / f".taken-{number}-0123abcd")
    for path in box.iterdir():
        os.utime(path, ns=(-(10**18) - 1, -(10**18) - 1))


def its_files_are_of_the_year_11476(box: Path) -> None:
    os.utime(box / "a.xlsx", (3e11, 3e11))


def the_seal_may_not_be_read(box: Path) -> None:
    (box / "a.xlsx.sha256").touch(mode=0)


def the_register_is_a_pipe(box: Path) -> None:
    (box / "phan-hoi").mkdir()
    os.mkfifo(box / "phan-hoi" / "so-nhan.xlsx")


def the_shelf_leads_outside(box: Path) -> None:
    (box / "phan-hoi").mkdir()
    (box / "phan-hoi" / "luu").symlink_to(box.parents[1] / "outside")


def one_file_has_many_names(box: Path) -> None:
    for number in range(20):
        os.link(box / "a.xlsx", box / f"{number}.xlsx")


def two_names_are_one_when_they_are_composed(box: Path) -> None:
    workbook(box / "Biểu.xlsx")
    workbook(box / unicodedata.normalize("NFD", "Biểu.xlsx"))


def a_folder_below_it_holds_thousands(box: Path) -> None:
    for folder in range(50):
        (box / "cũ" / f"{folder}").mkdir(parents=True)
        for number in range(40):
            (box / "cũ" / f"{folder}" / f"{number}.xlsx").touch()


NOT_ANSWERED = {
    "bhxh-tinh": feedback_is_a_file,
    "cong-an-tinh": feedback_is_a_pipe,
    "so-cong-thuong": feedback_is_a_socket,
    "so-gddt": feedback_leads_outside,
    "so-noi-vu": feedback_leads_to_another_department,
    "cuc-thong-ke": feedback_leads_back,
    "so-nnmt": feedback_leads_nowhere,
    "thue-tinh": it_may_not_be_looked_into,
    "vp-ubnd": feedback_may_not_be_written,
    "03646": it_is_a_file,
    "03664": it_is_a_link,
}
ANSWERED = {
    "so-vhttdl": the_register_is_a_folder,
    "nhnn-khu-vuc": the_shelf_is_a_file,
    "thong-ke-tinh": it_is_full_of_names_and_of_bytes,
    "so-y-te": the_names_of_answers_are_taken,
    "03670": an_answer_is_a_link,
    "03679": the_seal_is_a_folder,
    "03688": the_seal_is_a_pipe,
    "03694": it_holds_what_we_take_files_under,
    "03703": it_holds_everything_odd,
    "03712": nothing_may_be_taken_out,
    "03721": nothing_may_be_read,
    "03724": its_files_are_of_another_age,
    "03727": its_files_are_of_the_year_11476,
    "03754": the_seal_may_not_be_read,
    "03757": the_register_is_a_pipe,
    "03760": the_shelf_leads_outside,
    "03763": one_file_has_many_names,
    "03784": two_names_are_one_when_they_are_composed,
    "03781": a_folder_below_it_holds_thousands,
}
FAULTS = NOT_ANSWERED | ANSWERED


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with bound_by_rights():
        yield tmp_path


def settings_in(folder: Path) -> Settings:
    given = from_environment({"IOC_HOME": str(folder), "IOC_SETTLE_SECONDS": "0", "IOC_UNSEALED_SECONDS": "0"})
    (folder / "outside").mkdir(parents=True)
    inbox_folders.make_inbox(given)
    return given


def one_pass(given: Settings) -> None:
    for batch in inbox.land_inbox(given):
        prepare.prepare(given, batch)
    loads.load_prepared(given)


def outcome(given: Settings, department_code: str) -> dict[str, object]:
    """What became of a department's files, and what it reads of them, without numbers and times."""
    box = given.inbox / department_code
    rows = stores.open_ledger(given).status_rows()
    answers = [path.read_text("utf-8-sig").splitlines() for path in sorted((box / "phan-hoi").glob("*.txt"))]
    return {
        "states": [(row.file_name, row.state, row.outcome) for row in rows if row.department_code == department_code],
        "answers": [[line for line in lines if not line.startswith(("Nhận lúc", "Mã biên"))] for lines in answers],
        "left": sorted(path.name for path in box.iterdir()),
    }


def send_good_files(given: Settings) -> None:
    """What others send: a form that is loaded, one that comes back cell by cell, no form, and what is refused."""
    for path in good_and_spoilt(given, given.home / "outside"):
        path.rename(given.inbox / GOOD / path.name)
    workbook(given.inbox / OTHER / "a.xlsx")
    (given.inbox / OTHER / "b.exe").write_bytes(b"x")


def outcomes(given: Settings) -> list[dict[str, object]]:
    with closing(place_of(given).connect_to_read()) as raw:
        loaded = raw.execute("select count(*), sum(measured_value) from raw.observation").fetchone()
    return [outcome(given, GOOD), outcome(given, OTHER), {"loaded": loaded}]


def test_whenever_faults_come_they_change_nothing_for_others(home: Path) -> None:
    """Before their files are taken, before they are read, and before they are loaded and answered."""
    found = []
    for moment in (0, 1, 2, 3):  # 3: never
        given = settings_in(home / f"{moment}")
        for code in FAULTS:
            shutil.rmtree(given.inbox / code)
            workbook(given.inbox / code / "a.xlsx")
        send_good_files(given)
        break_all(given, at=moment == 0)
        batches = inbox.land_inbox(given)
        break_all(given, at=moment == 1)
        prepare.prepare_all(given, batches)
        break_all(given, at=moment == 2)
        loads.load_prepared(given)
        one_pass(given)
        found.append(outcomes(given))
        assert [path for path in (given.home / "outside").iterdir() if path.name != "x"] == []
    assert found[3][0]["states"] != []
    assert found[3][2]["loaded"] > (0, 0)  # type: ignore[operator]
    assert found[:3] == [found[3]] * 3


def break_all(given: Settings, *, at: bool) -> None:
    for code, break_it in FAULTS.items() if at else ():
        box = given.inbox / code
        shutil.rmtree(box)
        workbook(box / "a.xlsx")
        break_it(box)


def test_a_departments_own_faults_change_nothing_for_another(home: Path) -> None:
    undisturbed, disturbed = settings_in(home / "a"), settings_in(home / "b")
    for given in (undisturbed, disturbed):
        workbook(given.inbox / GOOD / "a.xlsx")
    for department_code, break_it in FAULTS.items():
        box = disturbed.inbox / department_code
        assert box.is_dir(), "of somebody who may send"
        shutil.rmtree(box)
        workbook(box / "a.xlsx")
        break_it(box)
    for given in (undisturbed, disturbed):
        one_pass(given)
        one_pass(given)
    assert outcome(undisturbed, GOOD)["states"] == [("a.xlsx", "returned", "returned")]
    assert outcome(disturbed, GOOD) == outcome(undisturbed, GOOD)
    assert list((disturbed.home / "outside").iterdir()) == [], "nothing is written where a link leads"
    ledger = stores.open_ledger(disturbed)
    answered = {row.department_code for row in ledger.status_rows()} - {
        ledger.delivery(seq).department_code for seq in ledger.to_answer()
    }
    assert answered == {GOOD, *ANSWERED} - {"03721"}, "that file cannot be read, which it is told instead"
    assert len(list((disturbed.inbox / "03721" / "phan-hoi").glob("*.txt"))) == 1
    in_rows = [row.department_code for row in ledger.status_rows()]
    assert in_rows.count("03712") == 1, "what stays in its folder is one delivery"
    told = {fault.department_code for fault in folder_faults(disturbed.inbox, [GOOD, *FAULTS])}
    assert told == NOT_ANSWERED.keys() | {"03712"}


def test_departments_that_mend_their_folders_are_served_by_the_next_pass(home: Path) -> None:
    given = settings_in(home / "a")
    boxes = {code: given.inbox / code for code in ("bhxh-tinh", "so-gddt", "vp-ubnd", "so-y-te", "03712", "03721")}
    for department_code, box in boxes.items():
        shutil.rmtree(box)
        workbook(box / "a.xlsx")
        FAULTS[department_code](box)
    one_pass(given)
    for box in boxes.values():
        mend(box)
    one_pass(given)
    for department_code in boxes:
        found = outcome(given, department_code)
        assert found["states"] == [("a.xlsx", "returned", "returned")]
        assert any("TRẢ LẠI" in lines[0] for lines in found["answers"])  # type: ignore[attr-defined]
        assert found["left"] == ["phan-hoi"]


def mend(box: Path) -> None:
    box.chmod(0o755)
    if not os.access(box / "a.xlsx", os.R_OK, effective_ids=True):
        with suppress(FileNotFoundError):
            (box / "a.xlsx").chmod(0o644)
    feedback = box / "phan-hoi"
    if feedback.is_symlink() or not feedback.is_dir():
        feedback.unlink()
    else:
        feedback.chmod(0o755)
        for path in feedback.iterdir():
            if path.is_dir():
                shutil.rmtree(path)


def test_sweeping_leftovers_follows_no_link_and_takes_nothing_but_ours(home: Path) -> None:
    given = settings_in(home / "a")
    name = f".{'0' * 16}.tmp"
    theirs = given.home / "outside" / name
    boxes = [given.inbox / code for code in (GOOD, "bhxh-tinh")]
    boxes[1].joinpath("phan-hoi").rmdir()
    boxes[1].joinpath("phan-hoi").symlink_to(theirs.parent)
    for path in (theirs, boxes[0] / "phan-hoi" / name, boxes[0] / "phan-hoi" / ".theirs.tmp", boxes[0] / name):
        path.write_bytes(b"x")
        os.utime(path, (1, 1))
    maintain(given)
    assert theirs.exists()
    assert [path.name for path in (boxes[0] / "phan-hoi").iterdir()] == [".theirs.tmp"]
    assert (boxes[0] / name).exists()
