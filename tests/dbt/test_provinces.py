"""A province's samples, taken from its inbox to its marts, show every figure that was published of it.

Those of the usual province are compared after its demo (tests/e2e/test_airflow_demo.py).
"""

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ioc_pipeline.build.marts import build
from ioc_pipeline.flows import inbox, loads, prepare
from ioc_pipeline.reference.contracts import Contracts, read_contracts
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.sample.profile import read_profile
from ioc_pipeline.sample.write import sample_files, write_samples
from ioc_pipeline.settings import Settings, from_environment

PLACES = {"33": "33", "80": "80", "42": "440"}
"""By province: the unit of which something was published."""
FORMS = {"33": ("admin_procedures", "party_network"), "80": ("dti_results",), "42": ()}
"""By province: the shared forms that these figures are in, beside the forms of its own."""
AS_OF = date(2025, 10, 5)


def take_samples(settings: Settings) -> None:
    """From the forms in the inbox to the marts, in this process."""
    contracts = read_contracts(settings.sources, settings.expectations, settings.seeds)
    profile = read_profile(settings.province)
    names = (*FORMS[settings.province_code], *profile.own_forms)
    chosen = Contracts({name: contracts.ready[name] for name in names}, {})
    units = OrgUnits.from_seeds(settings.seeds)
    files = sample_files(seed=1, months=1, contracts=chosen, org_units=units, profile=profile, seeds=settings.seeds)
    for file in files:  # one a scan: two of one scan that both speak of a year would contradict each other
        write_samples(settings.inbox, [file])
        for batch in inbox.land_inbox(settings):
            prepare.prepare(settings, batch)
        loads.load_prepared(settings)
    build(settings, as_of=AS_OF)


@pytest.mark.parametrize("code", PLACES)
def test_the_marts_of_a_province_have_every_figure_that_was_published_of_it(code: str, tmp_path: Path) -> None:
    settings = from_environment({"IOC_HOME": str(tmp_path), "IOC_PROVINCE": code, "IOC_SETTLE_SECONDS": "0"})
    take_samples(settings)
    with (settings.seeds / "published_figures.csv").open(encoding="utf-8", newline="") as stream:
        figures = {row["figure_id"] for row in csv.DictReader(stream) if row["place_org_unit_code"] == PLACES[code]}
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        verdicts = warehouse.execute(
            "select first_source, verdict from marts.mart_conflict "
            "where conflict_kind = 'published_figure' and org_unit_code = ?",
            [PLACES[code]],
        ).fetchall()
        today = warehouse.execute(
            "select distinct mart_predecessor.org_unit_code from marts.mart_predecessor "
            "inner join marts.dim_org_unit on predecessor_key = dim_org_unit.org_unit_key "
            "where ? in (parent_code, dim_org_unit.province_code)",
            [PLACES[code]],
        ).fetchall()
    assert len(figures) >= 3
    assert {figure: verdict for figure, verdict in verdicts if figure in figures} == dict.fromkeys(figures, "equal")
    assert today, "no unit of today leads back to the place that the figures are of"
