"""Who is logged in and what of the site is theirs. Airflow says who; which departments, `include/senders.csv`."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

from ioc_pipeline.flows.sending import may_send_for


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is logged in: `looks` at the pages of the province, `sends` for departments."""

    name: str
    looks: bool
    sends: bool


def may_look(request: Request) -> None:
    """Of the pages of the province."""
    if not viewer_of(request).looks:
        raise HTTPException(403, "not permitted to see the IOC's pages")


def may_send(request: Request) -> None:
    """Of the pages of those who send."""
    if not viewer_of(request).sends:
        raise HTTPException(403, "not permitted to send files")


def may_either(request: Request) -> None:
    """Of what every page needs."""
    viewer = viewer_of(request)
    if not (viewer.looks or viewer.sends):
        raise HTTPException(403, "not permitted to see the IOC's pages")


def viewer_of(request: Request) -> Viewer:
    viewer: Viewer = request.state.viewer
    return viewer


def own_departments(request: Request) -> dict[str, str]:
    """Whom the viewer may send for: names by code. Nobody: 403, since there is nothing of theirs to show."""
    found = may_send_for(request.app.state.given, viewer_of(request).name)
    if not found:
        raise HTTPException(403, "this account sends for no department: include/senders.csv")
    return found


def own(request: Request, department_code: str) -> str:
    """The name of a department, if it is the viewer's; what is another's is refused, whether it exists or not."""
    departments = own_departments(request)
    if department_code not in departments:
        raise HTTPException(403, "another department's")
    return departments[department_code]


def from_our_pages(request: Request) -> None:
    """Refuse what another site lets a browser send with its user's cookie (CSRF).

    Browsers say where a request comes from: in Sec-Fetch-Site over HTTPS and on this machine, in Origin everywhere.
    What says neither is no browser's form.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    is_ours = site == "same-origin" if site else urlsplit(origin).netloc == request.headers.get("host", "") != ""
    if not is_ours:
        raise HTTPException(403, "sent from another site")
