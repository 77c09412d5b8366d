"""The dashboard for Superset asks for datasets, columns and sums that the marts have."""

from pathlib import Path

import yaml

from ioc_pipeline.local_airflow.postgresql import Server
from ioc_pipeline.local_airflow.superset import write_bundle
from ioc_pipeline.settings import from_environment


def test_charts_ask_for_what_the_datasets_have(tmp_path: Path) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path)})
    folder = tmp_path / "dashboard"
    write_bundle(settings, Server(tmp_path, 5432, "owner", "reader"), folder)
    assert folder.stat().st_mode & 0o077 == 0
    parts = {str(path.relative_to(folder)): yaml.safe_load(path.read_bytes()) for path in folder.rglob("*.yaml")}
    datasets = {part["uuid"]: part for name, part in parts.items() if name.startswith("datasets/")}
    charts = [part for name, part in parts.items() if name.startswith("charts/")]
    assert len(charts) == 4
    for chart in charts:
        dataset, params = datasets[chart["dataset_uuid"]], chart["params"]
        columns = {column["column_name"] for column in dataset["columns"]}
        assert {*params.get("all_columns", ()), *params.get("groupby", ())} <= columns
        assert set(params.get("metrics", ())) <= {metric["metric_name"] for metric in dataset["metrics"]}
    latest = next(part for part in datasets.values() if part["table_name"] == "mart_indicator_latest")
    words = {column["column_name"]: column.get("expression", "") for column in latest["columns"]}
    assert "when 'met' then 'Đạt'" in words["target_status_in_words"]
    assert "when 'no_data' then 'Không có số liệu'" in words["null_reason_in_words"]
    assert "indicator_name_vi_in_words" not in words
    assert parts["databases/ioc.yaml"]["sqlalchemy_uri"] == "postgresql+psycopg2://ioc_bi:reader@127.0.0.1:5432/ioc"
