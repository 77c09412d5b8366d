"""The one order of deliveries, what became of each, and a record of it that nobody can rewrite unseen."""

from ioc_pipeline.ledger.arrivals import Arrivals
from ioc_pipeline.ledger.backlog import Backlog
from ioc_pipeline.ledger.belonging import Belonging
from ioc_pipeline.ledger.copying import Copying
from ioc_pipeline.ledger.enquiries import Enquiries
from ioc_pipeline.ledger.findings import Findings
from ioc_pipeline.ledger.guards import Guards
from ioc_pipeline.ledger.progress import Progress
from ioc_pipeline.ledger.reckoning import Reckoning
from ioc_pipeline.ledger.refusals import Refusals
from ioc_pipeline.ledger.reminders import Reminders
from ioc_pipeline.ledger.submissions import Submissions
from ioc_pipeline.ledger.verification import Verification


class Ledger(
    Arrivals,
    Refusals,
    Progress,
    Backlog,
    Enquiries,
    Verification,
    Belonging,
    Copying,
    Reckoning,
    Findings,
    Reminders,
    Submissions,
    Guards,
):
    """The ledger at one URL: SQLite (one machine) or PostgreSQL. Opens a connection per call and keeps none.

    Every `at` is the caller's time, aware. Methods that write are one durable transaction each.
    """
