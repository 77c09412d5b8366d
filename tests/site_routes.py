"""Every route of the site, those of apps below it too."""

from collections.abc import Iterator

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount


def routes_of(routes: list[BaseRoute]) -> Iterator[tuple[str, str]]:
    """Each method and path, with names in braces; fails for a route that would ask nobody to log in."""
    for route in routes:
        if isinstance(route, Mount):  # an app below, with routes of its own
            yield from ((method, f"{route.path}{path}") for method, path in routes_of(route.routes))
            continue
        assert isinstance(route, APIRoute), f"{route} is outside of the dependencies: nobody would be asked to log in"
        for method in route.methods:
            yield method, route.path
