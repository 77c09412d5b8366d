"""The picture of README.md: the wall, and beside it the cell at the end of the way down from one of its tiles.

`make pictures` writes it anew, from the sample data and with the machine's Chromium.
"""

import base64
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from browser import chromium
from e2e.conftest import REPOSITORY
from e2e.marts_page import build_marts
from ioc_pipeline.publish.publication import publish
from ioc_pipeline.settings import Settings
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app

PICTURE = REPOSITORY / "docs" / "pictures" / "wall.jpg"
CELL = "indicators/infra_population_4g_pct?unit=14&theme=light"
# Side by side, as wide as a README is shown.
FRAME = """<body style="margin:0;display:flex;gap:12px;background:#8893a5;padding:12px">
<img style="width:760px;height:428px" src="{}"><img style="width:428px;height:428px" src="{}">"""


@contextmanager
def served(given: Settings) -> Iterator[str]:
    """The pages without Airflow, on this machine, for who looks now."""
    root = FastAPI()
    root.mount("/ioc", create_app(given, lambda: Viewer("ioc", looks=True, sends=True), str))
    server = uvicorn.Server(uvicorn.Config(root, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.1)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/ioc/"
    server.should_exit = True
    thread.join()


def draw(address: str) -> bytes:
    """A JPEG of both."""
    with chromium() as browser:
        wall = browser.new_page(viewport={"width": 1920, "height": 1080})
        wall.goto(f"{address}?theme=dark")
        wall.locator("[data-turn='1']").click()
        wall.locator("[data-turn='1']").click()
        below = browser.new_page(viewport={"width": 1000, "height": 1000})
        below.goto(f"{address}{CELL}")
        below.locator("tbody th a").first.click()
        below.get_by_role("link", name="Tỉnh Sơn La", exact=True).click()
        below.locator("a[href*='/cells/']").nth(1).click()
        below.locator("#cell").wait_for()
        shots = [f"data:image/png;base64,{base64.b64encode(page.screenshot()).decode()}" for page in (wall, below)]
        frame = browser.new_page(viewport={"width": 1224, "height": 452})
        frame.set_content(FRAME.format(*shots))
        return frame.screenshot(type="jpeg", quality=72)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        settings = build_marts(Path(folder) / "home")
        publish(settings, published_at=datetime.now(UTC))
        with served(settings) as site:
            PICTURE.parent.mkdir(exist_ok=True)
            PICTURE.write_bytes(draw(site))
