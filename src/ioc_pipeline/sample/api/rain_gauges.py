"""Vrain's public map: what each gauge has measured since 19:00, at the moment of asking."""

import random
import uuid
from datetime import datetime, time, timedelta

from ioc_pipeline.domain.local_time import LOCAL_TIME
from ioc_pipeline.sample.api.world import Row, World
from ioc_pipeline.sample.asked import LAST_DAY

STATIONS = 30
RAIN_DAY_BEGINS = time(19)
HOUR = timedelta(hours=1)
SILENT_PCT = 4  # of the readings, gauge by gauge and hour by hour
LEVELS_MM = (0.0, 16.0, 50.0, 100.0)  # light, moderate, heavy, very heavy rain begins above these
COLOURS = ("#bdbdbd", "#7fc8f8", "#2f8f4e", "#f2a900", "#d7263d")


class Gauges:
    """Thirty gauges in thirty communes; it rains every afternoon somewhere, and rarely everywhere."""

    def __init__(self, world: World) -> None:
        self._seed = world.seed
        communes = world.communes(LAST_DAY)
        chance = random.Random(f"{world.seed}:gauges")  # noqa: S311
        self._stations: list[Row] = [
            {
                "uuid": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
                "name": f"{unit.name} {number}",
                "address": f"{unit.full_name}, {world.in_province(LAST_DAY)}",
            }
            for number, unit in enumerate(chance.sample(communes, STATIONS), start=1)
        ]

    def readings(self, now: datetime) -> list[Row]:
        """A list without any time in it: depth in mm since the last 19:00 up to `now`, null for a silent gauge."""
        here = now.astimezone(LOCAL_TIME)
        begin = datetime.combine(here.date(), RAIN_DAY_BEGINS, LOCAL_TIME)
        if begin > here:
            begin -= timedelta(days=1)
        return [self._reading(station, begin, here) for station in self._stations]

    def _reading(self, station: Row, begin: datetime, now: datetime) -> Row:
        depth = 0.0
        hour, place = begin, station["uuid"]
        wetness = random.Random(f"{self._seed}:{place}:{begin:%F}").betavariate(0.5, 1.5)  # noqa: S311
        while hour < now:
            # No more than 12 mm an hour, most of it in the afternoon.
            share = 1.0 if 13 <= hour.hour < 19 else 0.25
            rate = 12 * wetness * share * random.Random(f"{self._seed}:{place}:{hour:%F %H}").random()  # noqa: S311
            depth += rate * (min(now, hour + HOUR) - hour) / HOUR
            hour += HOUR
        is_silent = random.Random(f"{self._seed}:silent:{place}:{now:%F %H}").randrange(100) < SILENT_PCT  # noqa: S311
        measured = round(depth, 1)
        level = sum(measured > limit for limit in LEVELS_MM)
        return {
            "station": station,
            "sumDepth": None if is_silent else measured,
            "level": None if is_silent else level,
            "color": COLOURS[0 if is_silent else level],
        }
