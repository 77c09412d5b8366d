"""What dbt's adapter calls when it opens a DuckLake: the output `lake` of profiles.yml names this module."""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from ioc_pipeline.warehouse.place import load_extensions


class Plugin(BasePlugin):
    """Loads the extensions before the adapter attaches the lake."""

    def configure_connection(self, conn: Any) -> None:
        load_extensions(conn)
