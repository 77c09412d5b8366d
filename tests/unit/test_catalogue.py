"""The catalogue that ships, and catalogues with one thing wrong."""

import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.catalogue.load import Catalogue, load_catalogue
from ioc_pipeline.reference.catalogue.terms import Term
from shipped import SEEDS

ChangeSeed = Callable[[str, str, str], Catalogue]


@pytest.fixture
def change_seed(tmp_path: Path) -> ChangeSeed:
    """Load the shipped catalogue with one text of one file replaced."""

    def change(name: str, old: str, new: str) -> Catalogue:
        for seed in ("elements.csv", "indicators.csv", "indicator_terms.csv", "targets.csv", "systems.csv"):
            shutil.copy(SEEDS / seed, tmp_path / seed)
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.count(old) >= 1
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        return load_catalogue(tmp_path)

    return change


def line_of(name: str, start: str) -> int:
    lines = (SEEDS / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if line.startswith(start))


def reason_of(catalogue: Catalogue, code: str) -> str:
    [fault] = [fault for fault in catalogue.faults if fault.code == code]
    return str(fault)


def test_the_shipped_catalogue_has_no_faulty_row() -> None:
    assert load_catalogue(SEEDS).faults == []


def test_a_one_element_indicator_and_a_listed_one_have_the_same_terms_shape() -> None:
    indicators = load_catalogue(SEEDS).indicators
    assert indicators["gov_online_submission_pct"].terms == (
        Term("numerator", "tthc_received_online", "", Decimal(1)),
        Term("denominator", "tthc_received", "", Decimal(1)),
    )
    assert indicators["infra_party_wan_pct"].terms == (
        Term("numerator", "party_agencies_connected", "level=province", Decimal(1)),
        Term("numerator", "party_agencies_connected", "level=commune", Decimal(1)),
        Term("denominator", "party_agencies", "level=province", Decimal(1)),
        Term("denominator", "party_agencies", "level=commune", Decimal(1)),
    )


def test_done_late_and_overdue_not_done_are_never_one_number() -> None:
    for indicator in load_catalogue(SEEDS).indicators.values():
        elements = {term.element_code for term in indicator.terms}
        assert not {"tasks_done_late", "tasks_overdue_not_done"} <= elements


def test_every_target_of_the_province_names_its_legal_source_and_examples_say_so() -> None:
    targets = load_catalogue(SEEDS).targets
    kinds = ("Quyết định", "Nghị quyết", "Chỉ thị", "Thông tư", "Kế hoạch")
    assert all(target.legal_source.startswith(kinds) for target in targets if not target.is_example)
    assert all("ví dụ" in target.legal_source for target in targets if target.is_example)


def test_published_figures_speak_of_known_indicators_and_say_why_one_is_not_reproduced() -> None:
    indicators = load_catalogue(SEEDS).indicators
    with (SEEDS / "published_figures.csv").open(encoding="utf-8", newline="") as stream:
        figures = list(csv.DictReader(stream))
    assert {figure["indicator_code"] for figure in figures} <= set(indicators)
    assert len({figure["figure_id"] for figure in figures}) == len(figures)
    assert all(Decimal(figure["published_value"]) > 0 for figure in figures)
    assert {figure["comparison"] for figure in figures} == {"equal", "greater_than", "not_reproduced"}
    assert all(figure["note"] for figure in figures if figure["comparison"] == "not_reproduced")
    assert all((figure["comparison"] == "greater_than") == (figure["value_qualifier"] == ">") for figure in figures)


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "says"),
    [
        (
            "indicators.csv",
            "tthc_received_online,tthc_received,",
            "no_such,tthc_received,",
            "gov_online_submission_pct",
            "unknown element 'no_such'",
        ),
        (
            "indicators.csv",
            "up,ratio,tthc_received_online",
            "up,mean,tthc_received_online",
            "gov_online_submission_pct",
            "shape is 'mean'",
        ),
        (
            "indicators.csv",
            "tthc_received_online,tthc_received,100",
            "tthc_received_online,tthc_received,1OO",
            "gov_online_submission_pct",
            "factor is '1OO'",
        ),
        (
            "indicators.csv",
            "tthc_received_online,tthc_received,100",
            "tthc_received_online,tthc_received,0",
            "gov_online_submission_pct",
            "factor is '0', expected a number above 0",
        ),
        (
            "indicators.csv",
            "gov_online_submission_pct,",
            "gov online pct,",
            "gov online pct",
            "expected small letters, digits and _",
        ),
        (
            "indicators.csv",
            "tthc_received_online,tthc_received,100,2",
            "tthc_received_online,tthc_received,100,1.5",
            "gov_online_submission_pct",
            "decimals is '1.5'",
        ),
        (
            "indicators.csv",
            "tthc_received_online,tthc_received,",
            "tthc_received_online,,",
            "gov_online_submission_pct",
            "no denominator",
        ),
        (
            "indicators.csv",
            "digital_economy_value,grdp,",
            "digital_economy_value,population,",
            "eco_digital_grdp_pct",
            "vnd_billion over count",
        ),
        (
            "indicators.csv",
            "gov_online_submission_pct,",
            "gov_dossiers_received_count,",
            "gov_dossiers_received_count",
            "listed 2 times",
        ),
        (
            "indicator_terms.csv",
            "numerator,party_agencies_connected,level=province,1",
            "numerators,party_agencies_connected,level=province,1",
            "infra_party_wan_pct",
            "role is 'numerators'",
        ),
        (
            "indicator_terms.csv",
            "numerator,party_agencies_connected,level=province,1",
            "numerator,party_agencies_connected,level=province,một",
            "infra_party_wan_pct",
            "coefficient is 'một'",
        ),
        (
            "indicator_terms.csv",
            "soc_vneid_level2_pct,",
            "soc_no_such_pct,",
            "soc_no_such_pct",
            "not in indicators.csv",
        ),
        ("targets.csv", ",100,at_least", ",100%,at_least", "infra_communes_fibre_pct", "target_value is '100%'"),
        (
            "targets.csv",
            "14,2025-01-01,2025-12-31,100",
            "14,2025-12-31,2025-01-01,100",
            "infra_communes_fibre_pct",
            "ends before it starts",
        ),
        (
            "indicators.csv",
            "Dossiers received online,02,",
            "Dossiers received online,2,",
            "gov_online_submission_pct",
            "system_code '2' is not in systems.csv",
        ),
        (
            "indicator_terms.csv",
            "infra_party_wan_pct,numerator,party_agencies_connected,level=commune,",
            "infra_party_wan_pct,numerator,party_agencies_connected,level=province,",
            "infra_party_wan_pct",
            "numerator 'party_agencies_connected' is listed twice",
        ),
        (
            "indicator_terms.csv",
            "infra_party_wan_pct,numerator,party_agencies_connected,level=commune,",
            "infra_party_wan_pct,numerator,indicator:gov_tasks_on_time_pct,,",
            "infra_party_wan_pct",
            "is a ratio: only a sum can be a term",
        ),
        (
            "indicator_terms.csv",
            "infra_party_wan_pct,numerator,party_agencies_connected,level=commune,",
            "infra_party_wan_pct,numerator,indicator:no_such_count,,",
            "infra_party_wan_pct",
            "unknown indicator 'no_such_count'",
        ),
        (
            "indicator_terms.csv",
            "infra_party_wan_pct,numerator,party_agencies_connected,level=commune,",
            "infra_party_wan_pct,threshold,party_agencies_connected,level=commune,",
            "infra_party_wan_pct",
            "lists 1 thresholds",
        ),
        (
            "elements.csv",
            "tthc_settled_on_time,",
            "tthc_settled_late,",
            "gov_dossiers_on_time_pct",
            "unknown element 'tthc_settled_on_time'",
        ),
    ],
)
def test_a_faulty_row_disables_its_indicator_and_no_other(
    change_seed: ChangeSeed, name: str, old: str, new: str, code: str, says: str
) -> None:
    catalogue = change_seed(name, old, new)
    assert says in reason_of(catalogue, code)
    assert code not in catalogue.indicators
    assert "infra_population_4g_pct" in catalogue.indicators


def test_the_message_names_file_and_line(change_seed: ChangeSeed) -> None:
    catalogue = change_seed("indicators.csv", "telecom_population_4g,population,", "telecom_population_4g,no_such,")
    line = line_of("indicators.csv", "infra_population_4g_pct")
    assert reason_of(catalogue, "infra_population_4g_pct").startswith(f"indicators.csv line {line}: ")


def test_a_target_without_a_legal_source_disables_its_indicator(change_seed: ChangeSeed) -> None:
    source = '"Lâm Đồng, số liệu đến 27/11/2025 (nguồn thứ cấp); ví dụ của tỉnh khác"'
    catalogue = change_seed("targets.csv", source, "")
    assert "legal_source is empty" in reason_of(catalogue, "gov_dossiers_on_time_pct")
    assert "gov_dossiers_on_time_pct" not in {target.indicator_code for target in catalogue.targets}


def test_a_faulty_element_is_not_known_to_the_loader(change_seed: ChangeSeed) -> None:
    catalogue = change_seed("elements.csv", "population,Dân số,count,stock", "population,Dân số,count,stok")
    assert "population" not in catalogue.elements
    assert "kind is 'stok'" in reason_of(catalogue, "population")
    assert "kind is 'stok'" in reason_of(catalogue, "infra_population_4g_pct")


def test_a_row_with_a_comma_too_many_disables_itself(change_seed: ChangeSeed) -> None:
    catalogue = change_seed("elements.csv", "grdp,GRDP theo giá hiện hành,", "grdp,GRDP, theo giá hiện hành,")
    assert "10 values, expected 9" in reason_of(catalogue, "grdp")


def test_other_columns_stop_the_catalogue_and_say_which_are_expected(change_seed: ChangeSeed) -> None:
    with pytest.raises(ContractError, match=r"elements\.csv line 1: expected the columns element_code,"):
        change_seed("elements.csv", "element_code,", "element,")


def test_a_missing_file_stops_the_catalogue(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"elements\.csv: not readable as CSV in UTF-8"):
        load_catalogue(tmp_path)


def test_a_cyclic_formula_is_told_with_file_line_and_the_way_around(change_seed: ChangeSeed, tmp_path: Path) -> None:
    change_seed("indicators.csv", "indicator_code", "indicator_code")
    shape = "{},,Tên,Name,02,vp-ubnd,count,none,sum,,,1,0,from_terms,Định nghĩa,Nguồn\n"
    first = len((tmp_path / "indicator_terms.csv").read_text(encoding="utf-8").splitlines()) + 1
    with (tmp_path / "indicators.csv").open("a", encoding="utf-8") as seed:
        seed.write("".join(shape.format(code) for code in ("a_count", "b_count", "c_count")))
    with (tmp_path / "indicator_terms.csv").open("a", encoding="utf-8") as seed:
        seed.write("a_count,numerator,indicator:b_count,,1\nb_count,numerator,indicator:a_count,,1\n")
        seed.write("b_count,numerator,tthc_received,,1\nc_count,numerator,indicator:c_count,,1\n")
    catalogue = load_catalogue(tmp_path)
    cycle = f"indicator_terms.csv line {first + 1}: the formula is cyclic: a_count > b_count > a_count"
    assert reason_of(catalogue, "b_count") == cycle
    assert cycle in reason_of(catalogue, "a_count")
    assert "c_count > c_count" in reason_of(catalogue, "c_count")
    assert {fault.code for fault in catalogue.faults} == {"a_count", "b_count", "c_count"}


def test_a_chain_of_formulas_has_an_end(change_seed: ChangeSeed, tmp_path: Path) -> None:
    change_seed("indicators.csv", "indicator_code", "indicator_code")
    with (tmp_path / "indicators.csv").open("a", encoding="utf-8") as seed:
        for number in range(2000):
            seed.write(f"c{number},,Tên,Name,02,vp-ubnd,count,none,sum,indicator:c{number + 1},,1,0,from_terms,Đ,N\n")
        seed.write("c2000,,Tên,Name,02,vp-ubnd,count,none,sum,tthc_received,,1,0,from_terms,Đ,N\n")
    catalogue = load_catalogue(tmp_path)
    assert "more than 20 formulas name one another" in reason_of(catalogue, "c0")
    assert "c2000" in catalogue.indicators


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "population,Dân số,count,stock,sum,last",
            "population,Dân số,count,stock,sum,sum",
            "kind is stock, but it is ad",
        ),
        (
            "population,Dân số,count,stock,sum,last",
            "population,Dân số,count,rate,sum,last",
            "kind is rate, but it is ad",
        ),
        (
            "population,Dân số,count,stock,sum,last,,",
            "population,Dân số,count,stock,weighted,last,population,",
            "itself",
        ),
    ],
)
def test_what_cannot_be_added_up_is_not(change_seed: ChangeSeed, old: str, new: str, says: str) -> None:
    assert says in reason_of(change_seed("elements.csv", old, new), "population")


def test_two_targets_for_one_period_disable_their_indicator(change_seed: ChangeSeed) -> None:
    line = (SEEDS / "targets.csv").read_text("utf-8").splitlines()[1]
    catalogue = change_seed("targets.csv", line, f"{line}\n{line.replace(',100,', ',90,')}")
    assert "targets.csv line 3: a second target of '14'" in reason_of(catalogue, "infra_communes_fibre_pct")


def test_the_mark_that_excel_writes_first_is_no_part_of_a_name(change_seed: ChangeSeed) -> None:
    assert change_seed("indicators.csv", "indicator_code", "\ufeffindicator_code").faults == []


@pytest.mark.parametrize("name", ["elements.csv", "indicators.csv"])
def test_a_file_that_lost_its_rows_stops_the_catalogue(tmp_path: Path, change_seed: ChangeSeed, name: str) -> None:
    change_seed(name, "_code", "_code")
    (tmp_path / name).write_text((SEEDS / name).read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    with pytest.raises(ContractError, match=rf"{name} line 2: expected rows"):
        load_catalogue(tmp_path)


def test_a_term_that_names_an_indicator_is_written_out(change_seed: ChangeSeed) -> None:
    catalogue = change_seed(
        "indicator_terms.csv",
        "infra_party_wan_pct,numerator,party_agencies_connected,level=commune,1",
        "infra_party_wan_pct,numerator,indicator:gov_tasks_slow_count,,2",
    )
    assert Term("numerator", "tasks_slow", "", Decimal(2)) in catalogue.indicators["infra_party_wan_pct"].terms


def test_a_share_of_units_has_its_threshold_from_the_terms(change_seed: ChangeSeed, tmp_path: Path) -> None:
    change_seed("indicators.csv", "indicator_code", "indicator_code")
    with (tmp_path / "indicators.csv").open("a", encoding="utf-8") as seed:
        seed.write("met_pct,,Tên,Name,02,vp-ubnd,pct,up,share_of_units,")
        seed.write("tasks_done_on_time,tasks_due,100,2,from_terms,Định nghĩa,Nguồn\n")
    assert "lists 0 thresholds" in reason_of(load_catalogue(tmp_path), "met_pct")
    with (tmp_path / "indicator_terms.csv").open("a", encoding="utf-8") as seed:
        seed.write("met_pct,threshold,,,0.75\n")
    met = load_catalogue(tmp_path).indicators["met_pct"]
    assert met.threshold == Decimal("0.75")
    assert {term.role for term in met.terms} == {"numerator", "denominator"}


def test_an_element_weighed_by_nothing_known_is_disabled_with_its_indicators(change_seed: ChangeSeed) -> None:
    catalogue = change_seed("elements.csv", "count,stock,sum,last,,15,", "count,stock,weighted,last,no_such,15,")
    [code] = [fault.code for fault in catalogue.faults if fault.kind == "element"]
    assert "weight_element 'no_such' is not a usable row" in reason_of(catalogue, code)
    assert any(f"unknown element '{code}'" in fault.reason for fault in catalogue.faults)
