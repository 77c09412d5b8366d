"""Figures on how offices and communes work digitally: dossiers, meetings, signatures, skills, portals, radio."""

import random

from ioc_pipeline.reference.org_units.unit import OrgUnit
from ioc_pipeline.sample import figures
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body, by_name, by_unit
from ioc_pipeline.sample.figures import agency_sizes, around, less, share_out, wobbler
from ioc_pipeline.sample.form import FormRow

SMART_COMMUNES, COMMUNES_WITH_PORTAL = 6, 73


def digital_settlement(asked: Asked) -> list[Body]:
    """Three pairs of a whole and its part; the published share of results digitised in the last month."""
    settled = figures.settlements(asked.profile, asked.seed, asked.weights(), asked.age)
    return [by_unit(asked, asked.communes(), figures.digitisation(asked.profile, asked.seed, settled, asked.age))]


def online_meetings(asked: Asked) -> list[Body]:
    """Every meeting of the last quarter was online and without paper."""
    agencies = asked.agencies()
    wobble = wobbler(f"{asked.seed}:meetings:{asked.age}")
    held = share_out(1_236 - 40 * asked.age, around(agency_sizes(f"{asked.seed}:agencies", len(agencies)), wobble, 0.2))
    missed = share_out(17 * asked.age, held, held)
    values = {"held_count": held, "online_count": less(held, missed), "paperless_count": less(held, missed)}
    return [by_unit(asked, agencies, values)]


def digital_signatures(asked: Asked) -> list[Body]:
    """All agencies and, in the last quarter, all officials sign digitally."""
    agencies = asked.agencies()
    officials = share_out(9_846, agency_sizes(f"{asked.seed}:agencies", len(agencies)))
    without = share_out(138 * asked.age, officials, officials)
    values = {
        "agency_signs": [1] * len(agencies),
        "agency_does_not_sign": [0] * len(agencies),
        "official_count": officials,
        "signature_count": less(officials, without),
    }
    return [by_unit(asked, agencies, values)]


def digital_skills(asked: Asked) -> list[Body]:
    """Learners of the skills portal and community technology teams by commune."""
    weights = asked.weights()
    wobble = wobbler(f"{asked.seed}:skills")
    learners = share_out(186_420 - 9_300 * asked.age, around(weights, wobble, 0.2))
    teams = share_out(2_231, around(weights, wobble, 0.15))
    more = share_out(4_340, teams)
    values = {
        "learner_count": learners,
        "completed_count": share_out(round(sum(learners) * 0.6142), around(learners, wobble, 0.15), learners),
        "team_count": teams,
        "member_count": [3 * count + others for count, others in zip(teams, more, strict=True)],
    }
    return [by_unit(asked, asked.communes(), values)]


def commune_radio(asked: Asked) -> list[Body]:
    """Radio stations by commune, and those over IT."""
    communes = asked.communes()
    wobble = wobbler(f"{asked.seed}:radio")
    weights = asked.weights()
    # Every commune of today has one at least; those it was made of had not.
    least = 1 if asked.is_merged else 0
    more = share_out(asked.profile.radio_stations - least * len(communes), around(weights, wobble, 0.4))
    stations = [least + count for count in more]
    over_it = share_out(max(0, 61 - 4 * asked.age), around(stations, wobble, 0.5), stations)
    return [by_unit(asked, communes, {"station_count": stations, "it_count": over_it})]


def smart_communes(asked: Asked, commune: OrgUnit, number: int) -> list[Body]:
    """One line that commune `number` (from 0) of the province tells about itself."""
    order = list(range(len(asked.communes())))
    random.Random(f"{asked.seed}:smart").shuffle(order)  # noqa: S311  # figures, not secrets
    is_smart = order[number] < SMART_COMMUNES - asked.age
    has_portal = order[number] < COMMUNES_WITH_PORTAL - 2 * asked.age
    cells = {"is_smart": int(is_smart), "has_portal": int(has_portal), "has_no_portal": int(not has_portal)}
    return [Body([FormRow("data", "1", {**cells})], words={"COMMUNE": commune.full_name.upper()})]


FILLS = by_name((digital_settlement, online_meetings, digital_signatures, digital_skills, commune_radio))

FILLS_OF_COMMUNES = {"smart_communes": smart_communes}
"""By source name: forms that each commune fills in itself, given its place in the list of communes."""
