"""Invented figures whose province totals are the published ones: names of columns → one number per org unit.

Every total is fixed, and the seed decides only how it is spread over the units. The published period reproduces those
of the province's profile; earlier ones lie on a trend towards it, `age` periods back (`asked.age_of`).
"""

import random
from collections.abc import Callable, Sequence

from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.profile import Profile

Figures = dict[str, list[int]]


def share_out(total: int, weights: Sequence[float], limits: Sequence[int] | None = None) -> list[int]:
    """Split a whole number by weights so that the shares add up to it exactly (largest remainder).

    Raises:
        ValueError: the shares cannot hold the total without one of them passing its limit.
    """
    most = list(limits) if limits is not None else [total] * len(weights)
    if total > sum(most):
        raise ValueError(f"{total} does not fit into {sum(most)}")
    whole = sum(weights)
    quotas = [min(total * weight / whole, limit) for weight, limit in zip(weights, most, strict=True)]
    shares = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(shares)), key=lambda index: (shares[index] - quotas[index], index))
    while (missing := total - sum(shares)) > 0:
        room = [index for index in by_remainder if shares[index] < most[index]]
        for index in room[:missing]:
            shares[index] += 1
    return shares


def weigh_communes(seed: int, communes: Sequence[OrgUnit]) -> list[float]:
    """Invented population weights: wards are larger, and no commune is out of all proportion."""
    chance = random.Random(f"{seed}:population")  # noqa: S311  # figures, not secrets
    return [
        (1.5 if unit.unit_type == "Phường" else 1.0) * min(max(chance.lognormvariate(0, 0.3), 0.5), 2.2)
        for unit in communes
    ]


def settlements(profile: Profile, seed: int, weights: Sequence[float], age: int) -> Figures:
    """Dossiers of one month; received online is the published share in the last one."""
    wobble = wobbler(f"{seed}:settlements:{age}")
    total = round(profile.dossiers * (1 - 0.021 * age))
    received = share_out(total, around(weights, wobble, 0.15))
    online = share_out(round(total * (profile.online_share - 0.012 * age)), around(received, wobble, 0.06), received)
    settled = share_out(round(total * 0.968), around(received, wobble, 0.03), received)
    on_time = share_out(round(sum(settled) * (0.9874 - 0.003 * age)), around(settled, wobble, 0.02), settled)
    # What is not settled is pending: the API's dossiers add up to the same eight counts.
    pending = less(received, settled)
    late = min(round(total * (0.0042 + 0.001 * age)), sum(pending) // 2)
    pending_late = share_out(late, around(pending, wobble, 0.5), pending)
    return {
        "received_count": received,
        "online_count": online,
        "direct_count": less(received, online),
        "settled_count": settled,
        "settled_on_time_count": on_time,
        "settled_late_count": less(settled, on_time),
        "pending_on_time_count": less(pending, pending_late),
        "pending_late_count": pending_late,
    }


def digitisation(profile: Profile, seed: int, month: Figures, age: int) -> Figures:
    """What of the dossiers of a month (`settlements`) was digitised, paid online and served online throughout."""
    wobble = wobbler(f"{seed}:digitised:{age}")

    def part(whole: list[int], share: float, width: float) -> list[int]:
        return share_out(round(sum(whole) * share), around(whole, wobble, width), whole)

    digitised = part(month["settled_count"], profile.digitised_share - 0.011 * age, 0.03)
    with_fee = part(month["received_count"], 0.2741, 0.2)
    eligible = part(month["received_count"], 0.4133, 0.2)
    return {
        "completed_count": month["settled_count"],
        "digitised_count": digitised,
        "reusing_count": part(digitised, 0.6128 - 0.014 * age, 0.15),
        "with_fee_count": with_fee,
        "paid_online_count": part(with_fee, 0.8236 - 0.009 * age, 0.1),
        "eligible_count": eligible,
        "fully_online_count": part(eligible, 0.6347 - 0.012 * age, 0.15),
    }


def accounts(profile: Profile, seed: int, weights: Sequence[float], age: int) -> Figures:
    """Accounts up to the last day of one month."""
    wobble = wobbler(f"{seed}:accounts")
    eligible = share_out(profile.people_with_identity, weights)
    level2 = share_out(profile.level2_accounts - 3_900 * age, around(eligible, wobble, 0.12), eligible)
    level1 = share_out(profile.level1_accounts - 250 * age, around(eligible, wobble, 0.2), less(eligible, level2))
    return {
        "eligible_population": eligible,
        "activated_count": [first + second for first, second in zip(level1, level2, strict=True)],
        "level1_count": level1,
        "level2_count": level2,
    }


def coverage(profile: Profile, seed: int, weights: Sequence[float], communes: Sequence[OrgUnit], age: int) -> Figures:
    """Telecom at the end of one quarter: 4G, 5G, fibre in villages, households and all communes."""
    wobble = wobbler(f"{seed}:coverage")
    population = share_out(profile.people, weights)
    covered_4g = share_out(profile.people_4g - 4_100 * age, around(population, wobble, 0.05), population)
    in_towns = [
        count * (1.0 if unit.unit_type != "Xã" else max(0.0, wobble(1.0) - 1.6))
        for count, unit in zip(population, communes, strict=True)
    ]
    villages = share_out(profile.villages, around(weights, wobble, 0.15))
    households = share_out(profile.households, around(population, wobble, 0.08))
    return {
        "population": population,
        "population_4g": covered_4g,
        "population_5g": share_out(profile.people_5g - 9_700 * age, in_towns, covered_4g),
        "villages": villages,
        "villages_fibre": share_out(profile.villages_fibre - 21 * age, around(villages, wobble, 0.2), villages),
        "commune_fibre": [1] * len(communes),
        "commune_no_fibre": [0] * len(communes),
        "households": households,
        "households_fibre": share_out(
            profile.households_fibre - 3_300 * age, around(households, wobble, 0.25), households
        ),
    }


def outgoing_documents(profile: Profile, seed: int, count: int, age: int) -> Figures:
    """Documents sent in one month by each of `count` agencies."""
    wobble = wobbler(f"{seed}:documents:{age}")
    sizes = agency_sizes(f"{seed}:agencies", count)
    total = round(21_460 * (1 - 0.013 * age))
    outgoing = share_out(total, around(sizes, wobble, 0.1))
    signed = share_out(round(total * (profile.signed_share - 0.004 * age)), around(outgoing, wobble, 0.03), outgoing)
    return {"outgoing_count": outgoing, "signed_count": signed, "paper_count": less(outgoing, signed)}


def tasks(seed: int, count: int, age: int) -> Figures:
    """Tasks of one month of each of `count` agencies; done late and overdue are two things."""
    wobble = wobbler(f"{seed}:tasks:{age}")
    sizes = around(agency_sizes(f"{seed}:agencies", count), wobble, 0.2)
    due = share_out(402 - 6 * age, sizes)
    late = share_out(19 + 2 * age, around(due, wobble, 0.6), due)
    overdue = share_out(12 + age, around(due, wobble, 0.6), less(due, late))
    return {
        "assigned_count": share_out(486 - 9 * age, sizes),
        "due_count": due,
        "on_time_count": less(less(due, late), overdue),
        "late_count": late,
        "overdue_count": overdue,
        "slow_count": share_out(9 + age, around(sizes, wobble, 0.6)),
    }


def facilities(profile: Profile, seed: int, weights: Sequence[float], age: int) -> Figures:
    """Health insurance facilities of one month: at least one in each commune."""
    wobble = wobbler(f"{seed}:facilities")
    others = profile.health_facilities - len(weights)
    number = [1 + more for more in share_out(others, [weight**2 * wobble(0.3) for weight in weights])]
    return {
        "facility_count": number,
        "chip_id_count": share_out(profile.health_facilities_chip_id - 3 * age, number, number),
    }


def tax_filing(profile: Profile, age: int) -> Figures:
    """Businesses of one month in the whole province, and those that file and pay online."""
    active = profile.businesses - 11 * age
    online = round(active * (profile.tax_online_share - 0.0031 * age))
    return {
        "active_count": [active],
        "filing_count": [online + 21],
        "paying_count": [online + 14],
        "online_count": [online],
    }


def less(whole: Sequence[int], part: Sequence[int]) -> list[int]:
    """What is left of each unit's number."""
    return [first - second for first, second in zip(whole, part, strict=True)]


def around(numbers: Sequence[float], wobble: Callable[[float], float], width: float) -> list[float]:
    """Each number times its own factor, at most `width` away from 1."""
    return [number * wobble(width) for number in numbers]


def agency_sizes(seed: str, count: int) -> list[float]:
    """Invented sizes of agencies; the largest is three times the smallest."""
    chance = random.Random(seed)  # noqa: S311
    return [chance.uniform(0.6, 1.8) for _ in range(count)]


def wobbler(seed: str) -> Callable[[float], float]:
    """A function that gives one factor at each call, at most `width` away from 1."""
    chance = random.Random(seed)  # noqa: S311
    return lambda width: 1 + chance.uniform(-width, width)
