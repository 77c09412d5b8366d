"""What a check of the stores found and nobody has mended yet, for who is told of it."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ioc_pipeline.domain.findings import Area, Finding
from ioc_pipeline.ledger.journal import Journal
from ioc_pipeline.ledger.tables import finding


class Findings(Journal):
    """Notes of the newest look at each place."""

    def findings(self) -> list[Finding]:
        """What is not mended, by area and place."""
        query = sa.select(finding.c.area, finding.c.place, finding.c.what).order_by(finding.c.area, finding.c.place)
        with self.transaction() as connection:
            return [_finding(row) for row in connection.execute(query)]

    def note_findings(
        self, areas: Collection[Area], places: Collection[str] | None, found: Sequence[Finding], *, at: datetime
    ) -> None:
        """Replace what was known of these areas, or of these places of them; what is new becomes an event."""
        with self.writing() as journal:
            known = {(row.area, row.place): row for row in journal.connection.execute(sa.select(finding))}
            checked = places if places is None else set(places)
            gone = [
                {"the_area": area, "the_place": place}
                for area, place in known
                if area in areas and (checked is None or place in checked)
            ]
            if gone:
                where = (finding.c.area == sa.bindparam("the_area"), finding.c.place == sa.bindparam("the_place"))
                journal.connection.execute(sa.delete(finding).where(*where), gone)
            for one in {(one.area, one.place): one for one in found}.values():
                before = known.get((one.area, one.place))
                since = before.found_at if before and before.what == one.what else at
                journal.connection.execute(sa.insert(finding), {**asdict(one), "found_at": since})
                if since == at:
                    journal.append("found", at, None, **asdict(one))

    def next_to_check(self, count: int) -> range:
        """The deliveries whose bytes are to be hashed next, after those of the last call; after the last, the first."""
        with self.writing() as journal:
            first = journal.blob_seq + 1 if journal.blob_seq < journal.delivery_seq else 1
            journal.blob_seq = min(first + count - 1, journal.delivery_seq)
            return range(first, journal.blob_seq + 1)


def _finding(row: Sequence[Any]) -> Finding:
    return Finding(*row)
