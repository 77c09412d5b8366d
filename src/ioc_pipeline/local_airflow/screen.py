"""What a run prints: where it has come to, the demo's tables, where everything is and how to log in."""

import os
import sys
import time

from ioc_pipeline.local_airflow.environment import USER, Secrets, passwords_file
from ioc_pipeline.local_airflow.postgresql import DATABASE, Server
from ioc_pipeline.publish.postgresql import READERS, SCHEMA
from ioc_pipeline.publish.published import connect_published
from ioc_pipeline.serve import overview
from ioc_pipeline.settings import Settings


class Screen:
    """Standard output of one run; each step is said with the seconds since it began."""

    def __init__(self) -> None:
        self._started_at = time.monotonic()

    def say(self, text: str) -> None:
        self.show(f"[{time.monotonic() - self._started_at:4.0f} s] {text}")

    def show(self, text: str) -> None:
        """Print, also to a terminal that is gone: that must not keep us from stopping what we started."""
        try:
            print(text, flush=True)
        except OSError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115

    def show_marts(self, given: Settings) -> None:
        """Print the province's newest indicators, one of each system, and what became of published figures."""
        with connect_published(given) as marts:
            for title, table in overview.tables(marts, given.province_code):
                self.show(f"\n{title}\n\n{overview.as_text(table)}")

    def show_places(self, given: Settings) -> None:
        self.show(
            '\nTừ đâu mà có · whence      .venv/bin/ioc trace "<chỉ số · indicator>" "<nơi · unit>" <2025-09|2025-Q3>'
            f"\nHộp thư đến · inbox        {given.inbox}/<đơn vị · department>/"
            f"\nPhản hồi · feedback        {given.inbox}/<đơn vị · department>/phan-hoi/"
            f"\nDữ liệu công bố · marts    {given.published}"
            f"\nNhật ký · logs             {given.home / 'airflow' / 'logs'}"
        )

    def show_login(self, given: Settings, port: int, keys: Secrets) -> None:
        """Print the password where it is new; later it can be looked up."""
        password = keys.password if keys.is_new else f"xem · see {passwords_file(given)}"
        self.show(
            f"Giao diện · web UI         http://127.0.0.1:{port}"
            f"\nĐăng nhập · login          {USER}"
            f"\nMật khẩu · password        {password}\n"
        )

    def show_serving(self, server: Server) -> None:
        """Print how a BI tool connects; the password lets nobody change anything."""
        self.show(
            f"PostgreSQL (BI)            127.0.0.1:{server.port}, database {DATABASE}, schema {SCHEMA}"
            f"\nĐăng nhập BI · BI login     {READERS}"
            f"\nMật khẩu BI · BI password   {server.reader_password}\n"
        )

    def show_how_to_go_on(self) -> None:
        self.show("\n`make run` tiếp tục từ đây và phục vụ · goes on from here and keeps serving\n")
