"""The pages in real Airflow, seen by a real Chromium: who may look, and that each shows what the marts say."""

import json
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import jwt
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, expect

from browser import OVERFLOWS, barriers, watched
from e2e.running_airflow import DROP_SECONDS, Installation, drop, wait_for
from ioc_pipeline.settings import from_environment
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app

SCREENS = {(1920, 1080): "dark", (3840, 2160): "light", (390, 844): "light"}
CELL = "indicators/infra_population_4g_pct?unit=14"
LISTS = ["reporting", "quality", "conflicts", "revisions", "deliveries"]
VALUE = f"values/{CELL.partition('/')[2].replace('?', '/quarter/2025-06-15/2025-09-14?')}"
PAGES = ["", "?unit=03646", "?department=so-khcn", "?lang=en", CELL, f"{VALUE}&lang=en", "api", "reminders", *LISTS]


def routes() -> list[str]:
    """Every route there is, with something in the place of what stands in braces."""
    filled = {"period_type": "month", "start": "2025-08-15", "end": "2025-09-14", "delivery_seq": "1"}
    app = create_app(from_environment({}), lambda: Viewer("ioc", looks=True, sends=True), str)
    paths = [route.path for route in app.routes if isinstance(route, APIRoute)]
    return [re.sub(r"{(\w+)}", lambda named: filled.get(named[1], "site.css"), path) for path in paths]


def scenes(page: Page) -> int:
    """How many scenes the wall shows one after the other; any other page, and the wall on a small screen, is one."""
    shown = page.locator(".controls:visible output")
    return int((shown.text_content() or "").split("/")[1]) if shown.count() else 1


def turn(page: Page) -> None:
    """To the next scene, where there is one."""
    if scenes(page) > 1:
        page.locator("[data-turn='1']").click()


def test_no_route_answers_without_login_or_without_permission(
    running_airflow: Installation, address: str, token: str
) -> None:
    key = json.loads((running_airflow.home / "airflow" / "secrets.json").read_text("utf-8"))["jwt_key"]
    claims = jwt.decode(token, options={"verify_signature": False})
    algorithm = jwt.get_unverified_header(token)["alg"]
    nobody = jwt.encode({**claims, "role": None}, key, algorithm=algorithm)
    forged = jwt.encode(claims, "x" * 64, algorithm=algorithm)
    assert len(routes()) > 8
    for path in ["", *routes()]:  # also without its slash, as people type it
        for headers, status in (
            ({}, 401),
            ({"authorization": f"Bearer {forged}"}, 403),
            ({"authorization": f"Bearer {nobody}"}, 403),
        ):
            answer = httpx.get(f"{address}/ioc{path}", headers=headers)
            assert (path, answer.status_code) == (path, status)
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_person_logs_in_and_comes_back_to_the_page_that_was_asked(
    browser: Browser, address: str, password: str
) -> None:
    with browser.new_context(locale="vi-VN") as context:
        page = context.new_page()
        page.goto(f"{address}/ioc/?unit=03646")
        page.get_by_role("link", name="Đăng nhập").click()
        page.locator("input[name=username]").fill("ioc")
        page.locator("input[name=password]").fill(password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Phường Tô Hiệu")
        assert page.url == f"{address}/ioc/?unit=03646"


def test_airflows_menu_leads_to_the_wall(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Plugins", exact=True).click()
    with page.context.expect_page() as opened:
        page.get_by_role("menuitem", name="IOC: Màn hình").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Tỉnh Sơn La")
    opened.value.close()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_fits_every_screen_asks_nobody_else_and_complains_of_nothing(
    page: Page, address: str, path: str
) -> None:
    with watched(page, address):
        for (width, height), theme in SCREENS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{address}/ioc/{path}{'&' if '?' in path else '?'}theme={theme}")
            for _ in range(scenes(page)):
                assert page.evaluate(OVERFLOWS) == []
                turn(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert not re.search(r"\b(None|undefined|null|NaN|nan)\b", page.inner_text("body"))
            if width < 3840:
                assert barriers(page) == []


def test_the_tiles_say_what_the_marts_say(page: Page, address: str, running_airflow: Installation) -> None:
    page.set_viewport_size({"width": 1200, "height": 900})
    page.goto(f"{address}/ioc/")
    values = {
        row["indicator_code"]: row
        for row in running_airflow.query(
            "select indicator_code, value, decimals, value_qualifier from mart_indicator_latest "
            "where org_unit_code = '14' and breakdown = ''"
        )
    }
    shown = {}
    for tile in page.locator(".tile").all():
        code = urlsplit(tile.get_attribute("href") or "").path.rpartition("/")[2]
        shown[code] = (tile.locator(".value").inner_text().split() or [""])[0]
    assert set(shown) == set(values)
    for code, text in shown.items():
        row = values[code]
        if row["value"]:
            found = Decimal(text.lstrip("≥≤<>~").replace(".", "").replace(",", ".").replace("−", "-"))
            assert abs(found - Decimal(row["value"])) <= Decimal("0.5").scaleb(-int(row["decimals"])), code


def test_four_clicks_lead_from_a_tile_to_its_cell(page: Page, address: str, running_airflow: Installation) -> None:
    page.goto(f"{address}/ioc/")
    tile = page.locator(".tile", has=page.get_by_text("Tỷ lệ dân số được phủ sóng 4G", exact=True))
    with watched(page, address):
        tile.dispatch_event("click")  # 1: it may be in another scene
        page.locator("tbody th a").first.click()  # 2: the newest period
        page.get_by_role("link", name="Tỉnh Sơn La", exact=True).click()  # 3
        expect(page.get_by_text("đúng bằng số công bố")).to_be_visible()
        page.locator("a[href*='/cells/']").first.click()  # 4
        marked = page.locator("#cell mark")
        expect(marked).to_be_visible()
    asked = {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}
    delivery_seq = urlsplit(page.url).path.rpartition("/")[2]
    [row] = running_airflow.query(
        f"select value_text, sha256 from mart_lineage where delivery_seq = {delivery_seq} "
        f"and sheet_name = '{asked['sheet']}' and cell = '{asked['cell']}' limit 1"
    )
    assert marked.inner_text() == row["value_text"]
    expect(page.get_by_text(row["sha256"])).to_be_visible()
    assert asked["v"] == running_airflow.version()
    assert barriers(page) == []


def test_a_list_says_what_the_marts_say_and_its_csv_too(
    page: Page, address: str, token: str, running_airflow: Installation
) -> None:
    [most] = running_airflow.query(
        "select status, count(*) as found from mart_reporting_status group by status order by found desc limit 1"
    )
    found = int(most["found"])
    page.goto(f"{address}/ioc/reporting")
    page.get_by_label("Tình trạng").select_option(most["status"])
    page.get_by_role("button", name="Lọc").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{found:,} dòng".replace(",", "."))
    href = page.get_by_role("link", name="Tải CSV").get_attribute("href")
    text = httpx.get(f"{address}{href}", headers={"authorization": f"Bearer {token}"}).text
    assert len(text.splitlines()) == 1 + found


@pytest.mark.parametrize("path", [*LISTS, *(f"{name}.csv" for name in LISTS)])
def test_a_filter_that_a_list_does_not_have_is_refused_by_name(address: str, token: str, path: str) -> None:
    asked = {"authorization": f"Bearer {token}", "accept": "text/html"}
    answer = httpx.get(f"{address}/ioc/{path}?nope=1", headers=asked)
    assert (answer.status_code, "nope" in answer.text) == (422, True)
    assert httpx.get(f"{address}/ioc/{path}?lang=en&theme=dark", headers=asked).status_code == 200


def test_in_english_everything_but_names_is_english(page: Page, address: str, running_airflow: Installation) -> None:
    [value] = running_airflow.query(
        "select * from mart_indicator_series where units_left_out != '' and indicator_code = 'gov_commune_portals_pct'"
        " and org_unit_code = '14' and geography = 'as_reported' order by period_end_date limit 1"
    )
    period = "/".join(value[name] for name in ("period_type", "period_start_date", "period_end_date"))
    page.goto(f"{address}/ioc/values/{value['indicator_code']}/{period}?lang=en")
    expect(page.get_by_text(f"Not in this figure: {value['units_left_out']}")).to_be_visible()
    expect(page.get_by_text("Communes with a web site ÷ ")).to_be_visible()
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", page.inner_text("main")) == []  # no code instead of a word
    page.goto(f"{address}/ioc/conflicts?lang=en")
    names = running_airflow.query("select indicator_name_vi from dim_indicator")
    shown = page.inner_text("main")
    assert [row["indicator_name_vi"] for row in names if row["indicator_name_vi"] in shown] == []


def test_the_wall_works_by_keyboard_alone(page: Page, address: str) -> None:
    page.goto(f"{address}/ioc/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.turn") == "1"
    first = page.locator(".tile:visible").first.inner_text()
    page.keyboard.press("Enter")
    assert page.locator(".tile:visible").first.inner_text() != first
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/ioc/indicators/"))


def test_a_new_version_appears_without_a_reload_and_an_old_address_says_what_it_shows(
    page: Page, address: str, running_airflow: Installation, tmp_path: Path
) -> None:
    page.goto(f"{address}/ioc/")
    page.evaluate("window.sameWindow = true")
    before = running_airflow.version()
    running_airflow.ioc("sample", "--seed", "11", "--output", str(tmp_path))
    corrected = next((tmp_path / "so-khcn").glob("Hạ tầng viễn thông*"))
    drop(corrected, running_airflow.home / "inbox" / "so-khcn")
    wait_for(lambda: running_airflow.version() != before, DROP_SECONDS, "new version", running_airflow)
    expect(page.locator(".foot")).to_contain_text(running_airflow.version(), timeout=40_000)
    assert page.evaluate("window.sameWindow") is True
    page.goto(f"{address}/ioc/?v={before}")
    expect(page.get_by_role("status").first).to_contain_text("phiên bản cũ")
    expect(page.locator(".foot")).to_contain_text(before)
    page.goto(f"{address}/ioc/?v={quote('000000_none')}")
    expect(page.get_by_role("status").first).to_contain_text("không còn được giữ")
