"""The ministry's index of digital transformation of provinces (DTI): published where known, invented elsewhere."""

import random
from collections.abc import Mapping, Sequence

from ioc_pipeline.domain.periods import period_containing
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body
from ioc_pipeline.sample.form import FormRow
from ioc_pipeline.sample.printed import Cell
from ioc_pipeline.sample.profile import Dti

DTI_SHEETS = 3  # years in one workbook, so that a reader sees where a province comes from
DTI_INDICES: Mapping[str, float] = {
    "awareness": 0.1,
    "institutions": 0.1,
    "infrastructure": 0.1,
    "human_resources": 0.1,
    "security": 0.1,
    "government": 0.2,
    "economy": 0.15,
    "society": 0.15,
}
"""Share of the 1,000 points by column (Decision 922/QĐ-BTTTT)."""


def dti_results(asked: Asked) -> list[Body]:
    """One sheet a year of all provinces of that year, the newest first."""
    newest = asked.period.end.year
    return [_results(asked, year) for year in range(newest, newest - DTI_SHEETS, -1)]


def _results(asked: Asked, year: int) -> Body:
    last_day = period_containing(asked.period.end.replace(year=year), "year", "calendar").end
    provinces = asked.org_units.members(level="province", province_code=asked.profile.province_code, on=last_day)
    totals = _dti_totals(asked.profile.dti, asked.seed, year, [unit.code for unit in provinces])
    chance = random.Random(f"{asked.seed}:dti-parts:{year}")  # noqa: S311  # figures, not secrets
    lines = sorted(zip(provinces, totals, strict=True), key=lambda line: (-line[1], line[0].name))
    rows = []
    for number, (unit, total) in enumerate(lines, start=1):
        rank = 1 + sum(other > total for other in totals)
        cells: dict[str, Cell] = {
            "org_unit": unit.full_name,
            "rank": f"{rank}/{len(totals)}",
            "total": total,
            **_dti_parts(total, chance),
        }
        rows.append(FormRow("data", str(number), cells))
    first_year = asked.period.end.year - DTI_SHEETS + 1
    return Body(rows, words={"year": year, "first_year": first_year, "row_count": len(rows)})


def _dti_totals(known: Dti, seed: int, year: int, codes: Sequence[str]) -> list[float]:
    """Published totals and ranks where known, invented ones elsewhere; a province stays near its place of last year."""
    chance = random.Random(f"{seed}:dti:{year}")  # noqa: S311
    strengths = {code: _dti_strength(known, seed, code) + chance.uniform(-0.08, 0.08) for code in codes}
    if totals := known.totals.get(year):
        return [totals.get(code) or round(0.61 + 0.145 * min(max(strengths[code], 0), 1), 4) for code in codes]
    ranks = known.ranks.get(year, {})
    order = sorted((code for code in codes if code not in ranks), key=lambda code: -strengths[code])
    for code, rank in sorted(ranks.items(), key=lambda item: item[1]):
        order.insert(rank - 1, code)
    ladder = [round(0.7642 - 0.0048 * step - chance.uniform(0, 0.0046), 4) for step in range(len(order))]
    if tie := known.ties.get(year):
        ladder[tie] = ladder[tie - 1]
    by_code = dict(zip(order, ladder, strict=True))
    return [by_code[code] for code in codes]


def _dti_strength(known: Dti, seed: int, code: str) -> float:
    """From 0, the last province, to 1; of those with a published rank it follows from it."""
    if rank := known.ranks[max(known.ranks)].get(code):
        return 1 - rank / 63
    return random.Random(f"{seed}:dti:{code}").random()  # noqa: S311


def _dti_parts(total: float, chance: random.Random) -> dict[str, Cell]:
    """Main indices whose weighted sum is the total within rounding."""
    apart = {name: chance.uniform(-0.08, 0.08) for name in DTI_INDICES}
    middle = sum(difference * DTI_INDICES[name] for name, difference in apart.items())
    return {name: round(total + difference - middle, 4) for name, difference in apart.items()}
