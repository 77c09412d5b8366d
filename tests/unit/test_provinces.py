"""Every province that ships has a whole folder, and a home of its own."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

import shipped
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.flows.new_province import begin_province
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.reference.contracts import read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.profile import read_profile
from ioc_pipeline.settings import Settings, from_environment

CODES = ("14", "33", "42", "80")


def settings_of(code: str, project: Path = shipped.PROJECT) -> Settings:
    return from_environment({"IOC_PROVINCE": code, "IOC_PROJECT": str(project)})


@pytest.mark.parametrize("code", CODES)
def test_all_contracts_and_targets_of_a_province_are_ready(code: str) -> None:
    settings = settings_of(code)
    assert read_contracts(settings.sources, settings.expectations, settings.seeds).broken == {}
    assert load_catalogue(settings.seeds).faults == []
    table = {path.stem for path in settings.seeds.own.glob("*.csv")}
    shared = {path.stem for path in settings.seeds.shared.glob("*.csv")}
    of_dbt = {"codes", "computed_twins", "crosswalk", "org_units", "rain_thresholds", "rankings", "systems"}
    assert not table & shared & of_dbt, "dbt takes a seed of one name from one folder only"


def test_a_province_that_was_just_begun_is_ready(tmp_path: Path) -> None:
    shipped.copy_flat(tmp_path)
    for path in shipped.PROVINCE.glob("*s/*.*"):
        (tmp_path / "include" / path.parent.name / path.name).unlink(missing_ok=True)
    template = tmp_path / "include" / "provinces" / "template"
    for path in (shipped.PROVINCES / "template").glob("*/*"):
        (template / path.parent.name).mkdir(parents=True, exist_ok=True)
        (template / path.parent.name / path.name).write_bytes(path.read_bytes())
    folder = begin_province(settings_of("", tmp_path), "01")
    settings = settings_of("01", tmp_path)
    assert read_contracts(settings.sources, settings.expectations, settings.seeds).broken == {}
    assert read_profile(folder).province_code == "01"
    assert OrgUnits.from_seeds(settings.seeds).get("so-y-te", date.max) is not None
    with pytest.raises(UserError, match="there already"):
        begin_province(settings, "01")
    with pytest.raises(UserError, match="the code of a province of today"):
        begin_province(settings, "99")


def test_a_province_without_a_folder_is_refused_with_those_that_have_one() -> None:
    with pytest.raises(UserError, match=r"IOC_PROVINCE='99'.*14, 33, 42, 80.*ioc init --province"):
        settings_of("99")


def test_the_home_of_another_province_is_refused(tmp_path: Path) -> None:
    home = {"IOC_HOME": str(tmp_path)}
    open_store(from_environment({**home, "IOC_PROVINCE": "33"}))
    open_store(from_environment({**home, "IOC_PROVINCE": "33"}))
    with pytest.raises(UserError, match=r"is of province 33, IOC_PROVINCE is 42: give each province a home of its own"):
        open_store(from_environment({**home, "IOC_PROVINCE": "42"}))
    (tmp_path / "province").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"is of province .*IOC_PROVINCE is 33"):
        open_store(from_environment({**home, "IOC_PROVINCE": "33"}))


def test_the_states_of_two_provinces_lie_apart() -> None:
    assert len({settings_of(code).home for code in CODES}) == len(CODES)


def test_no_code_names_a_province() -> None:
    with (shipped.SEEDS / "org_units.csv").open(encoding="utf-8", newline="") as stream:
        names = {row["name"] for row in csv.DictReader(stream) if row["level"] == "province"}
    one_of_them = re.compile(rf"\b({'|'.join(sorted(names))})\b", re.IGNORECASE)
    texts = [path for path in (shipped.PROJECT / "src").rglob("*") if path.suffix in (".py", ".yml", ".html", ".js")]
    assert len(texts) > 300
    assert {str(path): found for path in texts if (found := one_of_them.findall(path.read_text("utf-8")))} == {}
