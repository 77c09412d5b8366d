"""The folder of another province, from `include/provinces/template/`: whole enough to run, for a person to complete."""

from datetime import date, timedelta
from pathlib import Path
from string import Template

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.domain.folding import fold
from ioc_pipeline.durable import write_durably
from ioc_pipeline.reference.org_units.register import Register
from ioc_pipeline.reference.org_units.seeds import read_units
from ioc_pipeline.reference.org_units.unit import MERGED_ON
from ioc_pipeline.settings import Settings


def begin_province(settings: Settings, code: str) -> Path:
    """Make `include/provinces/<code>/` and give it.

    Raises:
        UserError: no province of today has the code, or it has a folder already, which stays as it is.
        ContractError: org_units.csv cannot be read.
    """
    register = Register(read_units(settings.seeds / "org_units.csv"))
    province = register.get(code, date.max)
    if province is None or province.level != "province":
        raise UserError(f"--province {code}: expected the code of a province of today in org_units.csv, e.g. 01")
    folder = settings.provinces / code
    if folder.exists():
        raise UserError(f"{folder} is there already; nothing was changed")
    days = (MERGED_ON - timedelta(days=1), date.max)  # the samples are of the old communes too, which were more
    communes = [len(register.on(day, "commune", code)) for day in days]
    words = {
        "code": code,
        "name": province.name,
        "in_full": province.full_name[0].lower() + province.full_name[1:],
        "organisation": fold(province.name).replace(" ", ""),
        "facilities": max(communes) + 160,
        "facilities_chip_id": max(communes) + 156,
        "radio_stations": communes[-1] + 20,
    }
    template = settings.provinces / "template"
    for path in sorted(path for path in template.rglob("*") if path.is_file()):
        text = Template(path.read_text(encoding="utf-8")).substitute(words)
        write_durably(folder / path.relative_to(template), text.encode())
    return folder
