"""Figures of yearly forms: the province's ranking of its agencies and communes, awards, awareness."""

from collections.abc import Sequence

from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body, by_name, by_unit
from ioc_pipeline.sample.dti import dti_results
from ioc_pipeline.sample.figures import agency_sizes, around, share_out, wobbler
from ioc_pipeline.sample.form import FormRow
from ioc_pipeline.sample.printed import Cell

GRADES = ((80, "Tốt"), (65, "Khá"), (50, "Trung bình"), (0, "Yếu"))


def yearly_assessment(asked: Asked) -> list[Body]:
    """Agencies on one sheet and communes on another; every agency met 6 of 8 targets."""
    agencies, communes = asked.agencies(), asked.communes()
    targets: dict[str, Cell] = {"targets": "6/8", "meets_targets": 1, "misses_targets": 0}
    of_agencies = [score | targets for score in _scores(asked, "agencies", len(agencies), asked.profile.agency_score)]
    of_communes = _scores(asked, "communes", len(communes), asked.profile.commune_score)
    return [_assessed(asked, agencies, of_agencies), _assessed(asked, communes, of_communes)]


def _assessed(asked: Asked, units: Sequence[OrgUnit], scores: Sequence[dict[str, Cell]]) -> Body:
    names = zip(asked.names(units), scores, strict=True)
    return Body(
        [FormRow("data", str(number), {"org_unit": name, **score}) for number, (name, score) in enumerate(names, 1)]
    )


def _scores(asked: Asked, who: str, count: int, newest_mean: float) -> list[dict[str, Cell]]:
    """Cells of `count` units whose scores, in hundredths, have exactly the mean of that year."""
    mean = round(100 * newest_mean) - 210 * asked.age
    wobble = wobbler(f"{asked.seed}:assessment:{who}:{asked.period.end.year}")
    least = mean - 2_200
    scores = [least + more for more in share_out((mean - least) * count, around([1.0] * count, wobble, 0.6))]
    return [
        {
            "assessed": 1,
            "score": points / 100,
            "grade": next(grade for bound, grade in GRADES if points >= 100 * bound),
            "rank": f"{1 + sum(other > points for other in scores)}/{count}",
        }
        for points in scores
    ]


def emulation_awards(asked: Asked) -> list[Body]:
    """Groups and people commended in the year and since the first; ranks within each block of agencies."""
    agencies = asked.agencies()
    wobble = wobbler(f"{asked.seed}:awards")
    weights = around(agency_sizes(f"{asked.seed}:agencies", len(agencies)), wobble, 0.6)
    year = asked.period.end.year
    awards = {each: awards for each, awards in asked.profile.awards.items() if each <= year}
    groups = {each: share_out(given.groups, around(weights, wobble, 0.6)) for each, given in awards.items()}
    people = {each: share_out(given.people, around(weights, wobble, 0.6)) for each, given in awards.items()}
    nobody = [0] * len(agencies)
    values = {
        "group_count": groups.get(year, nobody),
        "person_count": people.get(year, nobody),
        "group_total": [sum(counts) for counts in zip(nobody, *groups.values(), strict=True)],
        "person_total": [sum(counts) for counts in zip(nobody, *people.values(), strict=True)],
    }
    body = by_unit(asked, agencies, values)
    for line, (rank, among) in zip(body.rows, _block_ranks(agencies, weights), strict=True):
        best = "Cờ thi đua" if rank == 1 and among > 1 else "Tập thể lao động tiên tiến"
        line.cells["title_class"] = "Tập thể lao động xuất sắc" if 1 < rank <= among / 3 else best
        line.cells["rank"] = f"{rank}/{among}"
    return [body]


def _block_ranks(agencies: Sequence[OrgUnit], weights: Sequence[float]) -> list[tuple[int, int]]:
    """Place of each agency among those of its block, and their number."""
    ranks = []
    for unit, weight in zip(agencies, weights, strict=True):
        block = [other for peer, other in zip(agencies, weights, strict=True) if peer.unit_type == unit.unit_type]
        ranks.append((1 + sum(other > weight for other in block), len(block)))
    return ranks


def awareness_activities(asked: Asked) -> list[Body]:
    """Activities, and who took part in them."""
    agencies = asked.agencies()
    wobble = wobbler(f"{asked.seed}:awareness")
    weights = agency_sizes(f"{asked.seed}:agencies", len(agencies))
    values = {
        "activity_count": [2 + more for more in share_out(368, around(weights, wobble, 0.3))],
        "participant_count": share_out(
            round(asked.profile.awareness_participants * (1 - 0.05 * asked.age)), around(weights, wobble, 0.5)
        ),
    }
    return [by_unit(asked, agencies, values)]


FILLS = by_name((dti_results, yearly_assessment, emulation_awards, awareness_activities))
