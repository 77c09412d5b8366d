"""The ledger and the landing folder of an installation."""

from collections.abc import Callable

from ioc_pipeline.domain.errors import UserError
from ioc_pipeline.land.store import Store, carry_on
from ioc_pipeline.ledger.ledger import Ledger
from ioc_pipeline.settings import Settings


def open_ledger(settings: Settings) -> Ledger:
    """The ledger, its schema up to date."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"IOC_HOME={settings.home}: cannot be made: {error.strerror}") from error
    ledger = Ledger(settings.ledger_url)
    ledger.migrate()
    return ledger


def open_store(settings: Settings, *, at_step: Callable[[str], None] = carry_on) -> Store:
    """The landing folder with its ledger; `at_step` is `Store`'s."""
    return Store(settings.landing, open_ledger(settings), at_step)
