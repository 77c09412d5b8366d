"""The desk of those who send, over a home of its own: who is logged in is said by a header."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

from fastapi import HTTPException, Request
from fastapi.testclient import TestClient

from ioc_pipeline.settings import PROJECT, Settings, from_environment
from ioc_pipeline.web.access import Viewer
from ioc_pipeline.web.app import create_app

OURS = {"origin": "http://testserver"}
SENDERS = """\
user_name,org_unit_code
an,so-khcn
binh,thue-tinh
chi,so-khcn
chi,thue-tinh
quan,*
leader,so-khcn
nobody,so-khcn
"""


def who(request: Request) -> Viewer:
    """As Airflow would say: nobody, a leader, or a clerk of that name."""
    name = request.headers.get("x-user", "")
    if not name:
        raise HTTPException(401, "not logged in")
    return Viewer(name, looks=name == "leader", sends=name not in ("leader", "nobody"))


def settings_of(folder: Path) -> Settings:
    """A project with senders of its own; all else of it is the repository's."""
    project = folder / "project"
    copytree(PROJECT / "include", project / "include")
    (project / "include" / "senders.csv").write_text(SENDERS, "utf-8")
    for part in ("expectations", "dbt_project"):
        (project / part).symlink_to(PROJECT / part)
    environment = {"IOC_HOME": str(folder / "home"), "IOC_PROJECT": str(project), "IOC_SETTLE_SECONDS": "0"}
    return from_environment(environment)


def clients(settings: Settings) -> Callable[[str], TestClient]:
    """A browser of one account."""
    app = create_app(settings, who, str)
    return lambda name: TestClient(app, headers={"x-user": name, "accept": "text/html"}, follow_redirects=False)
