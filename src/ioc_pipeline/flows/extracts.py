"""An API's run: fetched page by page, landed as it came, loaded together or not at all."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ioc_pipeline.domain.deliveries import Extract
from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.fetch.client import Client, Connection
from ioc_pipeline.fetch.run import Run, covered_until
from ioc_pipeline.flows.loads import LoadSummary, load_prepared
from ioc_pipeline.flows.marts import today
from ioc_pipeline.flows.prepare import in_batches, prepare_all, waiting
from ioc_pipeline.flows.reference import Reference
from ioc_pipeline.flows.stores import open_store
from ioc_pipeline.land.fetched import ApiRun, land_extract, land_page, read_extract
from ioc_pipeline.land.store import Store
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.locks import LockedError
from ioc_pipeline.reference.apis import Api
from ioc_pipeline.reference.sources import Source
from ioc_pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class ExtractSummary:
    """What one run of an API came to: how many pages it landed, and what then went to the warehouse."""

    pages: int
    load: LoadSummary


@dataclass(frozen=True, slots=True)
class Extraction:
    """One API that is to be fetched, over one connection.

    `as_of` is the day whose ended periods are asked for, today if not given. `sleep` waits between tries.
    """

    settings: Settings
    source_name: str
    connection: Connection
    as_of: date | None = None
    sleep: Callable[[float], None] = time.sleep

    def fetch_pages(self) -> int:
        """Fetch one complete run since the watermark, land it and prepare it; give how many pages it has.

        A page is durable before the next is asked for. Interrupted anywhere, the run leaves pages that never count,
        and the next run starts where this one did.

        Raises:
            FetchError: the API gave no complete answer.
            UserError: there is no such API, its contract is broken, or another process is fetching it now.
        """
        source = _api_source(self.settings, self.source_name)
        store = open_store(self.settings)
        with _fetching_alone(store.ledger, self.settings.home / "fetching" / f"{self.source_name}.lock"):
            self._prepare_waiting(store)
            pages = self._land_run(store, source)
            self._prepare_waiting(store)
        return pages

    def run(self) -> ExtractSummary:
        """Take the API to the warehouse in one go: what waits from before, then a new run; see `fetch_pages`."""
        self._prepare_waiting(open_store(self.settings))
        before = load_prepared(self.settings)  # so that the watermark of a run that was fetched and not loaded counts
        pages = self.fetch_pages()
        return ExtractSummary(pages, before + load_prepared(self.settings))

    def _prepare_waiting(self, store: Store) -> None:
        """Prepare what was fetched from the API, also by a run that died."""
        ours = store.ledger.deliveries(waiting(self.settings))
        batches = in_batches([one.delivery_seq for one in ours if one.source_name == self.source_name])
        prepare_all(self.settings, batches)  # what fails is held with its reason, and stops no new run

    def _land_run(self, store: Store, source: Source) -> int:
        assert source.api is not None
        started_at = datetime.now(UTC)
        api_run = ApiRun(source.name, source.department, f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}")
        accepted = store.ledger.accepted_extracts(source.name) if source.api.watermark else []
        since = covered_until(read_extract(store, one) for one in accepted)
        pages: list[int] = []
        with Client(self.connection, source.api, sleep=self.sleep) as client:
            run = Run(source, client, since=since, today=self.as_of or today())
            for number, page in enumerate(run.pages(), start=1):
                landed = land_page(
                    store, api_run, page.content, number=number, request=page.request, received_at=page.received_at
                )
                pages.append(landed.delivery_seq)
        if not pages:
            return 0  # the first period it reports has not ended yet
        extract = Extract(
            source_name=source.name,
            extract_id=api_run.extract_id,
            started_at=started_at,
            ended_at=datetime.now(UTC),
            pages=tuple(pages[place] for place in run.counted),
            watermark=run.watermark,
            since=run.asked_since,
        )
        land_extract(store, extract, department_code=source.department)
        return len(pages)


def api_of(settings: Settings, source_name: str) -> Api:
    """How an API is asked.

    Raises:
        UserError: there is no such API, or its contract is broken.
    """
    api = _api_source(settings, source_name).api
    assert api is not None
    return api


def _api_source(settings: Settings, source_name: str) -> Source:
    contracts = Reference(settings).contracts
    if broken := contracts.broken.get(f"{source_name}.yml"):
        raise UserError(f"{source_name} is stopped until its contract is mended: {broken}")
    apis = {contract.source.name: contract.source for contract in contracts.apis()}
    if source_name not in apis:
        raise UserError(f"no API '{source_name}': expected one of {', '.join(apis) or '(there is none)'}")
    return apis[source_name]


@contextmanager
def _fetching_alone(ledger: Ledger, guard: Path) -> Iterator[None]:
    """One run of an API at a time."""
    with ExitStack() as held:
        try:
            held.enter_context(ledger.alone_now(guard))
        except LockedError:
            raise UserError(f"{guard.stem} is being fetched by another process; try again when it has ended") from None
        yield
