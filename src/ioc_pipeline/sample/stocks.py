"""What the statistics office counts once a year: the people, households, villages and enterprises others divide by."""

from ioc_pipeline.sample import figures
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body, by_name, by_unit, of_province
from ioc_pipeline.sample.profile import Profile

ADULTS = 0.7062


def people(profile: Profile, age: int) -> int:
    """Inhabitants of the province at the end of the year `age` years before the newest."""
    return profile.people_last_year - 9_800 * age


def adults(profile: Profile, age: int) -> int:
    """Those of them who are fifteen or older."""
    return round(people(profile, age) * ADULTS)


def enterprises(age: int) -> dict[str, int]:
    """Enterprises at the end of the year, and those of them that are small or medium."""
    total = 2_431 - 87 * age
    return {"enterprise_count": total, "small_medium_count": total - 42}


def population_statistics(asked: Asked) -> list[Body]:
    """The communes of the year's last day, each with its district while there were districts."""
    weights = asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:stocks")
    inhabitants = figures.share_out(people(asked.profile, asked.age), weights)
    values = {
        "population": inhabitants,
        "adults": figures.share_out(
            adults(asked.profile, asked.age), figures.around(inhabitants, wobble, 0.04), inhabitants
        ),
        "households": figures.share_out(
            asked.profile.households_last_year - 2_100 * asked.age, figures.around(inhabitants, wobble, 0.08)
        ),
        "villages": figures.share_out(asked.profile.villages, figures.around(weights, wobble, 0.15)),
    }
    return [by_unit(asked, asked.communes(), values)]


def enterprise_statistics(asked: Asked) -> list[Body]:
    return [of_province(asked, enterprises(asked.age))]


FILLS = by_name((population_statistics, enterprise_statistics))
