"""What is known of a delivery besides its bytes."""

from dataclasses import dataclass
from datetime import date

from ioc_pipeline.domain.deliveries import Release
from ioc_pipeline.reference.org_units.lookup import OrgUnits


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a delivery besides its bytes, and the units its rows may name.

    `release` is a person's decision that what looks like personal data in it is none.
    """

    reporting_unit_code: str
    province_code: str
    file_name: str
    received_on: date
    org_units: OrgUnits
    release: Release | None = None
