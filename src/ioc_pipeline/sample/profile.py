"""What the samples of one province tell: its `sample.yml`, and the `dti.yml` of all provinces, read and judged.

Shares are of 1, at the period whose figures were published; how a figure came there and how it is spread over units is
invented (`figures.py`).
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ioc_pipeline.domain.errors import ContractError
from ioc_pipeline.reference.strict_yaml import read_yaml
from ioc_pipeline.sample.layouts import FormLayout

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Procedures(_Part):
    """Administrative procedures: all, and by how far they are online."""

    published_count: Count
    fully_online_count: Count
    partly_online_count: Count
    not_online_count: Count


class EconomyOfYear(_Part):
    """GRDP and value added of the digital economy in billion đồng, its share in per cent as published."""

    year: int
    grdp: float
    digital_value: float
    share_pct: float


class Awards(_Part):
    groups: Count
    people: Count


class Dti(_Part):
    """What was published of the DTI, by year and province: ranks among 63, the first rank of a tie, totals of 1."""

    ranks: Mapping[int, Mapping[str, int]]
    ties: Mapping[int, int]
    totals: Mapping[int, Mapping[str, float]]


class OwnForm(_Part):
    """A form that only this province asks for: how it is printed, and the lines of its sheet by a period's last day."""

    layout: FormLayout
    lines: Mapping[date, tuple[Mapping[str, str | int | float], ...]]


class Profile(_Part):
    """The figures that a province's samples reproduce, and how large it is."""

    province_code: str
    agency_identifier: str
    people: Count
    people_last_year: Count
    households: Count
    households_last_year: Count
    villages: Count
    procedures: Procedures
    dossiers: Count
    online_share: Share
    digitised_share: Share
    signed_share: Share
    people_with_identity: Count
    level1_accounts: Count
    level2_accounts: Count
    people_4g: Count
    people_5g: Count
    villages_fibre: Count
    households_fibre: Count
    health_facilities: Count
    health_facilities_chip_id: Count
    businesses: Count
    tax_online_share: Share
    account_holders_share: Share
    digital_users_shares: tuple[Share, ...] = Field(min_length=1)
    awareness_participants: Count
    radio_stations: Count
    agency_score: float
    commune_score: float
    awards: Mapping[int, Awards]
    digital_economy: tuple[EconomyOfYear, ...] = Field(min_length=1)
    dti: Dti
    also_sent: Mapping[str, tuple[date, ...]] = {}  # by source: days in further periods that are sent
    own_forms: Mapping[str, OwnForm] = {}  # by source


def read_profile(province: Path) -> Profile:
    """Read the profile in a province's folder, which is named by its code.

    Raises:
        ContractError: there is none, or it says something else than expected; names the key.
    """
    path = province / "sample.yml"
    try:
        dti = read_yaml((province.parent / "dti.yml").read_bytes())
        return Profile.model_validate({**read_yaml(path.read_bytes()), "dti": dti, "province_code": province.name})
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise ContractError(f"{path.name} of province {province.name}: {where}") from error
    except (OSError, TypeError, ValueError) as error:
        raise ContractError(f"{path.name} of province {province.name}: {error}") from error
