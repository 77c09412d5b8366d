"""A reader of pages of records."""

from typing import Any

import pytest

from api_records import ANSWERED, DOSSIERS
from ioc_pipeline.domain.pages import Page
from ioc_pipeline.parse.api.extract import parse_extract
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.sheet import ParsedDelivery
from ioc_pipeline.reference.org_units.lookup import OrgUnits
from ioc_pipeline.reference.sources import Source
from shipped import SEEDS


@pytest.fixture(scope="module")
def org_units() -> OrgUnits:
    return OrgUnits.from_seeds(SEEDS)


@pytest.fixture
def read(org_units: OrgUnits) -> Any:
    def parse(*pages: Page, contract: dict[str, Any] = DOSSIERS, **api: Any) -> ParsedDelivery:
        source = Source.model_validate({**contract, "api": {**contract["api"], **api}})
        envelope = Envelope("vp-ubnd", "14", "x/y", ANSWERED.date(), org_units)
        return parse_extract(pages, source, envelope)

    return parse
