"""The IOC's pages in Airflow's menu and behind its login. What they show is in `ioc_pipeline.web`."""

from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin

PREFIX = "/ioc"
MENU = {
    "IOC: Màn hình": "",
    "IOC: Báo cáo": "reporting",
    "IOC: Tệp đã nhận": "deliveries",
    "IOC: Đơn vị tôi": "desk",
    "IOC: Kiểm tra thử": "check",
    "IOC: Gửi tệp": "send",
}
# Custom views of Airflow's; with the simple auth manager every role has both.
LOOKS, SENDS = "IOC", "IOC Desk"


class AddSlash:
    """`/ioc` as people type it is `/ioc/`: else Airflow's own pages answer, that there is no such page."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = {**scope, "path": f"{PREFIX}/"} if scope.get("path") == PREFIX else scope
        await self._app(asked, receive, send)


class IocPages(AirflowPlugin):
    """`/ioc` and its places in the menu. They open as pages of their own, so that an address is what it shows."""

    name = "ioc_pages"

    @property
    def external_views(self) -> list[dict[str, str]]:
        """More than one: a single one Airflow 3.3.2 draws as a button that leads nowhere."""
        return [{"name": name, "href": f"{PREFIX}/{path}", "destination": "nav"} for name, path in MENU.items()]

    @property
    def fastapi_root_middlewares(self) -> list[dict[str, Any]]:
        return [{"middleware": AddSlash, "name": "IOC with its slash"}]

    @cached_property
    def fastapi_apps(self) -> list[dict[str, Any]]:
        """Made when it is asked for: every process of Airflow's loads plugins, only the API server has use for it."""
        from airflow.api_fastapi.app import get_auth_manager
        from airflow.api_fastapi.core_api.security import GetUserDep

        from ioc_pipeline.settings import from_environment
        from ioc_pipeline.web.access import Viewer
        from ioc_pipeline.web.app import create_app

        def who(user: GetUserDep) -> Viewer:
            """Who is logged in; who is not does not come so far, Airflow answers 401. Who may nothing gets 403."""
            may = get_auth_manager().is_authorized_custom_view
            looks, sends = (may(method="GET", resource_name=name, user=user) for name in (LOOKS, SENDS))
            return Viewer(user.get_name(), looks, sends)

        def login_url(back: str) -> str:
            return get_auth_manager().get_url_login(next_url=back)

        app = create_app(from_environment(), who, login_url)
        return [{"app": app, "url_prefix": PREFIX, "name": "IOC"}]
