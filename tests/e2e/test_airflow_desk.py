"""What a clerk does in real Airflow with a real Chromium: try a file, send it, read its answer, see what is owed."""

import base64
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect

from browser import OVERFLOWS, barriers, watched
from e2e.running_airflow import DROP_SECONDS, Installation
from ioc_pipeline.flows.stores import open_ledger
from ioc_pipeline.settings import from_environment
from spoilt_files import DEPARTMENT, good_and_spoilt

SCREENS = ((1280, 900), (390, 844))


@pytest.fixture(scope="module")
def files(running_airflow: Installation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return good_and_spoilt(from_environment(running_airflow.environment), tmp_path_factory.mktemp("files"))


def looks_right(page: Page) -> None:
    """On a screen and on a telephone."""
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(OVERFLOWS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not re.search(r"\b(None|undefined|null|NaN|nan)\b", page.inner_text("body"))
    assert barriers(page) == []


def choose(page: Page, file: Path) -> None:
    """Fill in the form and submit it with the keyboard."""
    page.get_by_label("Đơn vị gửi").select_option(DEPARTMENT)
    page.get_by_label("Tệp (.xlsx").set_input_files(file)
    page.get_by_label("Tệp (.xlsx").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_airflows_menu_leads_a_clerk_to_the_form(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Plugins", exact=True).click()
    with page.context.expect_page() as opened:
        page.get_by_role("menuitem", name="IOC: Gửi tệp").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Gửi tệp")
    opened.value.close()


def test_a_file_is_tried_and_nothing_arrives(
    page: Page, address: str, running_airflow: Installation, files: tuple[Path, Path]
) -> None:
    good, spoilt = files
    with watched(page, address):
        page.goto(f"{address}/ioc/check")
        looks_right(page)
        choose(page, good)
        expect(page.locator(".verdict")).to_contain_text("được tiếp nhận", timeout=60_000)
        looks_right(page)
        page.get_by_role("link", name="Thử tệp khác").click()
        choose(page, spoilt)
        expect(page.locator(".verdict")).to_contain_text("bị trả lại", timeout=60_000)
        looks_right(page)
    link = page.get_by_role("link", name="Tải tệp đã đánh dấu")
    assert link.get_attribute("download") == f"da-danh-dau_{spoilt.stem}.xlsx"
    marked = base64.b64decode((link.get_attribute("href") or "").partition("base64,")[2])
    assert marked.startswith(b"PK")
    assert spoilt.name not in running_airflow.ioc("status", "--all")
    assert not list(running_airflow.home.rglob(f"*{spoilt.stem}*"))


def test_a_file_that_was_sent_is_followed_to_its_answer(
    page: Page, address: str, running_airflow: Installation, files: tuple[Path, Path], tmp_path: Path
) -> None:
    answers = []
    for file in reversed(files):
        with watched(page, address):
            page.goto(f"{address}/ioc/send")
            looks_right(page)
            choose(page, file)
            expect(page.locator("#state h1")).to_contain_text(file.name)
            page.evaluate("window.sameWindow = true")
            expect(page.locator("#state .answer")).to_be_visible(timeout=DROP_SECONDS * 1000)
            assert page.evaluate("window.sameWindow") is True, "it appeared by itself"
            looks_right(page)
        answers.append(page.locator("#state .answer").inner_text())
        with page.expect_download() as download:
            page.locator("#state").get_by_role("link", name=re.compile("Tệp đã đánh dấu|Biên nhận")).click()
        saved = tmp_path / download.value.suggested_filename
        download.value.save_as(saved)
        assert ZipFile(saved).testzip() is None
        number = int(page.locator("#state .big").inner_text().replace(".", ""))
        delivery = open_ledger(from_environment(running_airflow.environment)).delivery(number)
        assert (delivery.file_name, delivery.channel, delivery.sender) == (file.name, "page", "ioc")
    returned, accepted = answers
    assert returned.startswith("TRẢ LẠI")
    assert "[bad-cell]" in returned
    assert accepted.startswith("ĐÃ TIẾP NHẬN")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_unit_sees_what_it_owes_and_what_it_was_told(page: Page, address: str, language: str) -> None:
    with watched(page, address):
        for path in ("desk", f"desk/{DEPARTMENT}", "desk/03646"):
            page.goto(f"{address}/ioc/{path}?lang={language}")
            looks_right(page)
        page.goto(f"{address}/ioc/desk/{DEPARTMENT}?lang={language}")
        page.locator("table").last.locator("tbody tr a").first.click()
        expect(page.locator(".answer")).to_be_visible()
        looks_right(page)
