"""What a clerk sends in the browser: a delivery like any other that names its sender, and nobody else's business."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from fastapi.testclient import TestClient

from desk_site import OURS, clients, settings_of
from ioc_pipeline.answer.marked.marks import SUMMARY_TITLE
from ioc_pipeline.flows.inbox import land_inbox
from ioc_pipeline.flows.loads import load_prepared
from ioc_pipeline.flows.prepare import prepare_all
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.land.store import read_sidecar
from ioc_pipeline.settings import Settings
from ioc_pipeline.warehouse.place import DuckDBFile
from site_routes import routes_of
from spoilt_files import DEPARTMENT, good_and_spoilt

Site = Callable[[str], TestClient]


def take(settings: Settings) -> None:
    """One pass, as Airflow does it."""
    prepare_all(settings, land_inbox(settings))
    load_prepared(settings)


def send(site: Site, user: str, path: Path, department: str = DEPARTMENT) -> str:
    """Send a file; give the address that follows it."""
    files = {"file": (path.name, path.read_bytes())}
    answer = site(user).post("/send", data={"department": department}, files=files, headers=OURS)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_of(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def site(settings: Settings) -> Site:
    return clients(settings)


@pytest.fixture(scope="module")
def addresses(settings: Settings, site: Site, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Where a good and a spoilt file are followed, sent by `an` and taken: numbers 1 and 2 of so-khcn."""
    good, spoilt = good_and_spoilt(settings, tmp_path_factory.mktemp("files"))
    first = send(site, "an", good)
    waiting = site("an").get(first).text
    assert "đang chờ nhận" in waiting
    assert "data-follow" in waiting
    take(settings)
    second = send(site, "an", spoilt)
    take(settings)
    return [first, second]


def test_a_sent_file_is_a_delivery_like_any_other_and_names_its_sender(
    settings: Settings, site: Site, addresses: list[str]
) -> None:
    good, spoilt = open_ledger(settings).deliveries()
    assert [(one.kind, one.department_code, one.channel, one.sender) for one in (good, spoilt)] == [
        ("file", DEPARTMENT, "page", "an")
    ] * 2
    [sidecar] = settings.landing.glob(f"??/{good.sha256}.1.json")
    assert read_sidecar(sidecar).delivery == good
    with closing(DuckDBFile(settings.warehouse).connect_to_read()) as raw:
        assert raw.sql("select distinct channel, sender from raw.delivery").fetchall() == [("page", "an")]
    accepted, returned = (site("an").get(address).text for address in addresses)
    assert "ĐÃ TIẾP NHẬN" in accepted
    assert "TRẢ LẠI" in returned
    assert "data-follow" not in accepted + returned
    receipt = site("an").get("/desk/so-khcn/1/bien-nhan")
    assert "Hạ tầng viễn thông" in unquote(receipt.headers["content-disposition"])
    assert "an (trang Gửi tệp)" in text_of(receipt.content)
    assert SUMMARY_TITLE in text_of(site("an").get("/desk/so-khcn/2/da-danh-dau").content)
    assert site("an").get("/desk/so-khcn/2/tra-lai").content.decode("utf-8-sig") in unescape(returned)
    unit = site("an").get("/desk/so-khcn").text
    assert unit.index(f"/desk/{DEPARTMENT}/2/da-danh-dau") < unit.index(f"/desk/{DEPARTMENT}/1/bien-nhan")


def text_of(workbook: bytes) -> str:
    """All parts of an .xlsx that hold text."""
    with ZipFile(io.BytesIO(workbook)) as package:
        return "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".xml"))


def routes(site: Site, submission: str) -> Iterator[tuple[str, str]]:
    """Every route with each method, with what belongs to so-khcn in the place of braces."""
    filled = {"department_code": DEPARTMENT, "delivery_seq": "2", "slug": "da-danh-dau", "submission_id": submission}
    filled |= {"source_name": "telecom_coverage", "period_end": "2025-12-14"}
    for method, path in routes_of(site("an").app.routes):  # type: ignore[attr-defined]
        yield method, re.sub(r"{(\w+)}", lambda named: filled.get(named[1], "site.css"), path)


def status(client: TestClient, method: str, path: str) -> int:
    files = {"file": ("a.xlsx", b"PK")} if method == "POST" else None
    data = {"department": DEPARTMENT} if method == "POST" else None
    return client.request(method, path, headers=OURS, files=files, data=data).status_code


def test_what_one_department_sent_is_forbidden_to_another_on_every_route(
    settings: Settings, site: Site, addresses: list[str]
) -> None:
    own = {"/desk", "/check", "/send"}  # one's own, whoever asks
    asked = [
        (method, path)
        for method, path in routes(site, addresses[1].rpartition("/")[2])
        if path.startswith(tuple(own)) and (method, path) not in {("GET", one) for one in own}
    ]
    assert len(asked) >= 6
    before = sorted(settings.inbox.rglob("*"))
    assert {(address, status(site("binh"), *address)) for address in asked} == {(address, 403) for address in asked}
    assert sorted(settings.inbox.rglob("*")) == before, "nothing was put anywhere"
    gets = [path for method, path in asked if method == "GET"]
    assert {(path, site("an").get(path).status_code) for path in gets} == {(path, 200) for path in gets}
    unit = site("binh").get("/desk/thue-tinh")
    assert unit.status_code == 200
    assert "Hạ tầng" not in unit.text
    assert site("binh").get("/desk/thue-tinh/2").status_code == 404
    assert site("binh").get("/desk/thue-tinh/2/da-danh-dau").status_code == 404
    choice = site("chi").get("/desk").text
    assert re.findall(r"/desk/([\w-]+)", choice) == [DEPARTMENT, "thue-tinh"]
    assert site("an").get("/desk").headers["location"] == f"/desk/{DEPARTMENT}"
    assert len(re.findall(r"/desk/[\w-]+", site("quan").get("/desk").text)) > 75, "everybody's"


def test_each_page_is_for_those_with_its_permission(site: Site, addresses: list[str]) -> None:
    for method, path in routes(site, addresses[0].rpartition("/")[2]):
        is_desk = path.startswith(("/desk", "/check", "/send"))
        assert (path, status(site(""), method, path)) == (path, 401)
        assert (path, status(site("nobody"), method, path)) == (path, 403)
        if not path.startswith("/static"):
            assert (path, status(site("leader" if is_desk else "an"), method, path)) == (path, 403)
    assert site("an").get("/static/site.css").status_code == site("leader").get("/static/site.css").status_code == 200
    assert site("dung").get("/desk").status_code == 403, "a clerk of no department"


def test_a_file_in_the_folder_is_nobodys_unless_its_bytes_were_sent_by_somebody(
    settings: Settings, site: Site, addresses: list[str], tmp_path: Path
) -> None:
    folder = settings.inbox / DEPARTMENT
    sent = tmp_path / "Biểu.xlsx"
    sent.write_bytes(b"sent by an")
    first = send(site, "an", sent)
    (folder / sent.name).write_bytes(b"put over it")
    take(settings)
    assert [one.sender for one in open_ledger(settings).deliveries()][2:] == [""]
    assert "bị lấy ra khỏi hòm thư" in site("an").get(first).text
    before = open_ledger(settings).head().delivery_seq
    (folder / "by hand.xlsx").write_bytes(b"another")
    (folder / sent.name).write_bytes(b"in the way")
    send(site, "an", sent)
    assert (folder / sent.name).read_bytes() == b"in the way"
    assert (folder / "Biểu (2).xlsx").read_bytes() == sent.read_bytes()
    take(settings)
    assert {one.file_name: one.sender for one in open_ledger(settings).deliveries()[before:]} == {
        "Biểu.xlsx": "",
        "Biểu (2).xlsx": "an",
        "by hand.xlsx": "",
    }
