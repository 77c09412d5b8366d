"""Who owes what, from the terminal: waived, late, read again under a new contract, and rebuilt to the same marts."""

import shutil
from collections.abc import Callable

from e2e.conftest import Installation

CONTRACT = """
source: coverage
title: Biểu thử
system: "08"
department: so-khcn
reporters: communes
period_type: month
clock: calendar
due_working_days: 2
reporting_since: 2025-08-01
csv: {{delimiter: ";"}}
tables:
  - table: coverage
    titles: [Báo cáo phủ cáp quang]
    columns:
      - {{name: org_unit, headers: [Xã], type: org_unit, level: commune}}
      - {{name: households, headers: [Số hộ], type: count, element: households, multiplier: {multiplier}}}
"""
SUITE = """
name: coverage__coverage
expectations:
  - type: expect_column_values_to_be_between
    description: Không quá một triệu hộ.
    severity: critical
    kwargs: {column: households, max_value: 1000000}
"""
STATUS = """
select reporting_unit_code, period_end_date, status, blank_reason, received_count
from mart_reporting_status
where reporting_unit_code in ('03646', '04048') and period_end_date between '2025-07-31' and '2025-09-30'
order by all
"""


def report(month: int, unit: str) -> bytes:
    return f"Báo cáo phủ cáp quang\nTháng {month} năm 2025\nXã;Số hộ\n{unit};120\n".encode()


def states(installation: Installation) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in installation.query(STATUS)]


def test_a_duty_is_waived_fulfilled_late_or_older_than_the_form_and_stays_so_when_read_again(
    new_installation: Callable[..., Installation],
) -> None:
    installation = new_installation(own_project=True)
    sources = installation.project / "include" / "sources"
    shutil.rmtree(sources)
    sources.mkdir()
    (sources / "coverage.yml").write_text(CONTRACT.format(multiplier=1), encoding="utf-8")
    suite = installation.project / "expectations" / "coverage__coverage.yml"
    suite.write_text(SUITE, encoding="utf-8")
    installation.drop("03646", "thang 7.csv", report(7, "Phường Tô Hiệu"))
    installation.drop("03646", "thang 8.csv", report(8, "Phường Tô Hiệu"))
    installation.drop("04048", "thang 9.csv", report(9, "Xã Vân Hồ") + b"Xa Muong La;1\n")
    installation.ioc("run")
    assert "foreign-unit" in "".join(installation.answers("04048").values())
    installation.ioc("waive", "coverage", "2025-08", "--unit", "04048", "--reason", "Mưa lũ")
    installation.ioc("run")
    expected = [
        ("03646", "2025-07-31", "not_required", "before_reporting_since", "1"),
        ("03646", "2025-08-31", "accepted_late", "", "1"),
        ("03646", "2025-09-30", "late", "nothing_received", "0"),
        ("04048", "2025-08-31", "not_required", "waived", "0"),
        ("04048", "2025-09-30", "returned", "returned", "1"),
    ]
    assert states(installation) == expected

    changed = installation.home / "changed" / "coverage.yml"
    changed.parent.mkdir()
    changed.write_text(CONTRACT.format(multiplier=10), encoding="utf-8")
    told = installation.ioc("check", "--replay", str(changed), expect=1)
    assert "2 of 3 deliveries differ" in told
    shutil.copyfile(changed, sources / "coverage.yml")
    assert "3 deliveries" in installation.ioc("load-again", "coverage")
    installation.ioc("run")
    assert states(installation) == expected
    assert all(line.startswith("equal") for line in installation.ioc("rebuild").splitlines())
    assert installation.ioc("check", "--replay", str(changed)) == "0 of 3 deliveries differ; nothing was written\n"
