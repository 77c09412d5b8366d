"""Moments as HTTP headers write them: `Date`, `Retry-After`."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_http_date(text: str) -> datetime | None:
    """The moment in UTC; None if the text is none: a server that writes it wrongly has no say in time.

    HTTP dates are in GMT, also where the zone is left out or is `-0000`, which RFC 5322 keeps for "zone unknown".

    Source:
        RFC 9110, section 5.6.7.
    """
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
