"""Wakes `ingest_inbox` when something in the inbox has stopped changing; looks at names and times only."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from ioc_pipeline import settings
from ioc_pipeline.land.file_names import is_sent
from ioc_pipeline.land.inbox_files import SEAL_SUFFIX, files_in

POLL_SECONDS = 0.5
# From our event until the landing looks, Airflow needs more than this: the file settles meanwhile.
AHEAD_SECONDS = 0.6
LATER_SECONDS = 3.0

Place, Signature = tuple[str, str], tuple[int, int, int]


class InboxWatch:
    """Remembers which file it has reported, so that one that stays in the inbox does not wake us for ever."""

    def __init__(self, inbox: Path, settle_seconds: float, unsealed_seconds: float) -> None:
        self._inbox = inbox
        # A file that is still there was not landed: it came too early, or it is one that the landing lets wait as
        # unsealed. So each is reported again at both times, and then no more.
        self._ages = (max(settle_seconds - AHEAD_SECONDS, 0), settle_seconds + LATER_SECONDS, unsealed_seconds)
        self._reported: dict[Place, tuple[Signature, int]] = {}

    def look(self, now: float) -> tuple[bool, float]:
        """Whether a file has become due since the last look, and in how many seconds the next one will be.

        `now` is in seconds since the epoch, like the times of files. Infinity: nothing is waiting to become due.
        """
        found, is_due, wait = dict[Place, tuple[Signature, int]](), False, float("inf")
        for file in files_in(self._inbox):
            status = file.status
            if not is_sent(file.name.removesuffix(SEAL_SUFFIX)):
                continue
            signature = (status.st_ino, status.st_size, status.st_ctime_ns)
            before, times = self._reported.get(file.place, (signature, 0))
            times = times if before == signature else 0
            age = now - status.st_ctime  # the sender can give any modification time, this one only the system gives
            reached = sum(age >= limit for limit in self._ages)
            is_due |= reached > times
            found[file.place] = signature, max(reached, times)
            if reached < len(self._ages):
                wait = min(wait, self._ages[reached] - age)
        self._reported = found
        return is_due, wait


class InboxTrigger(BaseEventTrigger):
    """An event each time files are ready to be landed. The event says nothing about them: the landing looks itself."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "inbox_trigger.InboxTrigger", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        given = settings.from_environment()
        watch = InboxWatch(given.inbox, given.settle_seconds, given.unsealed_seconds)
        while True:
            is_due, wait = await asyncio.to_thread(watch.look, time.time())
            if is_due:
                yield TriggerEvent({})
            await asyncio.sleep(min(POLL_SECONDS, max(wait, 0.01)))


INBOX = Asset("inbox", watchers=[AssetWatcher(name="inbox_files", trigger=InboxTrigger())])
