"""What comes in through a form: tried without a trace, refused from other sites, too large or under a hostile name."""

import base64
import logging
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from desk_site import OURS, clients, settings_of
from ioc_pipeline.flows import preview
from ioc_pipeline.land.admission import MAX_BYTES
from ioc_pipeline.settings import Settings
from spoilt_files import DEPARTMENT, good_and_spoilt

Site = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("uploads"))


@pytest.fixture(scope="module")
def site(settings: Settings) -> Site:
    return clients(settings)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where everything temporary goes."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def left(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*") if not path.is_dir())


def test_a_file_is_tried_without_a_trace(
    settings: Settings, site: Site, temporary: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = []
    for path in good_and_spoilt(settings, tmp_path):
        content = path.read_bytes() + b"\0" * 0
        files = {"file": (path.name, content)}
        answers.append(site("an").post("/check", data={"department": DEPARTMENT}, files=files, headers=OURS))
        path.unlink()
    good, spoilt = answers
    assert (good.status_code, spoilt.status_code) == (200, 200)
    assert "ĐƯỢC TIẾP NHẬN" in good.text
    assert "base64," not in good.text
    assert "BỊ TRẢ LẠI" in spoilt.text
    [marked] = re.findall(r'href="data:[^"]+;base64,([^"]+)"', spoilt.text)
    assert base64.b64decode(marked).startswith(b"PK")
    for page in (good.text, spoilt.text):
        assert "biên nhận" not in page
    assert left(settings.home, temporary) == []
    assert "bad-cell" in spoilt.text
    assert "Biểu 03" not in caplog.text


def test_a_fault_of_ours_is_told_without_a_word_of_the_file(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("a cell's text")

    monkeypatch.setattr(preview, "try_file", fail)
    files = {"file": ("a.xlsx", b"PK")}
    answer = site("an").post("/check", data={"department": DEPARTMENT}, files=files, headers=OURS)
    assert answer.status_code == 500
    assert "could not be tried: ValueError at" in caplog.text
    assert "cell's" not in caplog.text + answer.text


@pytest.mark.parametrize(
    ("headers", "is_taken"),
    [
        ({"origin": "http://testserver"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://evil.example"}, False),
        ({"origin": "http://testserver.evil.example"}, False),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False),
    ],
)
def test_no_other_site_sends_in_a_clerks_name(
    settings: Settings, site: Site, headers: dict[str, str], is_taken: bool
) -> None:
    before = left(settings.inbox)
    for path in ("/send", "/check"):
        answer = site("an").post(
            path, data={"department": DEPARTMENT}, files={"file": ("a.xlsx", b"PK")}, headers=headers
        )
        assert (answer.status_code in (200, 303)) == is_taken, path
        assert answer.status_code in (200, 303, 403)
    assert (left(settings.inbox) != before) == is_taken


@pytest.mark.parametrize(
    "name",
    [
        ".ẩn.xlsx", "~$a.xlsx", "a.xlsx.part", "a\u202exslx.exe", "a.csv.sha256", " a.xlsx", "a" * 300 + ".xlsx", "..",
        "4913",
    ],
)  # fmt: skip
def test_a_name_that_landing_would_not_take_is_refused_at_once(settings: Settings, site: Site, name: str) -> None:
    before = left(settings.home)
    files = {"file": (name, b"PK")}
    answer = site("an").post("/send", data={"department": DEPARTMENT}, files=files, headers=OURS)
    assert answer.status_code == 422
    assert re.search(r"\[(bad-file-name|temporary-name)\]", answer.text)
    assert left(settings.home) == before


@pytest.mark.parametrize(
    "name", ["../../../evil.xlsx", "/etc/evil.xlsx", r"C:\Users\an\evil.xlsx", "phan-hoi/evil.xlsx"]
)
def test_a_path_is_only_a_name(settings: Settings, site: Site, name: str) -> None:
    folder = settings.inbox / DEPARTMENT
    (folder / "evil.xlsx").unlink(missing_ok=True)
    files = {"file": (name, b"PK")}
    assert site("an").post("/send", data={"department": DEPARTMENT}, files=files, headers=OURS).status_code == 303
    assert (folder / "evil.xlsx").read_bytes() == b"PK"
    (folder / "evil.xlsx").unlink()
    assert not [path for path in left(settings.home) if "evil" in path.name]


def test_a_csv_is_sealed_so_that_it_does_not_wait(settings: Settings, site: Site) -> None:
    files = {"file": ("Số liệu.csv", b"a;b\n1;2\n")}
    assert site("an").post("/send", data={"department": DEPARTMENT}, files=files, headers=OURS).status_code == 303
    seal = settings.inbox / DEPARTMENT / "Số liệu.csv.sha256"
    assert re.fullmatch(r"[0-9a-f]{64}  Số liệu\.csv\n", seal.read_text("utf-8"))


def form(parts: Iterator[bytes]) -> Iterator[bytes]:
    """A form whose length nobody says beforehand."""
    yield b'--x\r\nContent-Disposition: form-data; name="department"\r\n\r\nso-khcn\r\n'
    yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.xlsx"\r\n\r\n'
    yield from parts
    yield b"\r\n--x--\r\n"


def test_no_more_is_read_than_landing_takes(settings: Settings, site: Site, temporary: Path) -> None:
    given: list[int] = []

    def endless() -> Iterator[bytes]:
        for _ in range(4 * MAX_BYTES // 1024**2):
            given.append(1024**2)
            yield os.urandom(1024) * 1024

    before = left(settings.home)
    headers = {**OURS, "content-type": "multipart/form-data; boundary=x"}
    assert site("an").post("/send", content=form(endless()), headers=headers).status_code == 413
    just = [b"\0" * MAX_BYTES, b"\0"]
    assert site("an").post("/send", content=b"".join(form(iter(just))), headers=headers).status_code == 422
    assert left(settings.home, temporary) == before


KIND = "multipart/form-data; boundary=x"
FIELD = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\na\r\n'


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"file=a", "application/x-www-form-urlencoded", 400),
        (b"no form", KIND, 400),
        (b"", "multipart/form-data", 400),
        (b"".join(form(iter([b""]))), KIND, 422),
        (b"".join(form(iter([b"a"]))).replace(b"so-khcn", b"k" * 2000), KIND, 400),
        (FIELD * 9 + b"--x--\r\n", KIND, 400),
        (FILE * 2 + b"--x--\r\n", KIND, 400),
    ],
)
def test_another_form_is_refused(site: Site, content: bytes, kind: str, status: int) -> None:
    for path in ("/send", "/check"):
        assert site("an").post(path, content=content, headers={**OURS, "content-type": kind}).status_code == status
