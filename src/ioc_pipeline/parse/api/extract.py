"""The pages of one extract and their contract → typed tables, or everything that is wrong with them, every bad field.

Pages are taken one after the other: what stays of each are the columns of its records.
"""

from collections.abc import Iterable

from ioc_pipeline.domain.deliveries import Scope
from ioc_pipeline.domain.pages import Page
from ioc_pipeline.parse.api.beside import tell_beside
from ioc_pipeline.parse.api.figures import read_figures
from ioc_pipeline.parse.api.gather import gather
from ioc_pipeline.parse.api.gathered import Gathered, Told
from ioc_pipeline.parse.api.identifiers import find_personal
from ioc_pipeline.parse.api.lists import Lists
from ioc_pipeline.parse.api.page import in_force, keys_in, records_by_table
from ioc_pipeline.parse.api.record_table import read_records
from ioc_pipeline.parse.envelope import Envelope
from ioc_pipeline.parse.personal import as_decided
from ioc_pipeline.parse.sheet import BadFormError, ParsedDelivery
from ioc_pipeline.reference.responses import read_list_page
from ioc_pipeline.reference.sources import Source


def parse_extract(pages: Iterable[Page], source: Source, envelope: Envelope) -> ParsedDelivery:
    """Read every table of an API's contract; the result depends on the arguments only.

    Records come once each: of those that several pages hold the newest by the API's own time, else by the order of the
    pages. A rank without its m ("27") is out of the records of its table and period.

    Raises:
        SourceError: with everything wrong at once. When there is personal data, that alone is told: other messages
            would repeat what must not be repeated.
    """
    api = source.api
    assert api is not None  # the contract of an extract
    told = Told()
    gathered = {
        table.name: Gathered(table)
        for table in in_force(source, envelope.received_on)
        if table.record  # told also when there is none
    }
    lists = Lists(api)
    for page in pages:
        said = read_list_page(page.content, api, status=page.status, links_on=page.links_on)
        tell_beside(page, said, api, told)
        by_table = records_by_table(page, said, source, envelope, told)
        lists.take(page, said, (key for given in by_table for key in keys_in(given)), told)
        for given in by_table:
            table = given.table
            name = table.name if table.record else f"{table.name} {table.valid_from}"
            gather(gathered.setdefault(name, Gathered(table)), given, api, told)

    parsed = ParsedDelivery([], [], [], told.warnings)
    for found in gathered.values():
        find_personal(found, told)
        if found.table.record:
            parsed.records.append(read_records(found, source, envelope, told))
        else:
            read = read_figures(found, source, envelope, told)
            parsed.tables.append(read)
            periods = sorted({period for rows in read.blocks for period in rows.periods})
            parsed.scopes += [Scope(found.table.name, envelope.reporting_unit_code, period) for period in periods]
    if not told.problems:
        lists.judge(told)
    personal = as_decided(told.personal.values(), envelope.release)
    if envelope.release:
        parsed.warnings += personal
        personal = []
    if personal or told.problems:
        raise BadFormError(personal or told.problems, parsed.scopes)
    return parsed
