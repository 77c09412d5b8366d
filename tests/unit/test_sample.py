"""Sample files: what they say, and that the pipeline's own readers take them."""

import csv
import hashlib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given
from hypothesis import strategies as st

from ioc_pipeline.domain.errors import SourceError
from ioc_pipeline.domain.workbooks import Workbook
from ioc_pipeline.parse.choice import choose_contract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.roles import cell_roles
from ioc_pipeline.parse.sheet import ParsedDelivery, parse_workbook
from ioc_pipeline.read.workbook import ReadRequest, read_deliveries
from ioc_pipeline.reference.catalogue.load import Catalogue, load_catalogue
from ioc_pipeline.reference.contracts import Contract, Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.departments import FILLS
from ioc_pipeline.sample.figures import share_out, weigh_communes
from ioc_pipeline.sample.printed import neutralise
from ioc_pipeline.sample.write import sample_files, write_samples
from shipped import EXPECTATIONS, PROFILE, SEEDS, SOURCES

NOTICE = "DỮ LIỆU MẪU - không phải số liệu thật"


@pytest.fixture(scope="module")
def contracts() -> Contracts:
    return read_contracts(SOURCES, EXPECTATIONS, SEEDS)


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.fixture(scope="module")
def eight(contracts: Contracts) -> Contracts:
    """The contracts of the first forms, which `sample.departments` fills in."""
    return Contracts({name: contracts.ready[name] for name in FILLS}, {})


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, eight: Contracts, org_units: OrgUnits) -> list[Path]:
    inbox = tmp_path_factory.mktemp("inbox")
    return write_samples(
        inbox, sample_files(seed=1, months=3, contracts=eight, org_units=org_units, profile=PROFILE, seeds=SEEDS)
    )


def read(path: Path, contract: Contract) -> Workbook:
    (workbook,) = read_deliveries([ReadRequest(path, path.name, contract.source.csv)])
    assert not isinstance(workbook, SourceError), workbook.problems
    return workbook


def parse(workbook: Workbook, contract: Contract, org_units: OrgUnits, file_name: str) -> ParsedDelivery:
    envelope = Envelope(contract.source.department, "14", file_name, date(2025, 10, 5), org_units)
    return parse_workbook(workbook, contract.source, envelope)


def read_inbox(paths: list[Path], contracts: Contracts, org_units: OrgUnits) -> dict[tuple[str, str], ParsedDelivery]:
    found = {}
    forms = {path: contracts.of_department(path.parent.name) for path in paths}
    requests = [ReadRequest(path, path.name, next((form.source.csv for form in forms[path] if form.source.csv), None))
                for path in paths]  # fmt: skip
    for path, workbook in zip(paths, read_deliveries(requests), strict=True):
        department = path.parent.name
        assert not isinstance(workbook, SourceError), workbook.problems
        contract = choose_contract(workbook, department, contracts)
        assert isinstance(contract, Contract)
        found[contract.source.name, f"{department}/{path.name}"] = parse(workbook, contract, org_units, path.name)
    return found


@pytest.fixture(scope="module")
def parsed(samples: list[Path], contracts: Contracts, org_units: OrgUnits) -> dict[tuple[str, str], ParsedDelivery]:
    """Every sample as the pipeline reads it, by source and file name."""
    return read_inbox(samples, contracts, org_units)


def test_every_cell_of_every_sample_has_a_role(samples: list[Path], eight: Contracts, org_units: OrgUnits) -> None:
    for path in samples:
        if path.suffix == ".sha256":
            continue
        department = eight.of_department(path.parent.name)
        csv = next((form.source.csv for form in department if form.source.csv), None)
        (workbook,) = read_deliveries([ReadRequest(path, path.name, csv)])
        assert isinstance(workbook, Workbook)
        contract = choose_contract(workbook, path.parent.name, eight)
        assert isinstance(contract, Contract)
        envelope = Envelope(path.parent.name, "14", path.name, date(2025, 10, 5), org_units)
        parts = parse_workbook(workbook, contract.source, envelope).readings
        given = list(cell_roles(workbook, parts))
        read = {id(part.block.sheet): part.block.sheet for part in parts}.values()
        held = sum(value not in (None, "") for sheet in read for row in sheet.rows for value in row)
        assert len(given) == held, path.name
        assert not [each for each in given if each.role in ("unread", "other table")], path.name


def province_totals(parsed: dict[tuple[str, str], ParsedDelivery]) -> dict[tuple[str, str, str, date, date], Decimal]:
    """Sum over all units, by element, breakdown, period type and bounds."""
    totals: dict[tuple[str, str, str, date, date], Decimal] = {}
    for delivery in parsed.values():
        for table in delivery.tables:
            for column in table.table.columns:
                for rows in table.blocks if column.element else []:
                    for period, value in zip(rows.periods, rows.values[column.name], strict=True):
                        assert isinstance(value.value, Decimal)
                        key = (str(column.element), column.breakdown, period.type, period.start, period.end)
                        totals[key] = totals.get(key, Decimal(0)) + value.value
    return totals


def indicator_value(
    catalogue: Catalogue, code: str, totals: dict[tuple[str, str, str, date, date], Decimal], *period: str
) -> Decimal:
    indicator = catalogue.indicators[code]
    period_type, start, end = period

    def newest(element: str, breakdown: str) -> Decimal:
        """Of the period itself; a yearly stock under a quarter's figure is the last one before its end."""
        exact = (element, breakdown, period_type, date.fromisoformat(start), date.fromisoformat(end))
        if exact in totals:
            return totals[exact]
        return totals[
            max((key for key in totals if key[:2] == exact[:2] and key[4] <= exact[4]), key=lambda key: key[4])
        ]

    def add(role: str) -> Decimal:
        return sum(
            (
                term.coefficient * newest(term.element_code, term.breakdown)
                for term in indicator.terms
                if term.role == role
            ),
            Decimal(0),
        )

    value = add("numerator") * indicator.factor / (add("denominator") if indicator.shape == "ratio" else 1)
    return value.quantize(Decimal(1).scaleb(-indicator.decimals), ROUND_HALF_UP)


@given(
    weights=st.lists(st.floats(0.01, 1000), min_size=1, max_size=80),
    total=st.integers(0, 2_000_000),
)
def test_shares_add_up_to_the_total_and_lie_within_one_of_their_quota(weights: list[float], total: int) -> None:
    shares = share_out(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    assert all(abs(share - total * weight / whole) <= 1.001 for share, weight in zip(shares, weights, strict=True))


@given(
    limits=st.lists(st.integers(0, 500), min_size=1, max_size=40),
    part=st.floats(0, 1),
)
def test_no_share_passes_its_limit(limits: list[int], part: float) -> None:
    total = int(sum(limits) * part)
    shares = share_out(total, [1.0] * len(limits), limits)
    assert sum(shares) == total
    assert all(0 <= share <= limit for share, limit in zip(shares, limits, strict=True))


def test_a_total_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="7 does not fit into 6"):
        share_out(7, [1, 1], [3, 3])


def test_communes_hold_the_population_of_the_province(org_units: OrgUnits) -> None:
    communes = org_units.members(level="commune", province_code="14", on=date(2025, 9, 14))
    people = share_out(PROFILE.people, weigh_communes(1, communes))
    assert (len(people), sum(people)) == (75, 1_248_415)
    assert min(people) > 3_000


def test_every_form_is_sent_for_the_periods_it_was_owed(parsed: dict[tuple[str, str], ParsedDelivery]) -> None:
    ends: dict[str, list[str]] = {}
    for (source, _), delivery in sorted(parsed.items()):
        ends.setdefault(source, []).extend(sorted({scope.period.end.isoformat() for scope in delivery.scopes}))
    assert {source: sorted(found) for source, found in ends.items()} == {
        "admin_procedures": ["2025-08-14", "2025-09-14"],
        "assigned_tasks": ["2025-08-14", "2025-09-14"],
        "chip_id_health": ["2025-07-31", "2025-08-31", "2025-09-30"],
        "digital_economy": ["2021-12-31", "2022-12-31", "2023-12-31", "2024-12-31"],
        "signed_documents": ["2025-08-14", "2025-09-14"],
        "tax_online": ["2025-07-31", "2025-08-31", "2025-09-30"],
        "telecom_coverage": ["2025-09-14"],
        "vneid_accounts": ["2025-08-14", "2025-09-14"],
    }


def test_no_sample_brings_a_warning_but_the_sections_of_agencies_are_all_there(
    parsed: dict[tuple[str, str], ParsedDelivery],
) -> None:
    assert {key: delivery.warnings for key, delivery in parsed.items() if delivery.warnings} == {}
    rows = {table.table.name: table.row_count() for delivery in parsed.values() for table in delivery.tables}
    assert rows == {
        "settlements": 75, "catalogue": 1, "accounts": 75, "coverage": 75, "outgoing": 22, "filing": 1,
        "grdp_share": 4, "facilities": 75, "tasks": 22,
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 20250914])
def test_province_totals_give_the_published_figures_whatever_the_seed(
    tmp_path: Path, contracts: Contracts, org_units: OrgUnits, seed: int
) -> None:
    written = write_samples(
        tmp_path,
        sample_files(seed=seed, months=1, contracts=contracts, org_units=org_units, profile=PROFILE, seeds=SEEDS),
    )
    found = read_inbox(written, contracts, org_units)
    totals, catalogue = province_totals(found), load_catalogue(SEEDS)
    with (SEEDS / "published_figures.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["place_org_unit_code"] == "14"]
    figures = [row for row in rows if row["comparison"] != "not_reproduced"]
    assert len(figures) >= 29
    for figure in figures:
        period = (figure["period_type"], figure["period_start_date"], figure["period_end_date"])
        value = indicator_value(catalogue, figure["indicator_code"], totals, *period)
        published = Decimal(figure["published_value"])
        if figure["comparison"] == "equal":
            assert value == published, figure["figure_id"]
        else:
            assert published < value < published * Decimal("1.03"), figure["figure_id"]


def test_equal_seeds_give_equal_bytes_and_other_seeds_other_figures(
    tmp_path: Path, eight: Contracts, org_units: OrgUnits, samples: list[Path]
) -> None:
    again = write_samples(
        tmp_path / "again",
        sample_files(seed=1, months=3, contracts=eight, org_units=org_units, profile=PROFILE, seeds=SEEDS),
    )
    other = write_samples(
        tmp_path / "other",
        sample_files(seed=2, months=3, contracts=eight, org_units=org_units, profile=PROFILE, seeds=SEEDS),
    )
    assert [path.name for path in again] == [path.name for path in samples]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in samples]
    same = {path.name for path, twin in zip(other, samples, strict=True) if path.read_bytes() == twin.read_bytes()}
    assert not any(name.startswith(("Biểu 01", "TK VNeID", "Hạ tầng", "Ký số", "BHYT", "Theo dõi")) for name in same)


def test_the_files_are_in_the_formats_departments_use_and_each_sheet_says_it_is_a_sample(samples: list[Path]) -> None:
    assert {path.suffix for path in samples} == {".xlsx", ".xls", ".ods", ".csv"}
    assert all(path.stem.endswith("(MẪU)") for path in samples)
    for path in samples:
        if path.suffix == ".csv":
            assert NOTICE in path.read_text(encoding="utf-8")
            continue
        workbook = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            texts = [cell for row in workbook.get_sheet_by_name(name).to_python() for cell in row]
            assert NOTICE in texts, (path.name, name)


def test_a_csv_is_sealed_with_its_sha256(samples: list[Path]) -> None:
    files = [path for path in samples if path.suffix == ".csv"]
    assert len(files) == 3
    for path in files:
        seal = path.with_name(f"{path.name}.sha256").read_text(encoding="utf-8")
        assert seal.split()[0] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_nothing_temporary_is_left_in_the_inbox(samples: list[Path]) -> None:
    inbox = samples[0].parents[1]
    seals = {path.with_name(f"{path.name}.sha256") for path in samples if path.suffix == ".csv"}
    assert {path for path in inbox.rglob("*") if path.is_file()} == set(samples) | seals


def test_a_broken_contract_leaves_out_its_own_form_only(tmp_path: Path, eight: Contracts, org_units: OrgUnits) -> None:
    ready = {name: contract for name, contract in eight.ready.items() if name != "tax_online"}
    written = write_samples(
        tmp_path,
        sample_files(
            seed=1, months=1, contracts=Contracts(ready, {}), org_units=org_units, profile=PROFILE, seeds=SEEDS
        ),
    )
    assert len(written) == 7
    assert not (tmp_path / "thue-tinh").exists()


def test_earlier_months_lead_up_to_the_last_one(parsed: dict[tuple[str, str], ParsedDelivery]) -> None:
    totals = province_totals(parsed)
    accounts = [
        totals["vneid_accounts", "level=2", "month", date(2025, month - 1, 15), date(2025, month, 14)]
        for month in (8, 9)
    ]
    tax = [totals["tax_online_businesses", "", "month", date(2025, month, 1), last] for month, last in
           ((7, date(2025, 7, 31)), (8, date(2025, 8, 31)), (9, date(2025, 9, 30)))]  # fmt: skip
    assert accounts == sorted(accounts)
    assert len(set(accounts)) == 2
    assert tax == sorted(tax)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-", "-"),
        ("-5,74", "-5,74"),
        ("+1.234", "+1.234"),
        ("Xã Mường La", "Xã Mường La"),
    ],
)
def test_a_text_that_would_run_as_a_formula_gets_a_quote(text: str, written: str) -> None:
    assert neutralise(text) == written
