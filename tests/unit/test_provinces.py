"""Every province that ships has a whole folder, whose samples give the figures that were published of it."""

import csv
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import shipped
from ioc_pipeline.domain.errors import SourceError, UserError
from ioc_pipeline.flows.new_province import begin_province
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import parse_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.catalogue.load import load_catalogue
from ioc_pipeline.reference.contracts import Contract, Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.profile import read_profile
from ioc_pipeline.sample.write import sample_files, write_samples
from ioc_pipeline.settings import Settings, from_environment

PLACES = {"33": {"33"}, "80": {"80"}, "42": {"440"}}
"""By province: the units of which something was published."""
FORMS = {"33": ("admin_procedures", "party_network"), "80": ("dti_results",), "42": ()}
"""By province: the shared forms that these figures are in, beside the forms of its own."""
Totals = dict[tuple[str, str, str], Decimal]  # element, unit, last day


def settings_of(code: str, project: Path = shipped.PROJECT) -> Settings:
    return from_environment({"IOC_PROVINCE": code, "IOC_PROJECT": str(project)})


def read_back(settings: Settings, inbox: Path) -> Totals:
    """Write the samples of a province and read them; a value of communes counts for their province too."""
    units = OrgUnits.from_seeds(settings.seeds)
    contracts = read_contracts(settings.sources, settings.expectations, settings.seeds)
    profile = read_profile(settings.province)
    names = (*FORMS[settings.province_code], *profile.own_forms)
    chosen = Contracts({name: contracts.ready[name] for name in names}, {})
    files = sample_files(seed=1, months=1, contracts=chosen, org_units=units, profile=profile, seeds=settings.seeds)
    paths = write_samples(inbox, files)
    newest: dict[tuple[str, ...], Decimal] = {}  # of what one source says of a unit twice, the later counts
    requests = [ReadRequest(path, path.name, None) for path in paths]
    for path, workbook in zip(paths, read_deliveries(requests), strict=True):
        assert not isinstance(workbook, SourceError), workbook.problems
        contract = choose_contract(workbook, path.parent.name, contracts)
        assert isinstance(contract, Contract), path.name
        envelope = Envelope(path.parent.name, settings.province_code, path.name, date(2025, 10, 5), units)
        tables = parse_workbook(workbook, contract.source, envelope).tables
        for row in (row for table in tables for batch in table.observations(1) for row in batch.to_pylist()):
            if row["measured_value"] is not None:
                key = (row["source_name"], row["breakdown"], row["element_code"], row["org_unit_code"])
                newest[*key, str(row["period_end_date"])] = row["measured_value"]
    totals: Totals = defaultdict(Decimal)
    for (_, _, element, unit, last_day), value in newest.items():
        totals[element, settings.province_code if len(unit) == len("03646") else unit, last_day] += value
    return totals


@pytest.mark.parametrize("code", PLACES)
def test_the_samples_of_a_province_give_every_figure_that_was_published_of_it(code: str, tmp_path: Path) -> None:
    settings = settings_of(code)
    totals, indicators = read_back(settings, tmp_path), load_catalogue(settings.seeds).indicators
    with (settings.seeds / "published_figures.csv").open(encoding="utf-8", newline="") as stream:
        figures = [row for row in csv.DictReader(stream) if row["place_org_unit_code"] in PLACES[code]]
    assert len(figures) >= 3
    for figure in figures:
        indicator = indicators[figure["indicator_code"]]
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for term in indicator.terms:
            key = (term.element_code, figure["place_org_unit_code"], figure["period_end_date"])
            sums[term.role] += term.coefficient * totals[key]
        value = sums["numerator"] / sums["denominator"] if "denominator" in sums else sums["numerator"]
        published = Decimal(figure["published_value"])
        assert round(value * indicator.factor, 2) == published, figure["figure_id"]


@pytest.mark.parametrize("code", ["14", *PLACES])
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


def test_the_states_of_two_provinces_lie_apart() -> None:
    assert len({settings_of(code).home for code in ("", *PLACES)}) == 4


def test_no_code_names_a_province() -> None:
    with (shipped.SEEDS / "org_units.csv").open(encoding="utf-8", newline="") as stream:
        names = {row["name"] for row in csv.DictReader(stream) if row["level"] == "province"}
    one_of_them = re.compile(rf"\b({'|'.join(sorted(names))})\b", re.IGNORECASE)
    texts = [path for path in (shipped.PROJECT / "src").rglob("*") if path.suffix in (".py", ".yml", ".html", ".js")]
    assert len(texts) > 300
    assert {str(path): found for path in texts if (found := one_of_them.findall(path.read_text("utf-8")))} == {}
