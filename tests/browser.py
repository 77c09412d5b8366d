"""A real Chromium, and what a page did in it: what it complained of, whom it asked, what overlaps."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # the build server runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# What does not fit into its tile or panel, pokes out of the page, or lies over something else.
OVERFLOWS = """() => {
    const box = (part) => {
        const range = document.createRange();
        range.selectNodeContents(part);
        return range.getBoundingClientRect();
    };
    const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
        && one.top < other.bottom - 1 && other.top < one.bottom - 1;
    const named = (part) => part.className + ': ' + part.innerText.slice(0, 80);
    const shown = (what) => [...document.querySelectorAll(what)].filter((part) => part.offsetParent);
    return [
        ...shown('.tile, .panel, .top, h1').filter((part) =>
            part.scrollHeight > part.clientHeight + 1 && part.matches('.tile, .panel')
            || part.scrollWidth > part.clientWidth + 1
            || part.getBoundingClientRect().right > window.innerWidth + 1),
        ...shown('.tile').filter((tile) => {
            const inner = tile.getBoundingClientRect().right - parseFloat(getComputedStyle(tile).paddingRight);
            const trend = tile.querySelector('.trend');
            return box(tile.querySelector('.value')).right > inner + 1
                || trend && meet(box(tile.querySelector('.then > span')), trend.getBoundingClientRect());
        }),
        ...shown('.foot').filter((foot) => meet(box(foot), document.querySelector('.top').getBoundingClientRect())),
    ].map(named);
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium: nothing is fetched for it."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium here; `make browser` installs Debian's"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its module: Playwright's loop runs in this thread while it lives, and others want one of their own."""
    with chromium() as launched:
        yield launched


@contextmanager
def watched(page: Page, address: str) -> Iterator[None]:
    """Fail if the page complains in its console, breaks, or asks anybody but `address`."""
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(f"{address}/") else None)
    yield
    assert complaints == []


def barriers(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page: serious and critical findings, with where."""
    return [
        f"{found['id']}: {node['target']} {node['html'][:120]}"
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]
