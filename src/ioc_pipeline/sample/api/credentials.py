"""How the sample systems are reached: what their clients show, and the connections that say so."""

import json

LOGIN, PASSWORD = "ioc", "sample"  # open nothing but invented figures
CONNECTIONS = ("one_stop", "task_tracking", "vrain", "national_portal")


def connections(base_url: str) -> dict[str, str]:
    """Variables of the environment that name the systems: AIRFLOW_CONN_<ID> → the connection as JSON."""
    connection = json.dumps({"conn_type": "http", "host": base_url, "login": LOGIN, "password": PASSWORD})
    return {f"AIRFLOW_CONN_{name.upper()}": connection for name in CONNECTIONS}
