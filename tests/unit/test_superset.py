"""The dashboard for Superset asks for datasets, columns and sums that the marts have."""

import zipfile
from pathlib import Path

import yaml

from ioc_pipeline.local_airflow.postgresql import Server
from ioc_pipeline.local_airflow.superset import write_bundle
from ioc_pipeline.settings import from_environment


def test_charts_ask_for_what_the_datasets_have(tmp_path: Path) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path)})
    file = tmp_path / "dashboard.zip"
    write_bundle(settings, Server(tmp_path, 5432, "owner", "reader"), file)
    assert file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as bundle:
        parts = {name: yaml.safe_load(bundle.read(name)) for name in bundle.namelist()}
    datasets = {part["uuid"]: part for name, part in parts.items() if "/datasets/" in name}
    charts = [part for name, part in parts.items() if "/charts/" in name]
    assert len(charts) == 4
    for chart in charts:
        dataset, params = datasets[chart["dataset_uuid"]], chart["params"]
        columns = {column["column_name"] for column in dataset["columns"]}
        assert {*params.get("all_columns", ()), *params.get("groupby", ())} <= columns
        assert set(params.get("metrics", ())) <= {metric["metric_name"] for metric in dataset["metrics"]}
    assert parts["ioc/databases/ioc.yaml"]["sqlalchemy_uri"] == "postgresql+psycopg2://ioc_bi:reader@127.0.0.1:5432/ioc"
