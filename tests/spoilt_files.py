"""A form as a department sends it, and the same with words where a figure belongs."""

from pathlib import Path

from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.sample.asked import Asked, published_period
from ioc_pipeline.sample.printing import print_form
from ioc_pipeline.sample.sending import with_unreadable_figure
from ioc_pipeline.sample.write import FILLS
from ioc_pipeline.settings import Settings
from shipped import PROFILE

FORM, DEPARTMENT = "telecom_coverage", "so-khcn"


def good_and_spoilt(settings: Settings, folder: Path) -> tuple[Path, Path]:
    """Both files, of the department `DEPARTMENT`, under names of their own."""
    reference = Reference(settings)
    source = reference.contracts.ready[FORM].source
    asked = Asked(PROFILE, 3, published_period(source.period_type, source.clock), 0, reference.org_units)
    bodies = FILLS[FORM](asked)
    written = []
    for name, some in (("", bodies), ("sai số ", with_unreadable_figure(bodies))):
        file_name, content = print_form(FORM, asked, some)
        path = folder / f"{name}{file_name}"
        path.write_bytes(content)
        written.append(path)
    good, spoilt = written
    return good, spoilt
