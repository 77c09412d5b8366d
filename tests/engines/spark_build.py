"""One build on Spark, run in the environment of `make engines`, which has nothing of ours.

    python spark_build.py TASK.json

The task names `master`, the `warehouse` folder of Spark, `inputs` (folders of Parquet files by schema), the folder for
the `marts`, `project`, dbt's `variables` and whether the build is `full`. Models alone: what dbt tests in their rows
was tested where they are compared with. Prints the nodes that failed; ends with 1 if any did.
"""

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    task = json.loads(Path(sys.argv[1]).read_text())
    spark = _session(task)
    for schema, folder in task["inputs"].items():
        spark.sql(f"create database if not exists {schema}")
        for path in sorted(Path(folder).glob("*.parquet")):
            spark.sql(f"drop table if exists {schema}.{path.stem}")
            spark.sql(f"create table {schema}.{path.stem} using parquet location '{path}'")
    failed = _build(task)
    for table in spark.catalog.listTables("marts"):
        spark.table(f"marts.{table.name}").write.mode("overwrite").parquet(f"{task['marts']}/{table.name}")
    spark.stop()
    print(*failed, sep="\n")
    sys.exit(bool(failed))


def _session(task: dict[str, Any]) -> Any:
    from pyspark.sql import SparkSession

    home = Path(task["warehouse"]).parent
    builder = SparkSession.builder.master(task["master"]).appName("ioc").enableHiveSupport()
    for name, value in {
        "spark.driver.memory": "3g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={home}",
        "spark.executor.memory": "1g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": task["warehouse"],
        "spark.sql.timestampType": "TIMESTAMP_NTZ",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _build(task: dict[str, Any]) -> list[str]:
    from dbt.cli.main import dbtRunner

    options = ["--quiet", "--no-print", "--no-version-check", "--no-send-anonymous-usage-stats", "--no-write-json"]
    logs = Path(task["warehouse"]).parent
    where = ["--project-dir", task["project"], "--profiles-dir", task["project"], "--target", "spark"]
    outcome = dbtRunner().invoke(
        [
            *options,
            *("--log-path", str(logs / "logs")),
            "run",
            *where,
            *("--target-path", str(logs / "target")),
            *("--vars", json.dumps(task["variables"])),
            *(["--full-refresh"] if task["full"] else ["--select", "source:raw+"]),
        ]
    )
    if outcome.exception:
        return [str(outcome.exception)]
    return [
        f"{result.node.name}: {result.status}: {result.message}"
        for result in outcome.result.results
        if str(result.status) not in ("success", "pass", "warn")
    ]


if __name__ == "__main__":
    main()
