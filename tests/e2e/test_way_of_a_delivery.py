"""From the inbox to published marts and back to the cell, through the same steps the DAGs take."""

import csv
import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter

from e2e.conftest import REPOSITORY, Installation, copied_project
from ioc_pipeline.domain.addresses import cell_address
from shipped import PROFILE, SEEDS
from xlsx_cells import put

LATEST = "select value from mart_indicator_latest where indicator_code = '{}' and org_unit_code = '{}'"


def figures() -> list[dict[str, str]]:
    with (SEEDS / "published_figures.csv").open(encoding="utf-8", newline="") as seed:
        return list(csv.DictReader(seed))


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation that took one set of sample files to the marts."""
    home = tmp_path_factory.mktemp("sampled") / "home"
    made = Installation(home, REPOSITORY)
    made.ioc("sample", "--seed", "1", "--months", "3", "--until", "2025-09-15")
    made.ioc("run")
    return made


def test_every_sample_file_is_accepted(sampled: Installation) -> None:
    states = [line.split("\t")[1:3] for line in sampled.ioc("status", "--all").splitlines()[1:]]
    assert len(states) > 15
    assert {tuple(state) for state in states} == {("published", "loaded")}


def test_the_marts_give_the_published_figures(sampled: Installation) -> None:
    compared = 0
    for figure in figures():
        if figure["place_org_unit_code"] != PROFILE.province_code or figure["comparison"] == "not_reproduced":
            continue
        (row,) = sampled.query(
            "select value from mart_indicator_series"
            f" where indicator_code = '{figure['indicator_code']}'"
            f" and org_unit_code = '{figure['place_org_unit_code']}'"
            f" and period_type = '{figure['period_type']}' and period_start_date = '{figure['period_start_date']}'"
            f" and period_end_date = '{figure['period_end_date']}' and breakdown = '{figure['breakdown']}'"
            " and geography = 'as_reported'"
        )
        value, published = Decimal(row["value"]), Decimal(figure["published_value"])
        if figure["comparison"] == "equal":
            places = -int(published.as_tuple().exponent)
            assert round(value, places) == published, figure["figure_id"]
        else:
            assert value > published, figure["figure_id"]
        compared += 1
    assert compared >= 12


def test_every_value_leads_to_its_cells(sampled: Installation) -> None:
    (orphans,) = sampled.query(
        "select count(*) as n from mart_indicator_series as series where value is not null and not exists ("
        " select 1 from mart_lineage as lineage where lineage.indicator_code = series.indicator_code"
        " and lineage.org_unit_code = series.org_unit_code and lineage.period_start_date = series.period_start_date"
        " and lineage.period_end_date = series.period_end_date)"
    )
    assert orphans["n"] == "0"


def test_the_receipt_says_what_was_taken(sampled: Installation) -> None:
    for department in {line.split("\t")[3] for line in sampled.ioc("status", "--all").splitlines()[1:]}:
        for text in sampled.answers(department).values():
            assert text.startswith("ĐÃ TIẾP NHẬN")


def test_rebuilding_from_landing_gives_the_same_marts(sampled: Installation) -> None:
    told = sampled.ioc("rebuild").splitlines()
    assert len(told) >= 4
    assert all(line.startswith("equal") for line in told)


def team_workbook(path: Path, figures_of: dict[str, tuple[int, int | str]]) -> bytes:
    """The tutorial's form as a workbook."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Bieu")
        rows: list[list[object]] = [["Kết quả hoạt động của Tổ công nghệ số cộng đồng"], ["Tháng 9 năm 2025"]]
        rows.append(["Xã, phường", "Số thành viên", "Số thành viên đã tập huấn"])
        rows += [[name, members, trained] for name, (members, trained) in figures_of.items()]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path.read_bytes()


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with one small form, the tutorial's, and no other contract, which has run on an empty inbox."""
    folder = tmp_path_factory.mktemp("parsed")
    project = copied_project(folder)
    tutorial = (REPOSITORY / "docs" / "add_a_form.md").read_text(encoding="utf-8")
    for path in (project / "include" / "sources").glob("*.yml"):
        path.unlink()
    for block in tutorial.split("```")[1::2]:
        first, _, text = block.partition("\n")
        if " file=" in first and not first.endswith("2025-09.csv"):
            (project / first.split("=")[1]).write_text(text, encoding="utf-8")
        if " append=" in first:
            with (project / first.split("=")[1]).open("a", encoding="utf-8") as seed:
                seed.write(text)
    made = Installation(folder / "home", project)
    made.ioc("run")
    return made


@pytest.fixture
def teams(parsed: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Its project, which a test may change, over a home where nothing but dbt's parsing of it was kept.

    What dbt parsed is good for one place of a project only, so it is changed there, and afterwards put back.
    """
    as_it_was = shutil.copytree(parsed.project, tmp_path / "project")
    shutil.copytree(parsed.home / "build", tmp_path / "home" / "build")
    yield replace(parsed, home=tmp_path / "home")
    shutil.rmtree(parsed.project)
    shutil.copytree(as_it_was, parsed.project)


def trained(installation: Installation, unit: str = "03646") -> Decimal:
    (row,) = installation.query(LATEST.format("soc_team_trained_pct", unit))
    return Decimal(row["value"])


def test_the_first_version_again_is_a_third_delivery(teams: Installation, tmp_path: Path) -> None:
    first = team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)})
    second = team_workbook(tmp_path / "2.xlsx", {"Phường Tô Hiệu": (100, 80)})
    for content, value in ((first, 50), (second, 80), (first, 50), (first, 50)):
        teams.drop("so-khcn", "to.xlsx", content)
        teams.ioc("run")
        assert trained(teams) == value
    outcomes = [line.split("\t")[2] for line in teams.ioc("status", "--all").splitlines()[1:]]
    assert outcomes == ["loaded", "loaded", "loaded", "duplicate"]
    (answer,) = [text for name, text in teams.answers("so-khcn").items() if name.startswith("000004")]
    assert "Biên nhận của bản đã nạp: 3" in answer


def test_two_versions_of_one_scope_in_one_scan_are_both_returned(teams: Installation, tmp_path: Path) -> None:
    contract = teams.project / "include" / "sources" / "community_teams.yml"
    contract.write_text(contract.read_text("utf-8").replace("replaces: row", "replaces: scope"), "utf-8")
    teams.drop("so-khcn", "a.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)}))
    teams.drop("so-khcn", "b.xlsx", team_workbook(tmp_path / "2.xlsx", {"Phường Tô Hiệu": (100, 80)}))
    teams.ioc("run")
    answers = teams.answers("so-khcn")
    assert len(answers) == 2
    assert all("[two-versions]" in text for text in answers.values())
    assert teams.query("select * from mart_lineage where source_name = 'community_teams'") == []


def test_a_bad_correction_leaves_the_accepted_version_standing(teams: Installation, tmp_path: Path) -> None:
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)}))
    teams.load()
    assert "`ioc run` first" in teams.ioc("rebuild", expect=1)  # nothing to compare with yet
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "2.xlsx", {"Phường Tô Hiệu": (100, 101)}))
    teams.ioc("run")
    assert trained(teams) == 50
    (answer,) = [text for name, text in teams.answers("so-khcn").items() if "tra-lai" in name]
    assert "không thể nhiều hơn" in answer
    assert "ô C4" in answer


def test_the_ledger_may_be_on_postgresql(teams: Installation, tmp_path: Path, postgresql_url: str) -> None:
    served = replace(teams, ledger_url=postgresql_url)
    for number, count in enumerate((50, 80)):
        served.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / f"{number}.xlsx", {"Phường Tô Hiệu": (100, count)}))
        served.load()
    served.ioc("withdraw", "2", "--reason", "sai số liệu")
    served.ioc("run")
    assert trained(served) == 50
    assert [line.split("\t")[2] for line in served.ioc("status", "--all").splitlines()[1:]] == [
        "loaded",
        "loaded",
        "withdrawal",
    ]
    assert not (served.home / "ledger.db").exists()


def test_a_returned_form_shows_in_the_reporting_status(teams: Installation, tmp_path: Path) -> None:
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, "bảy mươi")}))
    teams.ioc("run")
    (row,) = teams.query("select * from mart_reporting_status where period_end_date = '2025-09-14'")
    assert row["status"] == "returned"
    assert row["accepted_at"] == ""


def test_a_row_replacing_form_corrects_one_commune_and_keeps_the_others(teams: Installation, tmp_path: Path) -> None:
    both = {"Phường Tô Hiệu": (100, 50), "Xã Vân Hồ": (100, 70)}
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", both))
    teams.load()
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "2.xlsx", {"Xã Vân Hồ": (100, 90)}))
    teams.ioc("run")
    assert (trained(teams), trained(teams, "04048")) == (50, 90)


def test_what_is_restored_is_published_with_what_came_since(teams: Installation, tmp_path: Path) -> None:
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)}))
    teams.ioc("run")
    teams.ioc("backup", str(tmp_path / "backup"))
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "2.xlsx", {"Phường Tô Hiệu": (100, 80)}))
    teams.load()
    for lost in (teams.home / "ledger.db", teams.home / "warehouse", teams.home / "published"):
        shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    teams.ioc("restore", str(tmp_path / "backup"))
    assert trained(teams) == 50, "the version of the backup is read at once"
    teams.ioc("run")
    assert trained(teams) == 80
    told = teams.ioc("rebuild").splitlines()
    assert len(told) >= 4
    assert all(line.startswith("equal") for line in told)
    assert "as recorded" in teams.ioc("verify")
    (known,) = teams.query("select version from _publication")
    shutil.rmtree(teams.home / "published")
    teams.ioc("run")
    (again,) = teams.query("select version from _publication")
    assert again["version"] > known["version"], "no number is given twice, whatever the folder has lost"


def test_a_withdrawn_delivery_gives_way_to_the_one_before(teams: Installation, tmp_path: Path) -> None:
    for number, count in enumerate((50, 80)):
        content = team_workbook(tmp_path / f"{number}.xlsx", {"Phường Tô Hiệu": (100, count)})
        teams.drop("so-khcn", "to.xlsx", content)
        teams.load()
    teams.ioc("withdraw", "2", "--reason", "sai số liệu")
    teams.ioc("run")
    assert trained(teams) == 50
    (answer,) = [text for name, text in teams.answers("so-khcn").items() if name.startswith("000003_rut-lai")]
    assert "Lần gửi được rút: 2" in answer
    assert "Lý do: sai số liệu" in answer


def test_a_broken_contract_stops_its_own_source_and_no_other(teams: Installation, tmp_path: Path) -> None:
    broken = teams.project / "include" / "sources" / "community_radio.yml"
    broken.write_text("source: community_radio\ntitle: 5\n", encoding="utf-8")
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)}))
    teams.ioc("run")
    assert trained(teams) == 50


def test_the_only_form_of_a_department_waits_while_its_contract_is_broken(teams: Installation, tmp_path: Path) -> None:
    contract = teams.project / "include" / "sources" / "community_teams.yml"
    whole = contract.read_text(encoding="utf-8")
    contract.write_text(whole.replace("clock: management", "clock: lunar"), encoding="utf-8")
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)}))
    teams.load()
    assert "community_teams.yml: clock" in teams.ioc("status")
    assert teams.answers("so-khcn") == {}
    contract.write_text(whole, encoding="utf-8")
    teams.ioc("run")
    assert trained(teams) == 50


def test_a_broken_suite_holds_its_deliveries_until_it_is_mended(teams: Installation, tmp_path: Path) -> None:
    suite = teams.project / "expectations" / "community_teams__teams.yml"
    whole = suite.read_text(encoding="utf-8")
    suite.write_text(whole.replace("expect_column_values_to_be_between", "expect_column_values_to_be_betwen"), "utf-8")
    teams.drop("so-khcn", "to.xlsx", team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)}))
    teams.load()
    assert "expect_column_values_to_be_betwen" in teams.ioc("status")
    assert teams.answers("so-khcn") == {}
    suite.write_text(whole, encoding="utf-8")
    teams.ioc("run")
    assert trained(teams) == 50


def test_what_is_answered_names_the_bytes_it_answers(teams: Installation, tmp_path: Path) -> None:
    content = team_workbook(tmp_path / "1.xlsx", {"Phường Tô Hiệu": (100, 50)})
    teams.drop("so-khcn", "to.xlsx", content)
    teams.load()
    (answer,) = teams.answers("so-khcn").values()
    assert hashlib.sha256(content).hexdigest() in answer


def test_check_submits_nothing(teams: Installation, tmp_path: Path) -> None:
    path = tmp_path / "to.xlsx"
    team_workbook(path, {"Phường Tô Hiệu": (100, 101)})
    marked = tmp_path / "danh-dau.xlsx"
    told = teams.ioc("check", str(path), "--department", "so-khcn", "--marked", str(marked), expect=1)
    assert "[failed-check]" in told
    names = python_calamine.CalamineWorkbook.from_path(marked).sheet_names
    assert names[1:] == python_calamine.CalamineWorkbook.from_path(path).sheet_names, "the summary is in front"
    assert teams.ioc("status", "--all").splitlines()[1:] == []


def test_a_template_filled_in_is_accepted(teams: Installation, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    teams.ioc("template", "community_teams", "2025-09", "--output", str(path))
    assert "exists already" in teams.ioc("template", "community_teams", "2025-09", "--output", str(path), expect=1)
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    header = next(number for number, row in enumerate(rows) if "Số thành viên" in row)
    total = next(number for number, row in enumerate(rows) if "Tổng cộng" in row)
    typed = {"Xã, phường": "Xã Vân Hồ", "Số thành viên": 100, "Số thành viên đã tập huấn": 40}
    cells = {("Biểu 1", cell_address(header + 3, rows[header].index(text))): value for text, value in typed.items()}
    added = {("Biểu 1", cell_address(total, rows[header].index(text))): typed[text] for text in list(typed)[1:]}
    filled = tmp_path / "nop.xlsx"
    filled.write_bytes(put(path.read_bytes(), cells | added))
    told = teams.ioc("check", str(filled), "--department", "so-khcn")
    assert "outcome: loaded" in told
    assert "[" not in told
