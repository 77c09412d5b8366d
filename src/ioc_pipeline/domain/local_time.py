"""The province's clock. A report is due, a layout holds and a form is received on a day of the province."""

from datetime import UTC, date, datetime, timedelta, timezone

TIME_ZONE = "Asia/Ho_Chi_Minh"  # its name, for schedulers
LOCAL_TIME = timezone(timedelta(hours=7))  # Asia/Ho_Chi_Minh has had no daylight saving since 1975


def as_local(moment: datetime) -> datetime:
    """The moment on the province's clock. Without a zone it is one of our own, which are kept in UTC."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LOCAL_TIME)


def local_day(moment: datetime) -> date:
    """The day it is in the province at that moment."""
    return as_local(moment).date()
