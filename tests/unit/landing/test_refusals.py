"""What the inbox refuses: names, links, sizes, rights, and that each refusal has its words."""

import os
import socket
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from ioc_pipeline.domain.messages.by_code import MESSAGES
from ioc_pipeline.folders import Folder
from ioc_pipeline.land.admission import MAX_BYTES, Candidate, Refusal
from ioc_pipeline.land.copying import land
from ioc_pipeline.land.identity import Identity
from landing_home import DEPARTMENT, Home


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
